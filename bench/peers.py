#!/usr/bin/env python3
# Why: ours and the peers in one table: run in turn, same sizes and threads, medians of rounds on a quiet machine, held against the bars.
"""./run bench peers [--peers DIR] [--rounds 3] [--suites LIST] [--keep FILE] [--write docs/performance.md]
./run bench peers --from FILE...

Without --suites everything is measured but pairs, beam and installed, which take long.
Without --peers the peer is the PyTorch that is installed here. DIR holds installed peers: DIR/limits and DIR/trixie, a Debian 13 root
with /bench/torch_bench.py, /bench/onednn_rnn and /bench/ort_bench, for pairs and beam copies of our bench/peers_seq2seq.py and
bench/peers_timing.py beside them (root is needed to enter it). A run during which other processes used more than 3 % of the processors, or the processors of a virtual
machine shared one core, is thrown away and repeated. The barrier of two threads is measured before and after each run; a run in its far
state is kept apart and repeated once, as long as the patience lasts.
"""

import argparse
import json
import os
import platform
import subprocess
import sys

import peers_test
from peers_programs import SIZES, TRANSLATION, TUNING, InstalledTorch, Peers, our_program, plan_round, python_with_torch
from peers_quiet import Machine, state
from peers_report import document

SUITES = [*SIZES, "avx2", "installed"]
LONG = [*TRANSLATION, "installed"]  # not measured unless they are asked for


def machine_facts(binary, threads):
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        facts = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    version = subprocess.run([binary, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=os.path.dirname(os.path.abspath(__file__)), stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()
    cpu = f"{facts.get('model name', platform.machine())} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "rnn": f"{version} {commit}".strip(), "threads": threads}


def keep(path, kept):
    if not path:
        return
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)
    os.replace(path + ".new", path)


def shown_command(program, folder):
    """As one types it inside the peers' root: without the settings, which all share."""
    words = program.command[3 if program.command[0] == "chroot" else 0:]
    words = [w for w in words if w != "env" and w not in TUNING]
    return " ".join(w.replace(folder, "DIR") if folder else w for w in words)


def find_peers(folder):
    if folder is None:
        python = python_with_torch()
        if not python:
            sys.exit("bench: no PyTorch is installed here; --peers DIR names a folder of installed peers")
        return InstalledTorch(python)
    peers = Peers(os.path.abspath(folder))
    if not peers.has("bench"):
        sys.exit(f"bench: {peers.root}/bench is not there; install the peers first")
    if os.geteuid() != 0:
        sys.exit("bench: the peers run inside chroot, which needs root")
    return peers


def measure(options):
    peers = find_peers(options.peers)
    machine = Machine(peers.limits(), our_program(options.binary, "train", options.threads, ["rnn"], [8], quick=True).command, options.threads,
                      options.patience)
    kept = {"machine": machine_facts(options.binary, options.threads), "runs": []}
    for number in range(1, options.rounds + 1):
        for program in plan_round(options.suites, peers, options.binary, options.threads, options.cells, options.hidden):
            for _ in range(2):
                measured = machine.measure(program.name(), program.threads, program.command, program.environment)
                run = {"round": number, "engine": program.engine, "suite": program.suite, "threads": program.threads,
                       "command": shown_command(program, peers.folder), "foreign": measured["foreign"], "seconds": measured["seconds"],
                       "barrier": measured["barrier"]}
                run.update(program.read(measured["output"]))
                kept["runs"].append(run)
                keep(options.keep, kept)
                print(f"round {number}: {program.name()}: {run['seconds']:.1f} s, {state(run['barrier'])}", file=sys.stderr)
                if state(run["barrier"]) == "near" or program.threads == 1 or program.suite == "limits" or machine.patience <= 0:
                    break
                machine.patience -= run["seconds"]
    return kept


def join(paths):
    """What several measurements kept, as one; each round number goes on behind those of the file before where suites repeat."""
    joined = {"machine": None, "runs": []}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        if joined["machine"] and joined["machine"] != kept["machine"]:
            print(f"bench: {path} was measured with another build or machine", file=sys.stderr)
        joined["machine"] = joined["machine"] or kept["machine"]
        joined["runs"] += kept["runs"]
    return joined


def listed(choices=None, kind=str):
    def parse(text):
        items = [kind(item) for item in text.split(",") if item]
        unknown = [item for item in items if choices and item not in choices]
        if unknown or not items:
            raise argparse.ArgumentTypeError(f"one or more of {','.join(map(str, choices or ['1', '2', '...']))}, with commas between")
        return items
    return parse


def main():
    parser = argparse.ArgumentParser(prog="./run bench peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="DIR", help="folder of the installed peers")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="(3)")
    parser.add_argument("--suites", type=listed(SUITES), default=[s for s in SUITES if s not in LONG], metavar="LIST", help=",".join(SUITES))
    parser.add_argument("--cells", type=listed(["lstm", "gru"]), metavar="LIST", help="only these cells")
    parser.add_argument("--hidden", type=listed(kind=int), metavar="LIST", help="only these hidden sizes")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), metavar="N", help="(all cores)")
    parser.add_argument("--patience", type=float, default=180, metavar="S",
                        help="seconds in all to wait for the near state of the barrier and to repeat runs outside it (180)")
    parser.add_argument("--binary", default="build/release/bin/rnn", metavar="FILE", help="our program")
    parser.add_argument("--keep", metavar="FILE", help="keep what every run gave, as JSON, after each run")
    parser.add_argument("--from", nargs="+", dest="kept", metavar="FILE", help="make the document from kept files, measure nothing")
    parser.add_argument("--write", metavar="FILE", help="write the document to this file, too")
    parser.add_argument("--self-test", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.self_test:
        return peers_test.run()
    text = document(join(options.kept) if options.kept else measure(options))
    print(text)
    if options.write:
        with open(options.write, "w", encoding="utf-8") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
