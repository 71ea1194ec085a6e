//! What earlier looks saw, kept while the configuration is read anew: what did not change keeps what is known.
//!
//! A watch is known by what it looks for, its script. Its name, its place in the file and everything else may change.

use crate::core::{Memory, Watch};

/// The memories of the new watches, in their order.
pub(super) fn carried(old: &[Watch], memories: &[Memory], new: &[Watch]) -> Vec<Memory> {
    new.iter().map(|watch| of(watch, old, memories)).collect()
}

fn of(watch: &Watch, old: &[Watch], memories: &[Memory]) -> Memory {
    let alike = old.iter().zip(memories).filter(|(other, _)| other.runs == watch.runs);
    let nearest = alike.max_by_key(|(other, _)| (other.name == watch.name, other.port == watch.port));
    nearest.map(|(_, memory)| memory.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::{World, process};
    use crate::core::{Moment, Port, Runs};

    /// A watch, and what a look at a server of its client saw.
    fn known(name: &str, port: u16, server: u32) -> (Watch, Memory) {
        let world = World::linux()
            .and(process(150, 50).with_args(&["claude"]).child_of(100))
            .and(process(server, 60).with_args(&["python", "run_ws_shim.py"]).child_of(150));
        let mut memory = Memory::default();
        memory.learn(&world.first_look(), Moment::default());
        assert!(memory.client_of(world.identity(server)).is_some());
        (Watch { name: name.into(), port: Some(Port::maybe(port)), ..Watch::exai() }, memory)
    }

    #[test]
    fn a_watch_that_changed_its_name_its_place_or_its_port_keeps_what_is_known() {
        let (one, of_one) = known("one", 3005, 200);
        let other = Watch { runs: Runs::script("other.py"), name: "other".into(), ..one.clone() };
        let old = [one.clone(), other.clone()];
        let memories = [of_one.clone(), Memory::default()];
        let new = [
            other,
            Watch { name: "renamed".into(), port: None, ..one.clone() },
            Watch { runs: Runs::script("new.py"), ..one },
        ];
        assert_eq!(carried(&old, &memories, &new), [Memory::default(), of_one, Memory::default()]);
    }

    #[test]
    fn of_two_watches_of_one_script_each_keeps_its_own() {
        let ((one, of_one), (other, of_other)) = (known("one", 3005, 200), known("other", 3006, 201));
        let (old, memories) = ([one.clone(), other.clone()], [of_one.clone(), of_other.clone()]);
        let renamed = Watch { name: "renamed".into(), ..other.clone() };
        assert_eq!(carried(&old, &memories, &[renamed, one]), [of_other.clone(), of_one]);
        let moved = Watch { port: Some(Port::maybe(4000)), ..other };
        assert_eq!(carried(&old, &memories, &[moved]), [of_other]);
    }
}
