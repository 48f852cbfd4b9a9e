#!/usr/bin/env python3
"""Why: ours and the peer in one table: run in turn, same sizes and threads, three rounds, medians, quiet rounds only.

    ./run bench peers --peers DIR [--rounds 3] [--write docs/performance.md]

DIR holds an installed peer: DIR/trixie, a Debian 13 root with python3-torch and /bench/torch_bench.py, whose suite `lm` prints
whole training steps of language models. A round during which other processes used more than 3 % of the processors is repeated.
"""
import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys

SIZES = {"word-small": "word 2x200", "word-medium": "word 2x650", "char-128": "char 2x128", "char-512": "char 2x512"}
TUNING = ["OPENBLAS_CORETYPE=SkylakeX", "GOMP_SPINCOUNT=10000000", "MALLOC_TRIM_THRESHOLD_=100000000000", "MALLOC_MMAP_MAX_=0",
          "MALLOC_TOP_PAD_=268435456"]


def busy_seconds():
    """Seconds that all processors together spent on anything but idling; steal counts as foreign work."""
    fields = [int(x) for x in open("/proc/stat").readline().split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def quiet(command, environment=None):
    """Runs a command; returns its output and the share of the processors that others used meanwhile."""
    before, own_before = busy_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN)
    start = os.times().elapsed
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    elapsed = os.times().elapsed - start
    if result.returncode != 0:
        sys.exit(f"bench: {' '.join(command[:4])} ... failed:\n{result.stderr.strip()}")
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = own.ru_utime + own.ru_stime - own_before.ru_utime - own_before.ru_stime
    return result.stdout, max(0.0, busy_seconds() - before - spent) / (elapsed * os.cpu_count())


def run_quietly(name, command, tries=4):
    for attempt in range(tries):
        output, foreign = quiet(command)
        if foreign <= 0.03:
            return output
        print(f"bench: {name}: others used {foreign:.0%} of the processors; again", file=sys.stderr)
    sys.exit("bench: the machine is not quiet; nothing was measured")


def ours(binary):
    report = json.loads(run_quietly("rnn", [binary, "bench", "--json", "--threads", "2"]))
    return report["isa"], {case["name"]: case["train_tokens_per_s"] for case in report["cases"]}


def pytorch(root, tuned):
    settings = TUNING if tuned else []
    output = run_quietly("PyTorch", ["chroot", root, "env", *settings, "python3", "/bench/torch_bench.py", "--suite", "lm", "--threads", "2",
                                     "--cells", "lstm"])
    version = re.search(r"torch-(\S+)", output).group(1)
    speeds = {}
    for line in output.splitlines():
        for size, name in SIZES.items():
            found = re.search(rf"\b{size} V=\d+ (\d+) tokens/s", line)
            if found:
                speeds[name] = float(found.group(1))
    return version, speeds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", required=True, help="folder of the installed peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", default="build/release/bin/rnn")
    parser.add_argument("--write", help="also write the table to this file")
    options = parser.parse_args()
    root = os.path.join(options.peers, "trixie")
    if not os.path.exists(os.path.join(root, "bench/torch_bench.py")):
        sys.exit(f"bench: {root} holds no /bench/torch_bench.py; install the peers first")
    mine, tuned, plain = [], [], []
    for _ in range(options.rounds):
        isa, speeds = ours(options.binary)
        mine.append(speeds)
        version, speeds = pytorch(root, True)
        tuned.append(speeds)
        plain.append(pytorch(root, False)[1])
    middle = lambda rounds, name: statistics.median(r[name] for r in rounds)
    lines = [f"Training a language model, whole steps (embedding, LSTM, logits, softmax cross-entropy, backward, clip, SGD), tokens/s, f32, 2",
             f"threads, {isa}; medians of {options.rounds} rounds in turn. PyTorch {version}: tuned (allocator keeps its pages, OpenMP workers spin,",
             "AVX-512 BLAS kernels) and as installed. Vocabulary 10,000 (word: batch 20, 20 and 35 steps) and 96 (char: batch 50, 50 steps).", "",
             "| model | rnn | PyTorch tuned | rnn / tuned | PyTorch as installed | rnn / as installed |", "| --- | --- | --- | --- | --- | --- |"]
    for name in SIZES.values():
        a, b, c = middle(mine, name), middle(tuned, name), middle(plain, name)
        lines.append(f"| {name} | {a:,.0f} | {b:,.0f} | {a / b:.2f} | {c:,.0f} | {a / c:.2f} |")
    table = "\n".join(lines) + "\n"
    print(table)
    if options.write:
        text = ("# Performance\n\nWritten by `./run bench peers --peers DIR --write docs/performance.md`, nothing else running; `rnn bench` measures "
                "your machine.\n\n" + table)
        with open(options.write, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
