//! A server that writes a title over its command line: eyes that knew it still know it.

use std::io::Write as _;
use std::process::{Child, Stdio};

use shimkeeper::sense::Machine;

use crate::cost::same_sight::see;
use crate::support::bed::{Bed, python};
use crate::support::own::in_own_machine;
use crate::support::{PATIENCE, eventually};

/// As `process.title` and `setproctitle` do it, at each line of its input.
const SERVER: &str = "\
import sys
with open('/proc/self/stat') as stat: begin, end = map(int, stat.read().rpartition(')')[2].split()[45:47])
for line in sys.stdin:
    with open('/proc/self/mem', 'r+b', 0) as memory:
        memory.seek(begin)
        memory.write(line.strip().encode().ljust(end - begin, b'\\0'))
";

struct Server(Child);

impl Server {
    fn line(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/cmdline", self.0.id())).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_was_seen_before_it_gave_itself_a_title_is_seen_after_it() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let script = bed.path("run_ws_shim.py");
        std::fs::write(&script, SERVER).unwrap();
        let mut machine = Machine::sparing(bed.path("leases"));
        see(&mut machine, 0);
        let server = bed.command(python()).arg(&script).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let server = Server(server.unwrap());
        eventually("the server runs", PATIENCE, || server.line().contains("run_ws_shim.py"));
        let mut sees = |millis| see(&mut machine, millis).tops.contains(&server.0.id());
        assert!(sees(100));
        for (title, at) in [("my-mcp", 200), ("my-mcp: idle", 80_000)] {
            writeln!(server.0.stdin.as_ref().unwrap(), "{title}").unwrap();
            eventually("it has a title", PATIENCE, || server.line().trim_end_matches('\0') == title);
            for later in [0, 2_000, 11_000, 75_000] {
                assert!(sees(at + later), "{title}: {later}");
            }
        }
    });
}
