//! The icon and its tooltip as values.

use crate::core::Verdict;
use crate::monitor::{Face, View};

/// Windows takes 127 UTF-16 units and no more.
const LONGEST_TOOLTIP: usize = 127;

/// How large a picture the panel draws, in pixels. Panels scale; a picture that fits stays sharp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// 16 by 16.
    Small,
    /// 32 by 32.
    Medium,
    /// 64 by 64.
    Large,
}

impl Size {
    /// Every size.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The picture from which one of this many pixels is drawn best.
    #[must_use]
    pub const fn for_pixels(pixels: u32) -> Self {
        match pixels {
            0..=16 => Self::Small,
            17..=32 => Self::Medium,
            _ => Self::Large,
        }
    }

    /// Its width and height in pixels.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 16,
            Self::Medium => 32,
            Self::Large => 64,
        }
    }
}

/// The pictures of one face in every size.
macro_rules! pictures {
    ($name:literal, $size:expr) => {
        match $size {
            Size::Small => include_bytes!(concat!("../../assets/icons/", $name, "-16.png")),
            Size::Medium => include_bytes!(concat!("../../assets/icons/", $name, "-32.png")),
            Size::Large => include_bytes!(concat!("../../assets/icons/", $name, "-64.png")),
        }
    };
}

/// The picture of a face, as PNG.
#[must_use]
pub const fn png(face: Face, size: Size) -> &'static [u8] {
    match face {
        Face::Verdict(Verdict::Orphaned) => pictures!("orphaned", size),
        Face::Verdict(Verdict::Blocked) => pictures!("blocked", size),
        Face::Verdict(Verdict::Unseen) => pictures!("unseen", size),
        Face::Verdict(Verdict::Duplicate) => pictures!("duplicate", size),
        Face::Verdict(Verdict::Starting) => pictures!("starting", size),
        Face::Verdict(Verdict::Healthy) => pictures!("healthy", size),
        Face::Verdict(Verdict::Idle) => pictures!("idle", size),
        Face::Busy => pictures!("busy", size),
        Face::Paused => pictures!("paused", size),
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
