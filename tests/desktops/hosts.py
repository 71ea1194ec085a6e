#!/usr/bin/env python3
"""The desktops that `scripts/desktops` knows: what each needs, how it starts, and what it cannot do.

`hosts.py names`, `hosts.py packages NAME` and `hosts.py overlay NAME` tell the script; `play.py` imports the rest.
"""

import sys
from dataclasses import dataclass, field

# The X server, the pointer, pictures, reading them, and asking for accessible names.
COMMON = "xvfb xdotool imagemagick tesseract-ocr dbus-x11 libglib2.0-bin python3-pyatspi at-spi2-core openbox fonts-dejavu-core adwaita-icon-theme"


@dataclass
class Host:
    packages: str
    desktop: str
    # Started in this order; a list waits for nobody, a number is seconds of patience.
    start: list
    env: dict = field(default_factory=dict)
    # What is missing by the desktop's own nature: "icon", "menu", "buttons"; "actions" where toasts answer nothing at all.
    lacks: tuple = ()
    # What it is known to tell screen readers: "icon", "rows" of the menu, "toast".
    tells: tuple = ()
    # The button of the pointer that opens an icon's menu.
    menu_button: int = 3
    # What the toast's button says.
    clean_up: str = "Clean up 1 orphan"
    # The host in whose overlay the same packages are.
    overlay: str = ""


XFCE_PANEL = """q="xfconf-query -c xfce4-panel"
$q -p /panels -n -t int -s 1 -a
$q -p /panels/panel-1/position -n -t string -s "p=8;x=640;y=780"
$q -p /panels/panel-1/length -n -t uint -s 100
$q -p /panels/panel-1/size -n -t uint -s 36
$q -p /panels/panel-1/plugin-ids -n -a -t int -s 1 -t int -s 2
$q -p /plugins/plugin-1 -n -t string -s clock
$q -p /plugins/plugin-2 -n -t string -s systray"""

MATE_START = [
    "openbox", "xsetroot -solid '#3a6ea5'",
    "/usr/lib/mate-notification-daemon/mate-notification-daemon", 1,
]

# A panel of MATE's with these applets, for `dconf load`.
MATE_PANEL = """mkdir -p ~/.config && dconf load /org/mate/panel/ <<'X'
[general]
object-id-list=['tray', 'clock']
toplevel-id-list=['bottom']
[toplevels/bottom]
orientation='bottom'
size=32
expand=true
[objects/tray]
applet-iid='{applet}'
object-type='applet'
toplevel-id='bottom'
position=40
panel-right-stick=true
[objects/clock]
applet-iid='ClockAppletFactory::ClockApplet'
object-type='applet'
toplevel-id='bottom'
position=0
panel-right-stick=true
X"""

GNOME_SETTINGS = """gsettings set org.gnome.shell disable-user-extensions false
gsettings set org.gnome.shell enabled-extensions "{extensions}"
gsettings set org.gnome.shell welcome-dialog-last-shown-version 99
gsettings set org.gnome.desktop.interface enable-animations false
gsettings set org.gnome.desktop.session idle-delay 0"""

SWAY = "WLR_BACKENDS=x11 WLR_RENDERER=pixman WLR_NO_HARDWARE_CURSORS=1 sway -c ~/sway"
SWAY_CONFIG = """cat > ~/sway <<'X'
output * bg #3a6ea5 solid_color
output * mode 1280x800
exec env > /tmp/home/sway.env
bar {{
{bar}
}}
X"""

PLASMA = "plasma-desktop plasma-workspace kwin-x11 plasma-integration breeze breeze-icon-theme"
PLASMA_ENV = {"KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5", "QT_QPA_PLATFORMTHEME": "kde",
              "QT_QUICK_BACKEND": "software"}


def plasma(colours):
    return [("run", "mkdir -p ~/.config; kwriteconfig5 --file kwinrc --group Compositing --key Enabled false; "
                    "kwriteconfig5 --file ksplashrc --group KSplash --key Engine none; "
                    f"plasma-apply-colorscheme {colours}"),
            "kded5", "kwin_x11", 3, "plasmashell", 20]


HOSTS = {
    "xfce": Host(
        "xfce4-panel xfconf xfce4-notifyd", "XFCE",
        ["openbox", "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd", 1,
         ("run", XFCE_PANEL), "xfce4-panel --disable-wm-check"],
        tells=("toast",),
    ),
    "mate": Host(
        "mate-panel mate-notification-daemon mate-indicator-applet dconf-cli dconf-service dconf-gsettings-backend x11-xserver-utils", "MATE",
        [*MATE_START, ("run", MATE_PANEL.format(applet="NotificationAreaAppletFactory::NotificationArea")),
         "mate-panel", 8],
    ),
    "mate-ayatana": Host(
        "mate-panel mate-notification-daemon mate-indicator-applet ayatana-indicator-application dconf-cli "
        "dconf-service dconf-gsettings-backend x11-xserver-utils", "MATE",
        [*MATE_START, ("run", MATE_PANEL.format(applet="IndicatorAppletCompleteFactory::IndicatorAppletComplete")),
         "/usr/libexec/ayatana-indicator-application/ayatana-indicator-application-service", 2, "mate-panel", 8],
        menu_button=1,
    ),
    "lxqt": Host(
        "lxqt-panel lxqt-notificationd lxqt-themes breeze-icon-theme", "LXQt",
        ["openbox", "lxqt-notificationd", 1,
         ("run", "mkdir -p ~/.config/lxqt && printf '[General]\\nicon_theme=breeze\\ntheme=frost\\n' > ~/.config/lxqt/lxqt.conf && "
                 "printf 'panels=panel1\\n[panel1]\\nplugins=statusnotifier, worldclock\\nposition=Bottom\\n"
                 "[statusnotifier]\\ntype=statusnotifier\\nalignment=Right\\n[worldclock]\\ntype=worldclock\\n"
                 "alignment=Right\\n' > ~/.config/lxqt/panel.conf"),
         "lxqt-panel", 5],
        env={"XDG_CONFIG_DIRS": "/etc/xdg", "QT_QPA_PLATFORMTHEME": "lxqt"}, clean_up="Clean up",
        tells=("icon", "toast"),
    ),
    "gnome": Host(
        "gnome-shell gjs gnome-shell-extension-appindicator gnome-themes-extra", "GNOME",
        [("run", GNOME_SETTINGS.format(extensions="['ubuntu-appindicators@ubuntu.com']")),
         "gnome-shell --x11 --sm-disable --unsafe-mode", 15, ("run", "xdotool key Escape")],
    ),
    "gnome-plain": Host(
        "gnome-shell gjs gnome-themes-extra", "GNOME",
        [("run", GNOME_SETTINGS.format(extensions="@as []")),
         "gnome-shell --x11 --sm-disable --unsafe-mode", 15, ("run", "xdotool key Escape")],
        lacks=("icon", "menu"),
    ),
    "sway-swaybar": Host(
        "sway swaybg mako-notifier foot", "sway",
        [("run", SWAY_CONFIG.format(bar="  swaybar_command swaybar\n  tray_output *\n  icon_theme Adwaita\n  status_command while date; do sleep 60; done")),
         SWAY, 4, "WAYLAND_DISPLAY=wayland-1 mako", 1],
        env={"XDG_SESSION_TYPE": "wayland"}, lacks=("menu", "buttons"),
    ),
    "sway-waybar": Host(
        "sway swaybg waybar mako-notifier fonts-font-awesome", "sway",
        [("run", "mkdir -p ~/.config/waybar && echo '{\"layer\":\"top\",\"modules-right\":[\"tray\",\"clock\"],"
                 "\"tray\":{\"icon-size\":20}}' > ~/.config/waybar/config"),
         ("run", SWAY_CONFIG.format(bar="  swaybar_command waybar")), SWAY, 4, "WAYLAND_DISPLAY=wayland-1 mako", 1],
        env={"XDG_SESSION_TYPE": "wayland"}, lacks=("buttons",),
    ),
    "cinnamon": Host(
        "cinnamon xapp-sn-watcher", "X-Cinnamon",
        ["/usr/libexec/xapps/sn-watcher/xapp-sn-watcher", "cinnamon", 20],
    ),
    "enlightenment": Host(
        "enlightenment", "Enlightenment",
        # Its own profile; the default one begins with questions. Then it complains about ACPI and logind, which are not here.
        ["enlightenment_start -profile standard", 15,
         ("run", "for n in 1 2 3; do xdotool key Return; sleep 1; done")],
        env={"ELM_ACCEL": "none"}, lacks=("actions",), menu_button=1,
    ),
    "plasma": Host(PLASMA, "KDE", plasma("BreezeLight"), env=PLASMA_ENV, tells=("icon",)),
    "plasma-dark": Host(PLASMA, "KDE", plasma("BreezeDark"), env=PLASMA_ENV, tells=("icon",), overlay="plasma"),
}

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["names"]:
            print("\n".join(HOSTS))
        case ["overlay", name] if name in HOSTS:
            print(HOSTS[name].overlay or name)
        case ["packages", name] if name in HOSTS:
            print(COMMON, HOSTS[name].packages)
        case _:
            sys.exit(2)
