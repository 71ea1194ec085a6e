"""The cleanup script as it was before: looks once for shims and for who holds their port. It only tells.

    seed_cleanup.py [SCRIPT [PORT]]
"""

import sys

import psutil

script = sys.argv[1] if len(sys.argv) > 1 else "run_ws_shim.py"
port = int(sys.argv[2]) if len(sys.argv) > 2 else 3005


def shims() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["pid", "name", "cmdline", "create_time"]):
        try:
            line = " ".join(process.info["cmdline"] or [])
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if script in line:
            found.append(process)
    return found


def holders() -> list[int]:
    rows = psutil.net_connections()
    return [row.pid for row in rows if row.laddr and row.laddr.port == port and row.status == psutil.CONN_LISTEN]


for shim in shims():
    print("shim", shim.info["pid"], shim.info["name"], shim.info["create_time"])
print("port", port, "is held by", holders() or "nobody")
