//! The real pointer and keyboard, and the windows under them.

use super::pixels::Rect;
use super::session::Desktop;

impl Desktop<'_> {
    pub(crate) fn hover(&self, (x, y): (usize, usize)) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    pub(crate) fn click(&self, point: (usize, usize)) {
        self.press(point, "1");
    }

    pub(crate) fn right_click(&self, point: (usize, usize)) {
        self.press(point, "3");
    }

    /// A key by its X name: `Escape`, `Down`, `Return`.
    pub(crate) fn key(&self, name: &str) {
        self.xdotool(&["key", name]);
    }

    /// Windows with exactly this name that are shown, larger than a marker.
    pub(super) fn windows(&self, name: &str) -> Vec<Rect> {
        let pattern = format!("^{name}$");
        let ids = self.xdotool(&["search", "--onlyvisible", "--name", &pattern]);
        let sizes =
            ids.lines().filter_map(|id| geometry(&self.xdotool(&["getwindowgeometry", "--shell", id])));
        sizes.filter(|size| size.width > 50 && size.height > 20).collect()
    }

    /// Presses a button by X's number for it.
    fn press(&self, (x, y): (usize, usize), button: &str) {
        // A moment between arriving and pressing, as a hand needs it and GTK expects it.
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "sleep", "0.2", "click", button]);
    }

    /// Its exit code tells only whether a search found anything.
    fn xdotool(&self, arguments: &[&str]) -> String {
        let mut command = self.command("xdotool");
        let output = command.args(arguments).stdout(std::process::Stdio::piped()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Nothing when the window has gone in the meantime or lies off the screen.
fn geometry(said: &str) -> Option<Rect> {
    let value = |key: &str| said.lines().find_map(|line| line.strip_prefix(key))?.parse().ok();
    Some(Rect { x: value("X=")?, y: value("Y=")?, width: value("WIDTH=")?, height: value("HEIGHT=")? })
}
