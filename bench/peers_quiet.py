# Why: a figure counts only if nothing else ran: other processes' share of the processors, and the barrier before and after.
"""Runs one program at a time on a quiet machine; see peers.py."""

import json
import os
import re
import resource
import subprocess
import sys
import time

FOREIGN_LIMIT = 0.03  # share of the processors that others may use during a run
FAR_NS = 150          # a barrier of two threads above it: the processors share no cache (they do below 100 ns)
LEAST_SPEEDUP = 0.85  # of all threads' multiply-adds over one's, by the number of threads
WAIT_FOR_CORES = 600  # seconds


def busy_seconds():
    """Seconds that all processors together spent on anything but idling; time stolen by other guests counts as busy."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(x) for x in file.readline().split()[1:]]
    user, nice, system, _, _, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, environment=None):
    """Runs a command to its end: (standard output, share of the processors that others used meanwhile)."""
    busy, own, start = busy_seconds(), children_seconds(), os.times().elapsed
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    elapsed = max(os.times().elapsed - start, 1e-2)
    if result.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} failed:\n{result.stderr.strip()[-2000:]}")
    foreign = busy_seconds() - busy - (children_seconds() - own)
    return result.stdout, max(0.0, foreign) / (elapsed * os.cpu_count())


class Machine:
    """Where programs run. `limits` prints the barrier (`limits barrier`) or is None; `probe` is a command of ours whose JSON has the
    multiply-adds of one thread and of all, in a few tenths of a second, or None; both for `threads` threads."""

    def __init__(self, limits, probe, threads, patience):
        self.limits, self.probe, self.threads = limits, probe, threads
        self.patience = patience  # seconds left to wait for the near state of the barrier
        self.looked_at, self.seen = -1e9, None

    def look(self):
        """{"barrier": ns or None, "speedup": of all threads over one, as a share of the number of threads, or None}"""
        barrier = float(re.search(r"flag_barrier_ns (\d+)", run([self.limits, "barrier"])[0]).group(1)) if self.limits else None
        speedup = None
        if self.probe and 1 < self.threads <= os.cpu_count():
            fma = json.loads(run(self.probe)[0])["limits"]["fma_gflops"]
            speedup = fma["all"] / fma["one"] / self.threads
        self.looked_at, self.seen = time.monotonic(), {"barrier": barrier, "speedup": speedup}
        return self.seen

    def wait_until_ready(self):
        """Waits while the processors share a core, and, as long as the patience lasts, while the barrier is far."""
        seen, deadline = self.seen if time.monotonic() - self.looked_at < 1 else self.look(), time.monotonic() + WAIT_FOR_CORES
        while shared_core(seen) and time.monotonic() < deadline or state([seen["barrier"]]) == "far" and self.patience > 0:
            self.patience -= 0 if shared_core(seen) else 2
            time.sleep(2)
            seen = self.look()
        return seen

    def measure(self, name, threads, command, environment=None, tries=5):
        """Runs until nothing disturbed it: {"output", "foreign", "seconds", "barrier": [before, after]}."""
        for _ in range(tries):
            before = self.wait_until_ready()
            start = time.monotonic()
            output, foreign = run(command, environment)
            seconds = round(time.monotonic() - start, 2)
            after = self.look()
            why = disturbance(foreign, threads, before, after)
            if not why:
                return {"output": output, "foreign": round(foreign, 4), "seconds": seconds, "barrier": [before["barrier"], after["barrier"]]}
            print(f"bench: {name}: {why}; thrown away, again", file=sys.stderr)
        sys.exit("bench: the machine is not quiet; stop what else runs and start again (what was measured is kept with --keep)")


def shared_core(seen):
    """Whether all threads together are hardly faster than one: a virtual machine's processors may be put on one core for a while."""
    return seen["speedup"] is not None and seen["speedup"] < LEAST_SPEEDUP


def disturbance(foreign, threads, before, after):
    """What was wrong with a run, or ""."""
    if foreign > FOREIGN_LIMIT:
        return f"others used {foreign:.0%} of the processors"
    if threads > 1 and (shared_core(before) or shared_core(after)):
        return "the processors shared one core"
    return ""


def state(barrier):
    """near, or far when one of the two barriers around a run was far; a machine without the measurement counts as near."""
    known = [ns for ns in barrier if ns is not None]
    return "far" if known and max(known) > FAR_NS else "near"
