"""Looks as scripts usually do: every process with its command line, every socket with its process.

    psutil_look.py SCRIPT PORT

For each line of its input, which says how often to look, it answers with the CPU time of a look in ns (median and
mean) and with how much the last one found.
"""

import statistics
import sys
import time

import psutil

script, port = sys.argv[1], int(sys.argv[2])


def look() -> int:
    found = 0
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        if any(script in word for word in process.info["cmdline"] or []):
            found += 1
    for row in psutil.net_connections():
        if row.status == psutil.CONN_LISTEN and row.laddr.port == port and row.pid:
            found += 1
    return found


for line in sys.stdin:
    costs = []
    for _ in range(int(line)):
        before = time.process_time_ns()
        found = look()
        costs.append(time.process_time_ns() - before)
    print(int(statistics.median(costs)), sum(costs) // len(costs), found, flush=True)
