//! How people call this program in a terminal so that it works in the same places as the one that speaks.

use std::ffi::OsStr;
use std::path::Path;

use crate::core::PathStyle;
use crate::core::mask::plain;

/// The command line by its name, as it is found on `PATH`.
pub const OUR_COMMAND: &str = "shimkeeper";

/// The name with these options, each a name and a path, as a shell of this system reads them.
#[must_use]
pub fn our_command(options: &[(&str, &Path)], style: PathStyle) -> String {
    let words = options.iter().flat_map(|(name, path)| [OsStr::new(name), path.as_os_str()]);
    let words = words.map(|word| for_a_shell(&word.to_string_lossy(), style));
    std::iter::once(OUR_COMMAND.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A text in which every command of ours stands as this program is to be called.
#[must_use]
pub fn called_as(command: &str, text: &str) -> String {
    text.replace("`shimkeeper ", &format!("`{command} "))
}

/// A word as a shell of this system reads it.
pub(super) fn for_a_shell(word: &str, style: PathStyle) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:,@+%=".contains(c);
    let harmless = |c: char| harmless(c) || (style == PathStyle::Windows && c == '\\');
    if !word.is_empty() && word.chars().all(harmless) {
        return word.to_owned();
    }
    match style {
        PathStyle::Unix => format!("'{}'", plain(word).replace('\'', r"'\''")),
        PathStyle::Windows => format!("\"{}\"", plain(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_places_of_the_one_who_speaks() {
        assert_eq!(our_command(&[], PathStyle::Unix), "shimkeeper");
        let options = [("--home", Path::new("/it's a/home")), ("--config", Path::new("/c.toml"))];
        let command = our_command(&options, PathStyle::Unix);
        assert_eq!(command, r"shimkeeper --home '/it'\''s a/home' --config /c.toml");
        assert_eq!(
            called_as(&command, "`shimkeeper cleanup` ends it"),
            format!("`{command} cleanup` ends it")
        );
        let options = [("--home", Path::new(r"D:\a b"))];
        assert_eq!(our_command(&options, PathStyle::Windows), r#"shimkeeper --home "D:\a b""#);
        let options = [("--home", Path::new(r"D:\a"))];
        assert_eq!(our_command(&options, PathStyle::Windows), r"shimkeeper --home D:\a");
    }
}
