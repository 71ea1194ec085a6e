#!/usr/bin/env python3
"""The file version of Windows programs, a.b.c.d, once if all of them say the same.

    exe_version.py PROGRAM…              prints it
    exe_version.py --set a.b.c.d PROGRAM…   writes it (for tests that need a second version)
"""

import pathlib
import struct
import sys

# The head of the block that Windows reads the version from, with the version of its format.
HEAD = struct.pack("<II", 0xFEEF04BD, 0x00010000)


def place(program):
    data = pathlib.Path(program).read_bytes()
    at = data.find(HEAD)
    if data[:2] != b"MZ" or at < 0 or data.find(HEAD, at + 1) >= 0:
        raise SystemExit(f"{program}: no version, or more than one")
    return data, at + len(HEAD)


def read(program):
    data, at = place(program)
    high, low = struct.unpack_from("<II", data, at)
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"


def write(program, version):
    data, at = place(program)
    a, b, c, d = map(int, version.split("."))
    words = struct.pack("<II", a << 16 | b, c << 16 | d)
    # Of the file, and of the product.
    pathlib.Path(program).write_bytes(data[:at] + words * 2 + data[at + 16 :])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--set"] and len(sys.argv) > 3:
        for one in sys.argv[3:]:
            write(one, sys.argv[2])
    elif len(sys.argv) > 1:
        versions = {one: read(one) for one in sys.argv[1:]}
        if len(set(versions.values())) != 1:
            raise SystemExit(f"different versions: {versions}")
        print(next(iter(versions.values())))
    else:
        raise SystemExit(__doc__)
