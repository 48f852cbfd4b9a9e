#!/usr/bin/env python3
"""Why: what takes long is one command: fuzzing, memory that must stay flat, runs killed and resumed, all tests under sanitizers.

soak.py [--minutes N] [--what fuzz|load|sanitizers|all] [--build FOLDER] [--release FOLDER] [--work FOLDER] [--jobs N] [--seed N]

./run soak builds what is needed and calls this. Every part ends with lines of a summary; Ctrl-C ends the part at work and prints the
summary of what was done (status 130). Status 1: something failed. Logs, findings and grown corpora stay in the work folder.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import soak_resume

ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("fuzz", "load", "sanitizers")
INPUT_SECONDS, INPUT_MEGABYTES = 30, 2048  # of one input: more is a finding
MALLOC_MEGABYTES = 4096  # at once: the window of zstd data, up to 2 GiB, of which only what is written counts

# What a sanitizer build cannot run: a browser and a package manager below it, other builds that would need its flags; and what does
# not depend on it.
LEFT_OUT = {"asan": "web|lint|soak", "tsan": "web|lint|soak|fuzz"}
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


class Stopped(Exception):
    """Ctrl-C."""


class Soak:
    """Children, the log folder, the summary."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.work = arguments.work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.seconds = 60 * arguments.minutes
        self.release = arguments.release.resolve()
        self.results = []
        self.stop = threading.Event()
        self.children, self.lock = set(), threading.Lock()

    def say(self, text):
        print(f"== {text}", file=sys.stderr, flush=True)

    def note(self, name, good, text):
        self.results.append((name, good, text))
        self.say(f"{'ok' if good else 'FAILED'}: {name}: {text}")

    def start(self, command, **more):
        """A child in a group of its own: Ctrl-C reaches this program alone, which then ends the children."""
        with self.lock:
            if self.stop.is_set():
                raise Stopped
            child = subprocess.Popen([str(word) for word in command], start_new_session=True, stdin=subprocess.DEVNULL, **more)
            self.children.add(child)
        return child

    def end(self, child, number=signal.SIGTERM):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            pass

    def wait(self, child, seconds=None):
        """The status; None when `seconds` passed. Raises Stopped."""
        until = None if seconds is None else time.monotonic() + seconds
        while child.poll() is None:
            if self.stop.is_set():
                raise Stopped
            if until is not None and time.monotonic() > until:
                return None
            time.sleep(0.02)
        if self.stop.is_set():
            raise Stopped
        with self.lock:
            self.children.discard(child)
        return child.returncode

    def run(self, command, log, **more):
        """Status of a command whose output goes into the file `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as out:
            return self.wait(self.start(command, stdout=out, stderr=subprocess.STDOUT, **more))

    def end_all(self):
        self.stop.set()
        with self.lock:
            left = list(self.children)
        for number in (signal.SIGINT, signal.SIGKILL):
            for child in left:
                self.end(child, number)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline and any(child.poll() is None for child in left):
                time.sleep(0.05)

    def together(self, jobs):
        """Runs functions in threads; Ctrl-C ends all of them."""
        with concurrent.futures.ThreadPoolExecutor(max(1, len(jobs))) as pool:
            futures = [pool.submit(job) for job in jobs]
            try:
                while not all(f.done() for f in futures):
                    time.sleep(0.1)
            except KeyboardInterrupt:
                self.end_all()
                raise
            for f in futures:
                f.result()


def tail(path, lines=15):
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


# ------------------------------------------------------------------------------------------------------------------- fuzz


def fuzz_target(soak, program):
    target = program.name.removeprefix("fuzz_")
    seeds, words = ROOT / "tests/fuzz/corpus" / target, ROOT / "tests/fuzz/words" / f"{target}.dict"
    grown, findings = soak.work / "corpus" / target, soak.work / "findings"
    log = soak.work / "logs" / f"fuzz_{target}.log"
    grown.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    before = set(findings.iterdir())
    command = ["nice", "-n", "5", program, f"-max_total_time={max(1, round(soak.seconds))}", f"-timeout={INPUT_SECONDS}",
               f"-rss_limit_mb={INPUT_MEGABYTES}", f"-malloc_limit_mb={MALLOC_MEGABYTES}", "-print_final_stats=1",
               f"-artifact_prefix={findings}/{target}-", grown, seeds]
    if words.is_file():
        command.insert(4, f"-dict={words}")
    soak.say(f"fuzz/{target}: {soak.arguments.minutes:g} minutes")
    status = soak.run(command, log)
    text = log.read_text(errors="replace")
    stats = dict(re.findall(r"^stat::(\w+):\s+(\d+)", text, re.M))
    found = sorted(set(findings.iterdir()) - before)
    said = f"{int(stats.get('number_of_executed_units', 0))} inputs, {int(stats.get('average_exec_per_sec', 0))} per second"
    if status == 0 and not found:
        soak.note(f"fuzz/{target}", True, said)
        return
    print(tail(log, 40), file=sys.stderr)
    replay = program.with_name(f"replay_{target}")
    again = "; once more: ".join([""] + [f"{replay} {file}" for file in found])
    soak.note(f"fuzz/{target}", False, f"status {status}, {said}; log {log}{again}")


def fuzz(soak):
    programs = sorted((soak.arguments.build / "fuzz/tests/bin").glob("fuzz_*"))
    if not programs:
        soak.note("fuzz", False, "no fuzz_TARGET in build/fuzz/tests/bin: ./run build fuzz")
    for program in programs:
        fuzz_target(soak, program)


# ------------------------------------------------------------------------------------------------------------------- load


def load_process(soak, number, models):
    log = soak.work / "logs" / f"load_{number}.log"
    program = soak.release / "tests/bin/soak_load"
    command = [program, "--seconds", soak.seconds, "--language-model", models / "language", "--translator", models / "translator"]
    status = soak.run(command, log)
    soak.note(f"load/memory {number}", status == 0, tail(log, 1 if status == 0 else 4).strip())


def load(soak):
    rnn = soak.release / "bin/rnn"
    program = soak.release / "tests/bin/soak_load"
    for needed in (rnn, program):
        if not needed.is_file():
            soak.note("load", False, f"{needed} is missing: ./run build release")
            return
    models = soak.work / "models"
    shutil.rmtree(models, ignore_errors=True)
    if not soak_resume.make_models(soak, rnn, models):
        return
    count = max(1, soak.arguments.jobs)
    soak.say(f"load: {count} processes that make and drop models for {soak.arguments.minutes:g} minutes")
    soak.together([lambda n=n: load_process(soak, n, models) for n in range(count)])
    soak.say(f"load: runs killed and resumed for {soak.arguments.minutes:g} minutes, {count} at a time")
    chance = random.Random(soak.arguments.seed)
    soak.together([lambda n=n, seed=chance.random(): soak_resume.kill_and_resume(soak, rnn, n, seed) for n in range(count)])


# ------------------------------------------------------------------------------------------------------------- sanitizers


def sanitizers(soak):
    # The thread sanitizer of GCC 12 needs addresses where it expects them: newer kernels scatter them further.
    fixed = ["setarch", os.uname().machine, "-R"]
    if not shutil.which("setarch") or subprocess.run([*fixed, "true"], capture_output=True, check=False).returncode != 0:
        fixed = []
    for preset, left_out in LEFT_OUT.items():
        folder, log = soak.arguments.build / preset, soak.work / "logs" / f"{preset}.log"
        if not (folder / "CTestTestfile.cmake").is_file():
            soak.note(preset, False, f"{folder} is not built: ./run build {preset}")
            continue
        command = [*(fixed if preset == "tsan" else []), "ctest", "--output-on-failure", "--no-tests=error", "--timeout", "3600",
                   "--parallel", soak.arguments.jobs, "-LE", left_out]
        soak.say(f"{preset}: all tests but those labelled {left_out}; log {log}")
        status = soak.run(command, log, cwd=folder, env={**os.environ, **SANITIZER_OPTIONS})
        summary = re.findall(r"^\d+% tests passed.*$", log.read_text(errors="replace"), re.M)
        failed = re.findall(r"^\s*\d+ - (\S+) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted)\)", log.read_text(errors="replace"), re.M)
        soak.note(preset, status == 0, "; ".join([*summary, *(["failed: " + " ".join(failed)] if failed else [])]) or f"status {status}")


# ------------------------------------------------------------------------------------------------------------------- main


def summary(soak, stopped):
    print("\nsoak: what was done")
    for name, good, text in soak.results:
        print(f"  {'ok    ' if good else 'FAILED'}  {name:<22} {text}")
    if stopped:
        print("  stopped by Ctrl-C; what was at work is not counted")
    failed = not soak.results and not stopped or not all(good for _, good, _ in soak.results)
    print(f"logs, findings and corpora: {soak.work}")
    return 1 if failed else 130 if stopped else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5, help="of each fuzz target and of each half of load (5)")
    parser.add_argument("--what", choices=(*PARTS, "all"), default="all")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="folder of the builds fuzz, asan, tsan")
    parser.add_argument("--release", type=pathlib.Path, help="build of the programs for load (build/release)")
    parser.add_argument("--work", type=pathlib.Path, help="what is kept (build/soak)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which runs are killed")
    arguments = parser.parse_args()
    if not 0 < arguments.minutes <= 60 * 24 * 7:
        parser.error("--minutes is above 0 and at most a week")
    arguments.build = arguments.build.resolve()
    arguments.release = arguments.release or arguments.build / "release"
    arguments.work = arguments.work or arguments.build / "soak"
    soak, stopped = Soak(arguments), False
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        for name, part in (("fuzz", fuzz), ("load", load), ("sanitizers", sanitizers)):
            if arguments.what in (name, "all"):
                part(soak)
    except (KeyboardInterrupt, Stopped):
        stopped = True
    finally:
        soak.end_all()
    return summary(soak, stopped)


if __name__ == "__main__":
    sys.exit(main())
