#!/usr/bin/env python3
"""Why: error counts of speech recognition are those of NIST's sclite (Debian's package sctk), so it makes the expected ones.

Writes tests/metrics/sclite.json: [reference, hypothesis, correct, substitutions, deletions, insertions, words side by side] of random
short texts over few words, where equally cheap alignments are common.
    python3 tools/golden_sclite.py [FOLDER]
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

CASES = 800


def sides(words, folder):
    for side, name in enumerate(("ref", "hyp")):
        with open(os.path.join(folder, name), "w") as out:
            out.writelines(f"{' '.join(pair[side])} (s-{k:04d})\n" for k, pair in enumerate(words))
    return subprocess.run(["sctk", "sclite", "-s", "-i", "wsj", "-r", "ref", "trn", "-h", "hyp", "trn", "-o", "pralign", "stdout"],
                          cwd=folder, capture_output=True, text=True, check=True).stdout


def aligned(block):
    """The two lines of words, each gap of stars an absent word; sclite shows wrong words in capitals."""
    lines = [re.search(rf"^{side}: *(.*)$", block, re.M) for side in ("REF", "HYP")]
    if not all(lines):
        return ""
    pairs = [["" if word.startswith("*") else word.lower() for word in line.group(1).split()] for line in lines]
    return " ".join(f"{r}/{h}" for r, h in zip(*pairs, strict=True))


def main():
    draw = random.Random(11)
    words = []
    for n in range(CASES):
        longest = draw.choice([3, 4, 6, 9, 14, 20])
        words.append([[draw.choice("abcd") for _ in range(draw.randint(0 if n % 9 == side else 1, longest))] for side in (0, 1)])
    with tempfile.TemporaryDirectory() as folder:
        text = sides(words, folder)
    found = {}
    for block in text.split("id: (")[1:]:
        k = int(re.match(r"s-(\d+)", block).group(1))
        counts = re.search(r"\(#C #S #D #I\) (\d+) (\d+) (\d+) (\d+)", block)
        found[k] = [*map(int, counts.groups()), aligned(block)]
    assert sorted(found) == list(range(CASES))
    rows = [json.dumps([" ".join(r), " ".join(h), *found[k]]) for k, (r, h) in enumerate(words)]
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "tests", "metrics")
    with open(os.path.join(folder, "sclite.json"), "w") as out:
        out.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
