//! The icon and its tooltip as values.

use crate::monitor::{Face, View};

/// Windows takes 127 UTF-16 units and no more.
const LONGEST_TOOLTIP: usize = 127;

/// The picture of a face, as PNG of 64 by 64 pixels.
#[must_use]
pub const fn png(face: Face) -> &'static [u8] {
    use crate::core::Verdict;
    match face {
        Face::Verdict(Verdict::Orphaned) => include_bytes!("../../assets/icons/orphaned-64.png"),
        Face::Verdict(Verdict::Blocked) => include_bytes!("../../assets/icons/blocked-64.png"),
        Face::Verdict(Verdict::Unseen) => include_bytes!("../../assets/icons/unseen-64.png"),
        Face::Verdict(Verdict::Duplicate) => include_bytes!("../../assets/icons/duplicate-64.png"),
        Face::Verdict(Verdict::Starting) => include_bytes!("../../assets/icons/starting-64.png"),
        Face::Verdict(Verdict::Healthy) => include_bytes!("../../assets/icons/healthy-64.png"),
        Face::Verdict(Verdict::Idle) => include_bytes!("../../assets/icons/idle-64.png"),
        Face::Busy => include_bytes!("../../assets/icons/busy-64.png"),
        Face::Paused => include_bytes!("../../assets/icons/paused-64.png"),
    }
}

/// What the pointer reads over the icon.
#[must_use]
pub fn tooltip(view: &View) -> String {
    let mut text = String::from("Shimkeeper: ");
    let mut units = text.len();
    for letter in crate::core::mask::plain(&view.headline).chars() {
        units += letter.len_utf16();
        if units >= LONGEST_TOOLTIP {
            text.push('…');
            break;
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::view::RestartOffer;

    #[test]
    fn a_long_tooltip_is_cut_between_letters() {
        for headline in ["𝄞".repeat(200), "x".repeat(200), "ä".repeat(10)] {
            let view = View {
                face: Face::Busy,
                headline,
                lines: Vec::new(),
                rows: 0,
                orphans: 0,
                restart: RestartOffer::Free,
                paused: false,
                auto_cleanup: false,
                autostart: None,
                busy: true,
            };
            assert!(tooltip(&view).encode_utf16().count() <= LONGEST_TOOLTIP);
        }
    }
}
