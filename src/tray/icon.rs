//! The icon and its tooltip as values.

use crate::core::Verdict;
use crate::monitor::{Face, View};
use crate::platform::tray::Picture;

/// Windows takes 127 UTF-16 units and no more.
const LONGEST_TOOLTIP: usize = 127;

/// The picture of one face in every form.
macro_rules! picture {
    ($name:literal) => {{
        static PICTURE: Picture = Picture {
            name: $name,
            svg: include_bytes!(concat!("../../assets/icons/", $name, ".svg")),
            pngs: &[
                (16, include_bytes!(concat!("../../assets/icons/", $name, "-16.png"))),
                (22, include_bytes!(concat!("../../assets/icons/", $name, "-22.png"))),
                (24, include_bytes!(concat!("../../assets/icons/", $name, "-24.png"))),
                (32, include_bytes!(concat!("../../assets/icons/", $name, "-32.png"))),
                (48, include_bytes!(concat!("../../assets/icons/", $name, "-48.png"))),
                (64, include_bytes!(concat!("../../assets/icons/", $name, "-64.png"))),
            ],
        };
        &PICTURE
    }};
}

/// The picture of a face.
pub(super) fn picture(face: Face) -> &'static Picture {
    match face {
        Face::Verdict(Verdict::Orphaned) => picture!("orphaned"),
        Face::Verdict(Verdict::Blocked) => picture!("blocked"),
        Face::Verdict(Verdict::Unseen) => picture!("unseen"),
        Face::Verdict(Verdict::Duplicate) => picture!("duplicate"),
        Face::Verdict(Verdict::Starting) => picture!("starting"),
        Face::Verdict(Verdict::Healthy) => picture!("healthy"),
        Face::Verdict(Verdict::Idle) => picture!("idle"),
        Face::Busy => picture!("busy"),
        Face::Paused => picture!("paused"),
    }
}

/// A picture's largest form, as PNG.
pub(super) fn largest(picture: &'static Picture) -> &'static [u8] {
    picture.pngs.last().map_or(&[], |(_, png)| png)
}

/// Whether the panel should bring it to the user's notice: something is wrong that only the user can mend.
pub(super) const fn is_urgent(face: Face) -> bool {
    matches!(face, Face::Verdict(Verdict::Orphaned | Verdict::Blocked))
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
    use crate::platform::tray::decode;

    #[test]
    fn every_face_has_a_picture_of_its_own_in_every_size() {
        for at in 0..picture(Face::Busy).pngs.len() {
            let pictures = Face::ALL.map(|face| {
                let (size, png) = picture(face).pngs[at];
                let (pixels, width, height) = decode(png).unwrap();
                assert_eq!((width, height), (size, size), "{}", face.word());
                pixels
            });
            for (at, picture) in pictures.iter().enumerate() {
                assert!(!pictures[..at].contains(picture), "{} looks like another", Face::ALL[at].word());
            }
        }
        let names = Face::ALL.map(|face| picture(face).name);
        assert_eq!(names, Face::ALL.map(Face::word));
    }

    /// A twelfth on each side, as the symbols beside it on the panel have.
    #[test]
    fn no_picture_is_larger_than_its_neighbours() {
        for face in Face::ALL {
            for (size, png) in picture(face).pngs {
                let (pixels, width, _) = decode(png).unwrap();
                let margin = usize::try_from(size / 12).unwrap();
                let width = usize::try_from(width).unwrap();
                for (at, pixel) in pixels.chunks_exact(4).enumerate() {
                    let (x, y) = (at % width, at / width);
                    let inside = |at| (margin..width - margin).contains(&at);
                    assert!(pixel[3] == 0 || (inside(x) && inside(y)), "{} {size}: {x},{y}", face.word());
                }
            }
        }
    }

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
