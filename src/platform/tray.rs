//! The icon on the panel: a value in, clicks out. Nothing here knows what the rows mean.

use std::path::Path;

use super::{io, os};

use crate::core::wording;

/// A picture in every form that a panel may want. The files are part of the program.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Names it among our own: "orphaned".
    pub(crate) name: &'static str,
    /// As a drawing.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar draws pixels"))]
    pub(crate) svg: &'static [u8],
    /// As PNG by its width, ascending.
    pub(crate) pngs: &'static [(u32, &'static [u8])],
}

/// One row of the menu; the rows stay the same in number and kind.
///
/// # Platforms
/// Linux: a text that is empty is not shown; Windows: it is blank, because the library loses a line when it takes a row out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    /// A line between groups.
    Separator,
    /// Something to read or to choose.
    Item {
        /// What it says.
        label: String,
        /// Whether it can be chosen.
        enabled: bool,
    },
    /// Something that is on or off.
    Tick {
        /// What it says.
        label: String,
        /// Whether it can be chosen.
        enabled: bool,
        /// Whether it is on.
        on: bool,
    },
}

/// Everything that the panel shows of us.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The icon.
    pub(crate) picture: &'static Picture,
    /// Whether the panel should bring it to the user's notice.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar moves no icon to the front"))]
    pub(crate) is_urgent: bool,
    /// The state in one line, with our name: what the pointer reads over the icon.
    pub(crate) title: String,
    /// Why, in a few lines.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar shows one line"))]
    pub(crate) description: String,
    /// The menu.
    pub(crate) rows: Vec<Row>,
}

/// What the icon tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    /// This row of the menu was chosen.
    Row(usize),
    /// The icon itself was clicked where this does not open the menu, or the panel asks us to open a menu that
    /// it cannot show.
    #[cfg_attr(windows, expect(dead_code, reason = "a click on the icon always opens the menu here"))]
    Icon,
    /// The panel was started anew and shows what it was given before: call [`Icon::forget`] and show it again.
    #[cfg_attr(not(windows), expect(dead_code, reason = "a panel on the bus asks for everything by itself"))]
    PanelIsBack,
    /// A panel has the icon.
    #[cfg_attr(windows, expect(dead_code, reason = "every session has a taskbar"))]
    OnPanel,
    /// No panel has the icon.
    #[cfg_attr(windows, expect(dead_code, reason = "every session has a taskbar"))]
    NoPanel {
        /// Whether it is so for longer than a panel may take to start.
        for_long: bool,
    },
    /// There is no session bus.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar needs no bus"))]
    NoBus(String),
    /// The session bus has ended and did not come back.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar needs no bus"))]
    BusEnded,
}

/// How the icon is put on the panel.
pub(crate) struct Setup<'a> {
    /// A folder of ours for the pictures, where the session has none.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar takes pixels, not files"))]
    pub(crate) state: &'a Path,
    /// Whether the session may still be starting: then its bus is waited for.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar is there whenever the session is"))]
    pub(crate) is_login: bool,
    /// Every picture that will be shown.
    pub(crate) pictures: &'a [&'static Picture],
}

/// The icon. Dropping it takes it off the panel.
pub(crate) struct Icon(os::tray::Icon);

impl Icon {
    /// Puts an icon on the panel. On the event loop's thread, after the loop began, and once a program. `tell` is called
    /// on any thread.
    ///
    /// # Platforms
    /// Linux: returns at once; the icon appears when there is a panel, and again after each new panel or bus.
    pub(crate) fn put(
        setup: &Setup<'_>,
        shown: &Shown,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        os::tray::Icon::put(setup, shown, Box::new(tell)).map(Self)
    }

    /// Updates whatever differs from what is shown. An error means that the panel did not take it now; call
    /// again later.
    pub(crate) fn show(&mut self, shown: &Shown) -> anyhow::Result<()> {
        self.0.show(shown)
    }

    /// Forgets what the panel shows, so that the next [`Icon::show`] says it all anew.
    pub(crate) fn forget(&mut self) {
        self.0.forget();
    }

    /// A row was chosen. A panel turns a tick over by itself; it is put back, because only the monitor knows whether the
    /// choice will come true.
    pub(crate) fn put_back(&mut self, row: usize) {
        self.0.put_back(row);
    }

    /// Says something by the icon's own balloon.
    ///
    /// # Platforms
    /// Windows only; elsewhere icons have none, and this is an error.
    pub(crate) fn balloon(&self, title: &str, body: &str) -> io::Result<()> {
        self.0.balloon(title, body)
    }
}

/// Whether a panel shows the icon of a tray of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// Nothing shows icons.
    #[cfg_attr(windows, expect(dead_code, reason = "every session has a taskbar"))]
    NoPanel,
    /// A panel is there; no tray of ours runs, or it cannot be told whether its icon is shown.
    Panel,
    /// A tray of ours runs, and the panel does not list its icon.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar does not tell what it shows"))]
    NotListed,
    /// The panel lists it.
    #[cfg_attr(windows, expect(dead_code, reason = "a taskbar does not tell what it shows"))]
    Listed,
}

/// Whether a panel shows our icon; an error says why that cannot be asked.
///
/// # Platforms
/// Windows: every session has a taskbar, and it does not tell what it shows.
pub(crate) fn place() -> Result<Place, String> {
    os::tray::place()
}

/// Takes away what [`Icon::put`] has written for panels; `state` is the folder of its [`Setup`].
///
/// # Platforms
/// Windows: nothing was written.
pub(crate) fn forget_pictures(state: &Path) -> io::Result<()> {
    os::tray::forget_pictures(state)
}

/// Decodes a PNG into RGBA, with its width and height. An error is a mistake of ours: the pictures are part of
/// the program.
pub(crate) fn decode(png: &[u8]) -> anyhow::Result<(Vec<u8>, u32, u32)> {
    use anyhow::{Context, ensure};
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info()?;
    let size = reader.output_buffer_size().context(wording::PICTURE_TOO_LARGE)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels)?;
    let kind = (frame.color_type, frame.bit_depth);
    ensure!(kind == (png::ColorType::Rgba, png::BitDepth::Eight), wording::PICTURE_NO_RGBA);
    pixels.truncate(frame.buffer_size());
    Ok((pixels, frame.width, frame.height))
}
