//! From the pictures in the program to icons.

use anyhow::{Context, ensure};
use tray_icon::Icon;

/// Decodes a picture. The pictures are part of the program, so an error is a mistake of ours.
pub(super) fn decode(png: &[u8]) -> anyhow::Result<(Vec<u8>, u32, u32)> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info()?;
    let size = reader.output_buffer_size().context("the picture is too large")?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels)?;
    let kind = (frame.color_type, frame.bit_depth);
    ensure!(kind == (png::ColorType::Rgba, png::BitDepth::Eight), "the picture is no 8-bit RGBA");
    pixels.truncate(frame.buffer_size());
    Ok((pixels, frame.width, frame.height))
}

/// A picture as the panel takes it.
pub(super) fn icon(png: &[u8]) -> anyhow::Result<Icon> {
    let (pixels, width, height) = decode(png)?;
    Icon::from_rgba(pixels, width, height).context("the panel does not take the picture")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::Face;
    use crate::tray::icon::{Size, png};

    #[test]
    fn every_face_has_a_picture_of_its_own_in_every_size() {
        for size in Size::ALL {
            let pictures: Vec<Vec<u8>> = Face::ALL
                .iter()
                .map(|face| {
                    let (pixels, width, height) = decode(png(*face, size)).unwrap();
                    assert_eq!((width, height), (size.pixels(), size.pixels()), "{}", face.word());
                    pixels
                })
                .collect();
            for (at, picture) in pictures.iter().enumerate() {
                assert!(!pictures[..at].contains(picture), "{} looks like another", Face::ALL[at].word());
            }
        }
    }

    #[test]
    fn a_panel_gets_the_picture_that_fits() {
        let sizes = [16, 20, 24, 32, 40, 64].map(Size::for_pixels);
        assert_eq!(sizes, [Size::Small, Size::Medium, Size::Medium, Size::Medium, Size::Large, Size::Large]);
    }
}
