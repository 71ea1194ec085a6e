"""The screen as a person has it: pictures, words on them, and the pointer."""

import re
import subprocess
import time

PICTURES = "/tmp/pictures"


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, check=False).stdout


class Picture:
    """What is on the screen now."""

    # As it is, and for pale labels each spot beside its own surroundings, dark on light and light on dark.
    WAYS = (["-normalize"], ["-lat", "40x40-3%"], ["-negate", "-lat", "40x40-3%"])

    def __init__(self, name=None):
        data = run("import", "-silent", "-window", "root", "-depth", "8", "ppm:-")
        head = re.match(rb"P6\s+(?:#.*\s+)?(\d+)\s+(\d+)\s+255\s", data)
        if not head:
            raise SystemExit(f"no picture of the screen: {data[:80]!r}")
        self.width, self.height = int(head[1]), int(head[2])
        self.pixels = data[head.end():]
        if name:
            run("convert", "ppm:-", f"{PICTURES}/{name}.png", text=data)
        self.data = data

    def at(self, x, y):
        at = 3 * (y * self.width + x)
        return tuple(self.pixels[at:at + 3])

    def spots(self, colour, tolerance=24):
        """Places of this colour."""
        wanted = bytes(colour)
        found = []
        row = 3 * self.width
        first = set(range(max(0, wanted[0] - tolerance), min(255, wanted[0] + tolerance) + 1))
        for y in range(self.height):
            line = self.pixels[y * row:(y + 1) * row]
            reds = line[0::3]
            if not first.intersection(reds):
                continue
            for x, red in enumerate(reds):
                if red in first and all(abs(line[3 * x + i] - wanted[i]) <= tolerance for i in (1, 2)):
                    found.append((x, y))
        return found

    def largest(self, colour, without=frozenset(), near=None):
        """The largest cluster of this colour that is not larger than an icon: its middle and its size. `near` is where
        the icon was before: toasts show the same picture."""
        left = set(self.spots(colour)) - without
        best = None
        while left:
            todo, cluster = [left.pop()], []
            while todo:
                x, y = todo.pop()
                cluster.append((x, y))
                for beside in ((x + dx, y + dy) for dx in range(-2, 3) for dy in range(-2, 3)):
                    if beside in left:
                        left.discard(beside)
                        todo.append(beside)
            xs, ys = [x for x, _ in cluster], [y for _, y in cluster]
            width, height = max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
            fits = 8 <= width <= 80 and 8 <= height <= 80
            if near:
                fits = fits and all(abs((min(at) + max(at)) // 2 - there) < 40 for at, there in zip((xs, ys), near))
            if fits and (best is None or len(cluster) > best[4]):
                best = ((min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2, width, height, len(cluster))
        return best and best[:4]

    def changed(self, before, border=0):
        """The rectangle that differs from an earlier picture."""
        if self.pixels == before.pixels:
            return None
        row = 3 * self.width
        lines = [y for y in range(self.height) if self.pixels[y * row:(y + 1) * row] != before.pixels[y * row:(y + 1) * row]]
        top, bottom = lines[0], lines[-1]
        left, right = self.width, 0
        for y in lines:
            now, was = self.pixels[y * row:(y + 1) * row], before.pixels[y * row:(y + 1) * row]
            columns = [x for x in range(self.width) if now[3 * x:3 * x + 3] != was[3 * x:3 * x + 3]]
            left, right = min(left, columns[0]), max(right, columns[-1])
        return (left, top, right - left + 1, bottom - top + 1)

    def words(self, area=None):
        """The words in an area, each with its place, as they are read off the pixels."""
        area = area or (0, 0, self.width, self.height)
        return [word for way in self.WAYS for word in self.read(area, way)]

    def read(self, area, way):
        x, y, width, height = area
        crop = ["convert", "ppm:-", "-crop", f"{width}x{height}+{x}+{y}", "+repage", "-resize", "300%",
                "-colorspace", "Gray", *way, "png:-"]
        table = run("tesseract", "-", "-", "--psm", "11", "tsv", text=run(*crop, text=self.data)).decode()
        found = []
        for line in table.splitlines()[1:]:
            cells = line.split("\t")
            if len(cells) == 12 and cells[11].strip() and float(cells[10]) > 20:
                left, top, wide, high = (int(cell) // 3 for cell in cells[6:10])
                found.append((cells[11].strip(), (x + left, y + top, wide, high)))
        return found

    def text(self, area=None):
        return " ".join(word for word, _ in self.words(area))

    def find(self, text, area=None, without=()):
        """The middle of this text, all of it and nothing else between its words, but at none of the places `without`."""
        places = [place for place in self.places(text, area)
                  if all(abs(place[0] - x) + abs(place[1] - y) > 12 for x, y in without)]
        return places[0] if places else None

    def places(self, text, area=None):
        """Wherever this text stands. Read leniently: spaces count for nothing, and "1" is "l" to some eyes."""
        area = area or (0, 0, self.width, self.height)
        wanted, found = letters(text), []
        for way in self.WAYS:
            words = self.read(area, way)
            for _, (_, y, _, height) in words:
                middle = y + height // 2
                line = sorted((place[0], word, place) for word, place in words if place[1] <= middle <= place[1] + place[3])
                for first in range(len(line)):
                    for last in range(first, len(line)):
                        if letters("".join(word for _, word, _ in line[first:last + 1])) == wanted:
                            right = line[last][2]
                            found.append(((line[first][0] + right[0] + right[2]) // 2, middle))
        return found

    def contrast(self, area):
        """Between the ground of an area and the text on it, as WCAG counts it."""
        x, y, width, height = area
        colours = {}
        for at_y in range(y, min(y + height, self.height)):
            for at_x in range(x, min(x + width, self.width)):
                pixel = self.at(at_x, at_y)
                colours[pixel] = colours.get(pixel, 0) + 1
        ground = max(colours, key=colours.get)
        return max(ratio(ground, colour) for colour in colours)


def letters(text):
    """What is left of a text when eyes may err."""
    return re.sub(r"[^0-9a-z]", "", text.lower().replace("|", "l")).replace("1", "l").replace("i", "l")


def ratio(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [part / 255 for part in colour]
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def move(x, y):
    run("xdotool", "mousemove", str(x - 3), str(y - 2), "sleep", "0.3", "mousemove", str(x), str(y), "sleep", "0.3")


def click(x, y, button=1):
    move(x, y)
    run("xdotool", "click", str(button))


def key(name):
    run("xdotool", "key", name)


def eventually(find, patience):
    """What `find` finds in time, or nothing."""
    end = time.monotonic() + patience
    while True:
        found = find()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.3)
