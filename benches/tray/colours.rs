//! An icon's colour, by its pixels as they come over the bus.

use std::iter;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Colour {
    Green,
    Red,
    Amber,
    Blue,
    Grey,
}

const COLOURS: [(Colour, [u8; 3]); 5] = [
    (Colour::Green, [0x1F, 0xA3, 0x4A]),
    (Colour::Red, [0xE0, 0x30, 0x2B]),
    (Colour::Amber, [0xF5, 0xA3, 0x00]),
    (Colour::Blue, [0x2B, 0x7D, 0xE9]),
    (Colour::Grey, [0x8A, 0x90, 0x99]),
];

impl Colour {
    /// The one that most pixels have, each of which is four bytes: how opaque it is, red, green, blue.
    pub(crate) fn of(pixels: &[u8]) -> Self {
        let count = |colour: &[u8; 3]| {
            let is_like = |pixel: &&[u8]| {
                pixel[0] > 200 && iter::zip(&pixel[1..], colour).all(|(one, other)| one.abs_diff(*other) <= 6)
            };
            pixels.chunks_exact(4).filter(is_like).count()
        };
        COLOURS.iter().max_by_key(|(_, colour)| count(colour)).unwrap().0
    }
}
