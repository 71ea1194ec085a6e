"""A wrapper as they are usually written: is the port free, the settings, the server as a child, its output copied."""

import os
import signal
import socket
import subprocess
import sys


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


port, command = int(sys.argv[1]), sys.argv[2:]
if not is_free(port):
    sys.exit(f"port {port} is taken")
child = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
for number in signal.SIGTERM, signal.SIGINT:
    signal.signal(number, lambda *_: child.terminate())
for line in child.stdout:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
sys.exit(child.wait())
