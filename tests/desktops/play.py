#!/usr/bin/env python3
"""One desktop's play, inside its namespaces: idle, healthy, orphaned, menu, Cleanup by the pointer, toast.

Prints `PASS what`, `FAIL what: why`, `SKIP what: why`, `NOTE what was measured`, and `END` when it has come to its end.
"""

import os
import re
import signal
import subprocess
import sys
import time

from hosts import HOSTS
from screen import PICTURES, Picture, click, eventually, key, move, run

GREY, GREEN, RED = (0x8A, 0x90, 0x99), (0x1F, 0xA3, 0x4A), (0xE0, 0x30, 0x2B)
# Software rendering, two cores, and other people on them.
PATIENCE = 30
CLEAN_UP = "Clean up 1 orphan"
HEADLINE = "1 orphan holds port 3005"

HOST_NAME = sys.argv[1]
HOST = HOSTS[HOST_NAME]
HOME = "/tmp/home"


def passed(what):
    print("PASS", f"{HOST_NAME}: {what}")


def failed(what, why):
    print("FAIL", f"{HOST_NAME}: {what}: {why}")


def skipped(what, why):
    print("SKIP", f"{HOST_NAME}: {what}: {why}")


def note(what):
    print("NOTE", f"{HOST_NAME}: {what}")


def check(what, holds, why="it did not happen"):
    passed(what) if holds else failed(what, why)
    return bool(holds)


def start(command, log):
    out = open(f"{PICTURES}/{log}.log", "wb")
    return subprocess.Popen(command, shell=isinstance(command, str), stdout=out, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL, start_new_session=True, cwd=HOME)


def session():
    """Screen, bus, desktop."""
    os.environ.update({
        "HOME": HOME, "USER": "player", "LOGNAME": "player", "SHELL": "/bin/bash", "DISPLAY": ":1",
        "XDG_RUNTIME_DIR": "/run/user/1500", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1500/bus",
        "XDG_CURRENT_DESKTOP": HOST.desktop, "XDG_SESSION_TYPE": "x11", "LIBGL_ALWAYS_SOFTWARE": "1",
        "XDG_DATA_DIRS": "/usr/local/share:/usr/share", "XDG_CONFIG_DIRS": "/etc/xdg", "TZ": "UTC",
        # The readers of pictures wait for each other's threads for minutes where the cores are busy.
        "OMP_THREAD_LIMIT": "1",
        # As where a screen reader is in use.
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", **HOST.env,
    })
    start(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path=/run/user/1500/bus"], "bus")
    start(["Xvfb", ":1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "+extension", "GLX", "+extension", "RANDR"], "xvfb")
    ready = eventually(lambda: os.path.exists("/tmp/.X11-unix/X1") and os.path.exists("/run/user/1500/bus"), 20)
    if not ready:
        raise SystemExit("no screen or no bus")
    run("dbus-update-activation-environment", "--all")
    for number, step in enumerate(HOST.start):
        match step:
            case int():
                time.sleep(step)
            case ("run", command):
                done = subprocess.run(command, shell=True, capture_output=True, check=False)
                print(command, done.stdout.decode(), done.stderr.decode())
            case str():
                start(step, f"host-{number}")
                time.sleep(1)
    time.sleep(2)


class Client:
    """A client with one server. The server outlives it, which is what all this is about."""

    CODE = ("import subprocess,sys,time;"
            "subprocess.Popen([sys.executable,'-u','/tmp/programs/run_ws_shim.py','--port','3005'],"
            "stdin=subprocess.PIPE,stdout=subprocess.PIPE,env=dict(__import__('os').environ,PYTHONPATH='/tmp/programs'));"
            "time.sleep(600)")

    def __init__(self):
        self.process = start([sys.executable, "-c", self.CODE], "client")

    def dies(self):
        self.process.kill()
        self.process.wait()


def shims():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline", "rb").read().split(b"\0")
        except OSError:
            continue
        if b"/tmp/programs/run_ws_shim.py" in words and words[0].startswith(b"/usr/bin/python"):
            found.append(int(pid))
    return found


def icon(colour, without, name, near=None):
    """Waits for an icon of this colour, and takes a picture."""
    found = eventually(lambda: Picture().largest(colour, without, near), PATIENCE)
    Picture(name)
    return found


class Bus:
    """Every toast that is asked for, read off the bus."""

    def __init__(self):
        self.log = f"{PICTURES}/notify.log"
        self.process = start(["dbus-monitor", "--session", "interface='org.freedesktop.Notifications',member='Notify'"], "notify")

    def toasts(self):
        """Title and body of each, in order."""
        text = open(self.log, encoding="utf-8", errors="replace").read()
        calls = re.findall(r"^method call [^\n]* sender=(\S+)(.*?)(?=^method call|\Z)", text, re.M | re.S)
        # GNOME hands each call on to its shell by another one of the same name; the first is the tray's.
        strings = [re.findall(r'^   string "(.*?)"$', call, re.M | re.S)
                   for sender, call in calls if sender == calls[0][0]]
        return [tuple(found[2:4]) for found in strings if len(found) >= 4]

    def about(self, title):
        return any(title in said[0] for said in self.toasts())

    def orphans(self):
        return sum("Orphaned MCP server" in said[0] for said in self.toasts())


def main():
    session()
    bus = Bus()
    before = Picture("0-before")
    grey, green, red = (set(before.spots(colour)) for colour in (GREY, GREEN, RED))
    os.makedirs(f"{HOME}/sk", exist_ok=True)
    with open(f"{HOME}/sk/config.toml", "w", encoding="utf-8") as file:
        file.write('poll_interval = "0.5s"\norphan_grace = "0.5s"\n')
    # As most people have it: the desktop knows the program by its entry.
    run("/tmp/programs/shimkeeper", "--home", f"{HOME}/sk", "autostart", "enable")
    tray = start(["/tmp/programs/shimkeeper-tray", "--home", f"{HOME}/sk"], "tray")
    has_icon, has_menu = "icon" not in HOST.lacks, "menu" not in HOST.lacks

    at = None
    if has_icon:
        check("an idle icon is shown", icon(GREY, grey, "1-idle"), "no grey icon on the screen")
    client = Client()
    if has_icon:
        at = icon(GREEN, green, "2-healthy")
        at = at and at[:2]
        check("a healthy icon is green", at, "no green icon on the screen")
    else:
        eventually(shims, PATIENCE)
        time.sleep(3)
    calm = Picture()
    client.dies()
    if has_icon:
        check("an orphan turns it red", icon(RED, red, "3-orphaned", at), "no red icon on the screen")
    if check("the orphan is told of by a toast", eventually(lambda: bus.about("Orphaned MCP server"), PATIENCE)):
        time.sleep(1)
        seen = Picture("4-toast")
        text = seen.text(seen.changed(calm))
        check("the toast can be read on the screen", "rphaned" in text, f"it reads: {text}")
    accessible()
    if has_menu:
        by_menu(at)
    else:
        skipped("the menu", "this desktop has none for icons")
        instead_of_menu(at, bus)
    if shims():
        for pid in shims():
            os.kill(pid, signal.SIGKILL)
    by_toast(bus)
    if not has_icon:
        no_panel(bus)
    check("the tray lives", tray.poll() is None, "it has ended")


def by_menu(at):
    if not at:
        return failed("the menu opens", "there is no icon to click")
    move(640, 300)
    time.sleep(1)
    before = Picture()
    # The toast offers the same, and is no part of the menu. Read before: some menus do not stay open for long.
    of_the_toast = before.places(CLEAN_UP)
    click(*at, button=HOST.menu_button)
    time.sleep(2)
    menu = Picture("5-menu")
    area = menu.changed(before)
    row = area and (menu.find(CLEAN_UP, area, of_the_toast) or eventually(lambda: Picture().find(CLEAN_UP, area, of_the_toast), 10))
    if not check("the menu opens and can be read", row and area, f"it reads: {menu.text(area) if area else 'nothing changed'}"):
        return key("Escape")
    aloud("the menu's headline", "rows",
          lambda: [said for said in read_aloud() if "menu item" in said[1] and HEADLINE in said[2]])
    click(*row)
    check("a click on its row ends the orphan", eventually(lambda: not shims(), PATIENCE), f"{shims()} live")
    time.sleep(2)
    Picture("6-cleaned")
    measure(menu, area)


def measure(menu, area):
    """How well the headline can be read, and whether that is the desktop's doing: every row has the same colour then."""
    words = menu.words(area)
    headline = [place for word, place in words if "orphan" in word.lower() or word == "3005"]
    if not headline:
        return skipped("the headline's contrast", f"the headline could not be read: {words[:8]}")
    found = menu.contrast(min(headline, key=lambda place: place[1]))
    others = [menu.contrast(place) for word, place in words if word in ("Quit", "Open", "Restart", "About")]
    note(f"headline {found:.1f}:1, other rows up to {max(others, default=0):.1f}:1")
    if found < 4.5 and others and found >= max(others) - 0.2:
        return skipped("a contrast of 4.5:1", f"this theme draws every row that can be chosen at {found:.1f}:1")
    check("the headline has a contrast of 4.5:1 or more", found >= 4.5, f"{found:.1f}:1")
    return None


def instead_of_menu(at, bus):
    """Where an icon has no menu, a click with any button shows a toast that offers the same."""
    for button in (1, 2, 3) if at else ():
        told = len(bus.toasts())
        click(*at, button=button)
        answered = eventually(lambda: len(bus.toasts()) > told, 10)
        check(f"a click with button {button} on the icon shows a toast", answered, "nothing was asked for")
    if at:
        time.sleep(1)
        Picture("5-clicked")


def by_toast(bus):
    """A second orphan, ended by the toast's button."""
    time.sleep(2)
    client = Client()
    eventually(shims, PATIENCE)
    time.sleep(3)
    before, told = Picture(), bus.orphans()
    client.dies()
    eventually(lambda: bus.orphans() > told, PATIENCE)
    time.sleep(1)
    title = eventually(lambda: toast_on_screen(before), PATIENCE)
    Picture("7-second-toast")
    if not title:
        return failed("the second toast is on the screen", f"it reads: {Picture().text()}")
    if "actions" in HOST.lacks:
        body = bus.toasts()[-1][1]
        return check("the words of the toast say what to do", f"shimkeeper --home {HOME}/sk cleanup" in body, body)
    move(*title)
    time.sleep(1)
    if "buttons" in HOST.lacks:
        told = len(bus.toasts())
        click(*title)
        answered = eventually(lambda: len(bus.toasts()) > told, PATIENCE)
        check("a click on the toast shows the state", answered and bus.toasts()[-1][0].startswith("1 orphan"),
              f"the last toast is {bus.toasts()[-1:]}")
        check("and ends nothing", shims(), "the orphan is gone")
        check("and the words say what to do", f"shimkeeper --home {HOME}/sk cleanup" in bus.toasts()[-1][1], bus.toasts()[-1:])
        time.sleep(1)
        Picture("8-state")
        return None
    seen = Picture()
    button = seen.find(HOST.clean_up, seen.changed(before)) or told_place(HOST.clean_up)
    Picture("8-toast-buttons")
    if not check("the toast has a button", button, f"it reads: {seen.text(seen.changed(before))}"):
        return None
    click(*button)
    check("its button ends the orphan", eventually(lambda: not shims(), PATIENCE), f"{shims()} live")
    check("and it is told", eventually(lambda: bus.about("Cleaned up"), PATIENCE), bus.toasts()[-1:])
    time.sleep(1)
    Picture("9-cleaned-by-toast")
    return None


def toast_on_screen(before):
    """Where the title of a toast about an orphan is. GNOME shows the next toast only to people who are there."""
    for x in (640, 660):
        move(x, 500)
    now = Picture()
    return now.find("Orphaned MCP", now.changed(before))


def no_panel(bus):
    told = [said for said in bus.toasts() if "No panel" in said[0]]
    check("it is told once that no panel shows the icon, and what to do", len(told) == 1, bus.toasts())
    if told:
        note(f"the cure: {told[0][1]}")


# Everything that a desktop tells screen readers: program, role, name, description, and the middle of its place.
READ_ALOUD = """
import pyatspi
def walk(node, depth, program):
    try:
        x = y = 0
        if node.getRoleName() in ("push button", "button"):
            place = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
            x, y = place.x + place.width // 2, place.y + place.height // 2
        words = (program, node.getRoleName(), node.name or "", node.description or "", str(x), str(y))
        if node.name or node.description:
            print("\\x1f".join(word.replace("\\n", " ") for word in words))
        for at in range(min(node.childCount, 80)):
            child = node.getChildAtIndex(at)
            if child and depth < 25:
                walk(child, depth + 1, program)
    except Exception:
        pass
for program in pyatspi.Registry.getDesktop(0):
    if program:
        walk(program, 0, program.name or "")
"""


def read_aloud():
    done = subprocess.run(["timeout", "60", "python3", "-c", READ_ALOUD], capture_output=True, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    return [line.split("\x1f") for line in lines if line.count("\x1f") == 5]


def told_place(name):
    """Where something of this name is, as the desktop tells screen readers. For labels too pale to be read off the pixels."""
    return next(((int(x), int(y)) for _, _, said, _, x, y in read_aloud() if said == name and (x, y) != ("0", "0")), None)


def aloud(what, name, told):
    """Whether a screen reader is told something. Desktops that are known to tell it must; of others it is noted."""
    found = eventually(told, 10 if name in HOST.tells else 0)
    note(f"read aloud of {what}: {found[0][1:4] if found else 'nothing'}")
    if name in HOST.tells or found:
        check(f"a screen reader is told {what}", found, "it is not told")
    else:
        skipped(f"{what} for screen readers", "this desktop tells nothing of it")


def accessible():
    """What a screen reader would say while an orphan lives."""
    # The toast says the same, and is no icon.
    is_icon = lambda said: "notif" not in said[0].lower() and said[1] not in ("notification", "label", "menu item")
    aloud("the state by the icon", "icon",
          lambda: [said for said in read_aloud() if HEADLINE in said[2] + said[3] and is_icon(said)])
    aloud("the toast", "toast", lambda: [said for said in read_aloud() if "server holds port 3005" in said[2]])
    if not {"buttons", "actions"}.intersection(HOST.lacks):
        aloud("the toast's button", "toast",
              lambda: [said for said in read_aloud() if "button" in said[1] and said[2] == HOST.clean_up])


main()
print("END")
