//! What to do where no panel shows the icon, by desktop and distribution.

/// The desktop that somebody sits at, as far as it tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seat {
    /// `XDG_CURRENT_DESKTOP`: names of desktops, the most particular one first, with colons between them.
    pub desktops: String,
    /// `ID` and `ID_LIKE` of the distribution, the most particular one first.
    pub distributions: Vec<String>,
}

/// Whose packages a distribution uses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packages {
    Debian,
    Fedora,
    Arch,
    Others,
}

impl Seat {
    fn packages(&self) -> Packages {
        let family = |id: &String| match id.as_str() {
            "debian" | "ubuntu" => Some(Packages::Debian),
            "fedora" | "rhel" => Some(Packages::Fedora),
            "arch" => Some(Packages::Arch),
            _ => None,
        };
        self.distributions.iter().find_map(family).unwrap_or(Packages::Others)
    }

    fn install(&self, packages: &str) -> String {
        match self.packages() {
            Packages::Debian => format!("`sudo apt install {packages}`"),
            Packages::Fedora => format!("`sudo dnf install {packages}`"),
            Packages::Arch => format!("`sudo pacman -S {packages}`"),
            Packages::Others => format!("install {packages}"),
        }
    }
}

/// What makes a panel show the icon.
#[must_use]
pub fn panel_cure(seat: &Seat) -> String {
    let known = seat.desktops.split(':').find_map(|desktop| cure(&desktop.to_ascii_lowercase(), seat));
    known.unwrap_or_else(|| {
        format!(
            "use a panel that knows StatusNotifierItem, such as xfce4-panel or, on Wayland, waybar: {}",
            seat.install("xfce4-panel")
        )
    })
}

fn cure(desktop: &str, seat: &Seat) -> Option<String> {
    Some(match desktop {
        "gnome" | "gnome-classic" | "gnome-flashback" => {
            // Debian lists it by another name than its makers.
            let name = match seat.packages() {
                Packages::Debian => "Ubuntu AppIndicators",
                Packages::Fedora | Packages::Arch | Packages::Others => {
                    "AppIndicator and KStatusNotifierItem Support"
                }
            };
            let package = seat.install("gnome-shell-extension-appindicator");
            format!(
                "GNOME needs an extension: {package}, log in again, and switch on \"{name}\" in Extensions"
            )
        }
        "x-cinnamon" | "cinnamon" => match seat.packages() {
            Packages::Debian => {
                format!(
                    "Cinnamon needs xapp-sn-watcher: {}, and log in again",
                    seat.install("xapp-sn-watcher")
                )
            }
            Packages::Fedora | Packages::Arch | Packages::Others => {
                "Cinnamon needs xapp-sn-watcher, a part of XApp: install it, and log in again".into()
            }
        },
        "budgie" => {
            let packages = match seat.packages() {
                Packages::Debian => {
                    format!("{}, and ", seat.install("budgie-indicator-applet ayatana-indicator-application"))
                }
                Packages::Fedora | Packages::Arch | Packages::Others => String::new(),
            };
            format!(
                "Budgie needs an applet for indicators: {packages}add \"AppIndicator Applet\" to the panel"
            )
        }
        "kde" => "add the widget \"System Tray\" to Plasma's panel".into(),
        "xfce" => "add \"Status Tray Plugin\" to the panel: Panel, Add New Items".into(),
        "mate" => "add \"Notification Area\" to the panel: Add to Panel".into(),
        "lxqt" => "add the widget \"Status Notifier Plugin\" to the panel: Manage Widgets".into(),
        "sway" => format!(
            "let sway's bar show icons (no `tray_output none`), or use waybar: {}",
            seat.install("waybar")
        ),
        "hyprland" | "river" | "wayfire" | "labwc" | "niri" | "wlroots" => {
            format!(
                "use a bar that shows icons, such as waybar with its module \"tray\": {}",
                seat.install("waybar")
            )
        }
        "i3" | "lxde" | "awesome" | "icewm" | "jwm" | "openbox" | "fluxbox" | "bspwm" | "dwm" => format!(
            "this panel knows only the old kind of icon (XEmbed); one that knows StatusNotifierItem is xfce4-panel: {}",
            seat.install("xfce4-panel")
        ),
        "windows" => "start the taskbar: `explorer.exe`".into(),
        _ => return None,
    })
}

/// Where no panel shows the icon, said by a toast.
#[must_use]
pub fn no_panel(cure: &str) -> String {
    format!("{}. Until then notifications tell of orphans.", super::capital(cure))
}

/// The same in one line, for the log and for a terminal.
#[must_use]
pub fn no_panel_line(cure: &str) -> String {
    format!("no panel shows icons here yet; the icon appears when one does: {cure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cure_for(desktops: &str, distributions: &[&str]) -> String {
        let distributions = distributions.iter().map(|&id| id.into()).collect();
        panel_cure(&Seat { desktops: desktops.into(), distributions })
    }

    #[test]
    fn each_desktop_has_a_cure_by_its_own_packages() {
        for (desktops, distributions, says) in [
            ("GNOME", &["debian"][..], "apt install gnome-shell-extension-appindicator"),
            ("GNOME", &["debian"], "\"Ubuntu AppIndicators\""),
            ("ubuntu:GNOME", &["ubuntu", "debian"], "\"Ubuntu AppIndicators\""),
            ("GNOME-Classic:GNOME", &["fedora"], "dnf install gnome-shell-extension-appindicator"),
            ("GNOME", &["endeavouros", "arch"], "\"AppIndicator and KStatusNotifierItem Support\""),
            ("GNOME", &[], "install gnome-shell-extension-appindicator"),
            ("X-Cinnamon", &["linuxmint", "ubuntu"], "apt install xapp-sn-watcher"),
            ("X-Cinnamon", &["fedora"], "XApp"),
            ("Budgie:GNOME", &["debian"], "ayatana-indicator-application"),
            ("Budgie", &["arch"], "AppIndicator Applet"),
            ("sway", &["arch"], "pacman -S waybar"),
            ("Hyprland", &["fedora"], "dnf install waybar"),
            ("i3", &["debian"], "apt install xfce4-panel"),
            ("LXDE", &["debian"], "XEmbed"),
            ("KDE", &["debian"], "System Tray"),
            ("", &["debian"], "StatusNotifierItem"),
            ("something-new", &[], "install xfce4-panel"),
        ] {
            let cure = cure_for(desktops, distributions);
            assert!(cure.contains(says), "{desktops} {distributions:?}: {cure}");
        }
    }

    #[test]
    fn budgie_is_not_taken_for_the_gnome_below_it() {
        assert!(!cure_for("Budgie:GNOME", &["debian"]).contains("gnome-shell"));
    }
}
