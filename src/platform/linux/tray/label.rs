//! Labels as panels read them: an underscore marks the access key, and two of them are one that is shown.

/// Reads like an underscore and means nothing to a panel.
const LIKE_AN_UNDERSCORE: &str = "\u{2cd}";

/// A label whose underscores every panel shows as one each. GNOME's extension un-escapes the first one only, so where
/// there are several none is left to be escaped.
pub(super) fn label(text: &str) -> String {
    match text.matches('_').count() {
        0 => text.to_owned(),
        1 => text.replace('_', "__"),
        _ => text.replace('_', LIKE_AN_UNDERSCORE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What GNOME's extension does: the first mark only.
    fn on_gnome(label: &str) -> String {
        match label.split_once('_') {
            Some((before, after)) => format!("{before}{after}"),
            None => label.to_owned(),
        }
    }

    /// What everybody else does: every mark.
    fn elsewhere(label: &str) -> String {
        label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_")
    }

    #[test]
    fn a_label_reads_the_same_on_every_panel() {
        for text in ["Quit", "a_b", "run_ws_shim", "__init__.py ended", "_", "__"] {
            let label = label(text);
            assert_eq!(on_gnome(&label), elsewhere(&label), "{text}");
            assert_eq!(elsewhere(&label).replace(LIKE_AN_UNDERSCORE, "_"), text);
        }
    }
}
