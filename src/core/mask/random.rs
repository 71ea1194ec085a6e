//! Long random runs of characters, which nobody but a program makes up.

use super::MASK;

/// Masks every long random run.
pub(super) fn masked_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

fn flush(run: &mut String, out: &mut String) {
    out.push_str(if looks_random(run) { MASK } else { run });
    run.clear();
}

/// Long, and a mixture that no person types: digits among letters, with few repeated classes.
fn looks_random(run: &str) -> bool {
    const KNOWN: &[&str] = &["sk-", "ghp_", "gho_", "github_pat_", "xox", "AKIA", "AIza", "glpat-", "eyJ"];
    if run.len() >= 12 && KNOWN.iter().any(|prefix| run.starts_with(prefix)) {
        return true;
    }
    let is_mixed = |run: &str| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        digits >= 3 && run.chars().filter(char::is_ascii_alphabetic).count() >= 3
    };
    let in_one_piece = |piece: &str| piece.len() >= 16 && is_mixed(piece);
    if run.len() >= 24 && is_mixed(run) || run.split(['-', '_', '+']).any(in_one_piece) {
        return true;
    }
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let (upper, lower) =
        (run.chars().any(|c| c.is_ascii_uppercase()), run.chars().any(|c| c.is_ascii_lowercase()));
    run.len() >= 16 && digits >= 2 && upper && lower && !run.contains('_')
}
