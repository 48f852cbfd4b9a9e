# Why: a figure counts only if nothing else ran: other processes' share of the processors, and the barrier before and after.
"""Runs one program at a time on a quiet machine; see peers.py."""

import os
import re
import resource
import subprocess
import sys
import time

FOREIGN_LIMIT = 0.03  # share of the processors that others may use during a run
FAR_NS = 150          # a barrier of two threads above it: the processors share no cache (they do below 100 ns)


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
    """Where programs run: `limits` is the program that prints the barrier (`limits barrier`), None when there is none."""

    def __init__(self, limits, patience=0.0):
        self.limits, self.patience = limits, patience  # seconds left to wait for the near state

    def barrier(self):
        if not self.limits:
            return None
        return float(re.search(r"flag_barrier_ns (\d+)", run([self.limits, "barrier"])[0]).group(1))

    def wait_until_near(self):
        """The barrier in ns, near unless the patience is over."""
        barrier = self.barrier()
        while barrier is not None and barrier > FAR_NS and self.patience > 0:
            time.sleep(2)
            self.patience -= 2
            barrier = self.barrier()
        return barrier

    def measure(self, name, threads, command, environment=None, tries=5):
        """Runs until nobody disturbed it: {"output", "foreign", "seconds", "barrier": [before, after]}."""
        for _ in range(tries):
            before = self.wait_until_near() if threads > 1 else self.barrier()
            start = time.monotonic()
            output, foreign = run(command, environment)
            if foreign <= FOREIGN_LIMIT:
                seconds = round(time.monotonic() - start, 2)
                return {"output": output, "foreign": round(foreign, 4), "seconds": seconds, "barrier": [before, self.barrier()]}
            print(f"bench: {name}: others used {foreign:.0%} of the processors; thrown away, again", file=sys.stderr)
        sys.exit("bench: the machine is not quiet; stop what else runs and start again (what was measured is kept with --keep)")


def state(barrier):
    """near, or far when one of the two barriers around a run was far; a machine without the measurement counts as near."""
    known = [ns for ns in barrier if ns is not None]
    return "far" if known and max(known) > FAR_NS else "near"
