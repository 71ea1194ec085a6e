//! Long random runs of characters, which nobody but a program makes up.

use super::MASK;

/// Masks every long random run, apart from the folders of package caches.
pub(super) fn masked_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(|c| !is_in_runs(c)).unwrap_or(rest.len());
        if length == 0 {
            let next = rest.find(is_in_runs).unwrap_or(rest.len());
            out.push_str(&rest[..next]);
            at += next;
            continue;
        }
        let run = &rest[..length];
        let is_secret = looks_random(run) && !is_a_caches_folder(&text[..at], run, &rest[length..]);
        out.push_str(if is_secret { MASK } else { run });
        at += length;
    }
    out
}

const fn is_in_runs(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+')
}

/// Begins of what everybody knows for a token.
const KNOWN: &[&str] = &["sk-", "ghp_", "gho_", "github_pat_", "xox", "AKIA", "AIza", "glpat-", "eyJ"];

/// Folders in which npx, uv, pnpm and pipx keep a package under a hash, which people compare with `ps`.
const CACHES: &[&str] = &["_npx", "dlx", ".pnpm", "pipx", "venvs", "virtualenvs"];

/// The same with a version behind them: `archive-v0`.
const VERSIONED: &[&str] = &["archive", "environments", "builds", "built-wheels", "wheels", "sdists", "git"];

/// Whether a run is a whole folder, or the begin of its name, right below one of a package cache: of a path and of no
/// URL.
fn is_a_caches_folder(before: &str, run: &str, after: &str) -> bool {
    let is_separator = |c: char| matches!(c, '/' | '\\');
    let Some(path) = before.strip_suffix(is_separator) else { return false };
    let parent = path.rsplit(is_separator).next().unwrap_or_default();
    let is_versioned = parent.rsplit_once("-v").is_some_and(|(name, version)| {
        VERSIONED.contains(&name) && !version.is_empty() && version.chars().all(|c| c.is_ascii_digit())
    });
    // The parent stands in a path, too, and is not the first word of something else.
    let has_a_folder = path[..path.len() - parent.len()].ends_with(is_separator);
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let ends_well =
        after.chars().next().is_none_or(|c| is_separator(c) || matches!(c, '.' | '@') || c.is_whitespace());
    (CACHES.contains(&parent) || is_versioned)
        && has_a_folder
        && ends_well
        && !word.contains("://")
        && !KNOWN.iter().any(|prefix| run.starts_with(prefix))
}

/// Long, and a mixture that no person types: digits among letters, with few repeated classes.
fn looks_random(run: &str) -> bool {
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
