//! The EXAI project's scheduled task, by its name in the Task Scheduler's list.

use std::io;

use super::small_program::{LOOKING, output_of};

pub(crate) fn old_cleanup_task() -> io::Result<Option<String>> {
    let list = output_of("schtasks.exe", &["/Query", "/FO", "CSV", "/NH"], LOOKING)?;
    Ok(find(&list))
}

/// The first column is the task's path, in quotes; the others are in the user's language.
fn find(list: &str) -> Option<String> {
    let names = list.lines().filter_map(|line| line.strip_prefix('"')?.split('"').next());
    names.map(|name| name.trim_start_matches('\\').to_owned()).find(|name| {
        let name = name.to_lowercase();
        name.contains("auto_cleanup_ws_shims") || name.contains("exai")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_is_found_by_its_name() {
        let list = "\"\\Microsoft\\Windows\\Defrag\",\"N/A\",\"Bereit\"\r\n\"\\EXAI Shim Cleanup\",\"24.11.2026\",\"Bereit\"\r\n";
        assert_eq!(find(list).as_deref(), Some("EXAI Shim Cleanup"));
        assert_eq!(find("\"\\Other\",\"EXAI\",\"x\"\r\n"), None, "another column proves nothing");
        assert_eq!(find(""), None);
    }
}
