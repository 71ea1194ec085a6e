"""A plain pump: the server as a child, one thread for each direction, whatever is there up to 64 KB at a time."""

import os
import subprocess
import sys
import threading

child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def pump(source: int, sink: int) -> None:
    while piece := os.read(source, 65536):
        while piece:
            piece = piece[os.write(sink, piece) :]


def to_the_server() -> None:
    pump(0, child.stdin.fileno())
    child.stdin.close()


threading.Thread(target=to_the_server, daemon=True).start()
pump(child.stdout.fileno(), 1)
sys.exit(child.wait())
