//! Human output without what differs from run to run.

use crate::support::bed::{Bed, python};
use crate::support::keeper::Outcome;

/// The text with names in place of pids, folders and amounts, and single spaces inside its lines.
pub(crate) fn without_chance(bed: &Bed, outcome: &Outcome, pids: &[(u32, &str)]) -> String {
    let bed = bed.path("").display().to_string();
    let text = outcome
        .stdout
        .replace(&python().display().to_string(), "PYTHON")
        .replace(bed.trim_end_matches('/'), "BED")
        // The folder's name looks random, and so it is masked.
        .replace("/tmp/•••", "BED");
    let lines: Vec<String> = text.lines().map(|line| one_line(line, pids)).collect();
    lines.join("\n")
}

fn one_line(line: &str, pids: &[(u32, &str)]) -> String {
    let indent = &line[..line.len() - line.trim_start().len()];
    let words: Vec<&str> = line.split_whitespace().collect();
    let units = ["s", "min", "MB", "kB", "%"];
    let named = words.iter().enumerate().map(|(at, word)| {
        let bare = word.trim_matches(['(', ')', ',', ':']);
        let next = words.get(at + 1).map(|next| next.trim_matches(['(', ')', ',']));
        if next.is_some_and(|next| units.contains(&next)) && bare.parse::<f64>().is_ok() {
            return word.replace(bare, "N");
        }
        let name = pids.iter().find(|(pid, _)| bare == pid.to_string());
        name.map_or_else(|| (*word).to_owned(), |(_, name)| word.replace(bare, name))
    });
    format!("{indent}{}", named.collect::<Vec<_>>().join(" "))
}
