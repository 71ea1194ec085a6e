//! What is on the screen, by its pixels.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, iter};

use super::session::Desktop;

const WIDTH: usize = 1280;
const HEIGHT: usize = 800;

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Rect {
    /// Where the panel lies.
    pub(crate) const PANEL: Self = Self { x: 0, y: HEIGHT - 37, width: WIDTH, height: 37 };

    pub(crate) fn centre(self) -> (usize, usize) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }

    /// The part of it that is on the screen, as rows of x and y.
    fn points(self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.x..(self.x + self.width).min(WIDTH);
        let rows = self.y..(self.y + self.height).min(HEIGHT);
        rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
    }
}

pub(crate) type Colour = [u8; 3];

/// One look at the whole screen.
pub(super) struct Picture(Vec<u8>);

impl Picture {
    pub(super) fn at(&self, x: usize, y: usize) -> Colour {
        let start = (y * WIDTH + x) * 3;
        [self.0[start], self.0[start + 1], self.0[start + 2]]
    }

    /// The bounds of all pixels of this colour, if there are enough to be an icon: shrunk
    /// edges blend into the panel, single pixels of any colour are everywhere.
    fn bounds(&self, colour: Colour, region: Rect) -> Option<Rect> {
        let points: Vec<_> = region.points().filter(|&(x, y)| is_like(self.at(x, y), colour)).collect();
        if points.len() < 24 {
            return None;
        }
        let columns = || points.iter().map(|point| point.0);
        let rows = || points.iter().map(|point| point.1);
        let (x, y) = (columns().min()?, rows().min()?);
        let (width, height) = (columns().max()? + 1 - x, rows().max()? + 1 - y);
        Some(Rect { x, y, width, height })
    }
}

impl Desktop<'_> {
    #[track_caller]
    pub(super) fn look(&self) -> Picture {
        let mut command = self.command("import");
        let output = command
            .args(["-silent", "-window", "root", "-depth", "8", "rgb:-"])
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.stdout.len(), WIDTH * HEIGHT * 3, "{}", self.bed.complaints());
        Picture(output.stdout)
    }

    /// Where `#RRGGBB` is shown inside the region.
    #[track_caller]
    pub(crate) fn find_colour(&self, colour: &str, region: Rect) -> Option<Rect> {
        self.look().bounds(parse(colour), region)
    }

    /// Keeps the screen as `target/desktop/NAME.png`, for people.
    #[track_caller]
    pub(crate) fn screenshot(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/desktop");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        let status = self.command("import").args(["-window", "root"]).arg(&path).status().unwrap();
        assert!(status.success(), "{}", self.bed.complaints());
        path
    }
}

/// Stretches of a row that differ from `background`, small gaps included, wide ones only.
pub(super) fn stretches(
    picture: &Picture,
    y: usize,
    columns: std::ops::Range<usize>,
    background: Colour,
) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for x in columns.filter(|&x| !is_like(picture.at(x, y), background)) {
        match found.last_mut() {
            Some((_, end)) if x <= *end + 2 => *end = x,
            Some(_) | None => found.extend(iter::once((x, x))),
        }
    }
    found.retain(|(start, end)| end - start >= 30);
    found
}

fn is_like(one: Colour, other: Colour) -> bool {
    iter::zip(one, other).all(|(one, other)| one.abs_diff(other) <= 6)
}

fn parse(colour: &str) -> Colour {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6).expect("#RRGGBB");
    [0, 2, 4].map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
}
