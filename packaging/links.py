#!/usr/bin/env python3
"""Says which links of the pages in a folder lead nowhere in that folder.

    links.py FOLDER

Prints each of them and fails then. Links to the network are not followed.
"""

import pathlib
import re
import sys


def main(folder):
    pages = sorted(pathlib.Path(folder).rglob("*.md"))
    if not pages:
        raise SystemExit(f"{folder} has no pages")
    lost = [
        f"{page.relative_to(folder)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if ":" not in link and not (page.parent / link).is_file()
    ]
    if lost:
        raise SystemExit("\n".join(["links lead nowhere:", *lost]))


main(sys.argv[1])
