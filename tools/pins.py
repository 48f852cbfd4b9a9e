#!/usr/bin/env python3
# Why: results keep their bits: small runs of every task are compared with committed digests, or with another binary.
"""pins.py [--binary RNN] [--isa NAME] [--only PREFIX] [--against BINARY | --write]    ./run pins: with the built program

Small runs of every task (pins_cases.py), on each instruction set of this machine. Compared by bits: weights, checkpoints,
the decimal text of losses and norms, translations, texts, figures. Within one binary the same run with other threads, and
stopped and resumed, must have the same bits; across binaries the straight run, --accumulate and the outputs count.

  (neither)   against tests/pins/digests.json, which holds for one build, C library and instruction set; others are skipped
  --against   both binaries run, each difference is named with its first number
  --write     sets the digests of this build anew and names what changed

exit 0: the same; 6: differences, one per line; 77: nothing to compare with; 2: usage; 1: it cannot run
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # tools/ stays clean

from pins_cases import CASES, OUTPUTS
from pins_run import ISAS, ROOT, Failed, NotHere, Program, differing, run_cases

DIGESTS = ROOT / "tests" / "pins" / "digests.json"
SHOWN, CASES_SHOWN = 6, 20  # lines of differences of a case at most, and cases
LIBRARIES = {"highway": "libhwy", "sentencepiece": "sentencepiece", "eigen": "eigen3"}  # compiled in, or learning sub-words


def say(line):
    print(line, flush=True)


# ------------------------------------------------------------------------------------------------------------------- keys

def compiler_of(binary):
    """g++ 12.2.0, as the compiler has noted it in the program; Clang's start code is GCC's, so its own name counts first."""
    data = pathlib.Path(binary).read_bytes()
    for name, pattern in (("clang++", rb"clang version (\d+[.\d]*)"), ("g++", rb"GCC: \([^)]*\) (\d+[.\d]*)")):
        found = re.search(pattern, data)
        if found:
            return f"{name} {found[1].decode()}"
    return "unknown compiler"


def version_of(package):
    try:
        done = subprocess.run(["pkg-config", "--modversion", package], capture_output=True, text=True, check=False)
    except OSError:
        return "?"
    return done.stdout.strip() or "?"


def has_fma():
    """The C library's exp, log, pow and cos round differently on processors with fused multiply-adds."""
    with contextlib.suppress(OSError):
        return re.search(r"^flags\s*:.*\bfma\b", pathlib.Path("/proc/cpuinfo").read_text(), re.M) is not None
    return False


def machine_key(binary, build):
    """All that bits depend on but the instruction set: docs/numerics.md says why nothing else counts."""
    libraries = ", ".join(f"{name} {version_of(package)}" for name, package in LIBRARIES.items())
    return (f"{compiler_of(binary)} {build}, {os.confstr('CS_GNU_LIBC_VERSION')}, {libraries}, "
            f"{platform.machine()} {'with' if has_fma() else 'without'} fma")


# ---------------------------------------------------------------------------------------------------------------- digests

def grouped(items):
    """{case/variant: {item: digest}}"""
    groups = {}
    for name, item in items.items():
        group, inner = name.split(": ", 1)
        groups.setdefault(group, {})[inner] = item.digest()
    return groups


def read_digests(path):
    return json.loads(path.read_text()) if path.exists() else {}


def write_digests(path, digests):
    """A line per case and variant, so that a change of the file shows which case has changed."""
    parts = []
    for key in sorted(digests):
        rows = [f"  {json.dumps(group)}: {json.dumps(digests[key][group])}" for group in digests[key]]
        parts.append(f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def changed(before, now):
    """Names of items whose digests are not the same, or that one side lacks."""
    for group in [*now, *(group for group in before if group not in now)]:
        old, new = before.get(group, {}), now.get(group, {})
        for name in [*new, *(name for name in old if name not in new)]:
            if old.get(name) != new.get(name):
                lone = "" if name in old and name in new else f" (only {'before' if name in old else 'now'})"
                yield f"{group}: {name}{lone}"


# ------------------------------------------------------------------------------------------------------------------ cases

def cases_of(prefix):
    """Cases whose names begin with it, and those whose models they read, in the order of the table."""
    wanted = {case.name for case in CASES if case.name.startswith(prefix)}
    for case in reversed(CASES):
        if case.name in wanted:
            texts = [case.options, *(OUTPUTS[name] for name in case.outputs.split())]
            wanted |= {name for text in texts for name in re.findall(r"(\w+/[\w-]+)/straight", text)}
    return [case for case in CASES if case.name in wanted]


@contextlib.contextmanager
def work_folder():
    """In memory where that is possible: runs wait for the disk at each check."""
    memory = pathlib.Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="rnn-pins-", dir=base) as folder:
        yield pathlib.Path(folder)


def run(binary, isa, cases):
    with work_folder() as folder:
        return run_cases(binary, isa, cases, folder)


def report(lines, isa):
    """The first lines of each case; a change that reaches every case is not told in thousands of them."""
    of_case = {}
    for line in lines:
        of_case.setdefault("/".join(re.split(r"[/: ]", line.removeprefix("before: "))[:2]), []).append(line)
    for case, own in list(of_case.items())[:CASES_SHOWN]:
        for line in own[:SHOWN]:
            say(f"{isa} {line}")
        if len(own) > SHOWN:
            say(f"{isa} {case}: {len(own) - SHOWN} more")
    if len(of_case) > CASES_SHOWN:
        say(f"{isa} and in {len(of_case) - CASES_SHOWN} more cases: {', '.join(list(of_case)[CASES_SHOWN:])}")


# ------------------------------------------------------------------------------------------------------------------ modes

class Pins:
    def __init__(self, arguments):
        self.a = arguments
        self.cases = cases_of(arguments.only)
        self.key = machine_key(arguments.binary, arguments.build)
        self.digests = read_digests(arguments.digests)
        self.compared, self.differences, self.set = 0, 0, []

    def found(self, lines, isa):
        report(lines, isa)
        self.differences += len(lines)

    def against(self, isa):
        before, old_broken = run(self.a.against, isa, self.cases)
        now, broken = run(self.a.binary, isa, self.cases)
        lines = [f"{name}: {difference}" for name, difference in differing(before, now)]
        self.found([f"before: {line}" for line in old_broken] + broken + lines, isa)
        self.compared += len(now)

    def check(self, isa):
        stored = self.digests.get(f"{self.key}, {isa}")
        if stored is None:
            raise NotHere(f"no digests for {self.key}, {isa}")
        items, broken = run(self.a.binary, isa, self.cases)
        now = grouped(items)
        wanted = {group: stored[group] for group in stored if not self.a.only or group in now}
        self.found(broken + list(changed(wanted, now)), isa)
        self.compared += len(items)

    def write(self, isa):
        items, broken = run(self.a.binary, isa, self.cases)
        if broken:
            self.found(broken, isa)
            return
        before, now = self.digests.get(f"{self.key}, {isa}", {}), grouped(items)
        report(list(changed(before, now)), isa)
        self.set.append(f"{self.key}, {isa}")
        self.digests[f"{self.key}, {isa}"] = now
        self.compared += len(items)
        write_digests(self.a.digests, self.digests)

    def run(self):
        mode = self.against if self.a.against else self.write if self.a.write else self.check
        ran = []
        for isa in [self.a.isa] if self.a.isa else ISAS:
            try:
                with work_folder() as folder:
                    Program(self.a.binary, isa, folder).probe()
                mode(isa)
                ran.append(isa)
            except NotHere as why:
                say(f"skipped {isa}: {why}")
        return self.verdict(ran)

    def verdict(self, ran):
        if self.differences:
            say(f"pins: {self.differences} differences in {len(self.cases)} cases on {', '.join(ran)}")
            return 6
        if not ran:
            return 77
        for key in sorted(self.digests.keys() - set(self.set)) if self.a.write else []:
            say(f"left as they were: {key}; pin them on such a machine, or remove them where they hold no longer")
        what = f"as {self.a.against} has them" if self.a.against else "set" if self.a.write else "as pinned"
        say(f"pins: {self.compared} items of {len(self.cases)} cases on {', '.join(ran)} are {what}")
        return 0


def parse(words):
    parser = argparse.ArgumentParser(prog="pins.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "rnn", help="the program")
    parser.add_argument("--build", default="Release", help="how it was built, a part of the digests' key (Release)")
    parser.add_argument("--isa", choices=ISAS, help="this instruction set only; else all that the machine has")
    parser.add_argument("--only", default="", metavar="PREFIX", help="cases whose names begin so, such as translate/")
    parser.add_argument("--digests", type=pathlib.Path, default=DIGESTS, help="the file of digests")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--against", metavar="BINARY", type=pathlib.Path, help="compare with what this binary does")
    modes.add_argument("--write", action="store_true", help="set the digests anew")
    arguments = parser.parse_args(words)
    arguments.build = " ".join(arguments.build.split())
    arguments.binary = arguments.binary.resolve()
    arguments.against = arguments.against and arguments.against.resolve()
    for binary in filter(None, (arguments.binary, arguments.against)):
        if not os.access(binary, os.X_OK):
            parser.error(f"there is no program {binary}")
    if arguments.write and arguments.only:
        parser.error("--write sets the digests of all cases: it takes no --only")
    if not cases_of(arguments.only):
        parser.error(f"no case begins with {arguments.only}")
    return arguments


def main(words):
    try:
        return Pins(parse(words)).run()
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
