#!/usr/bin/env python3
# Why: std::to_string takes whole numbers and others alike, but writes the others by the locale of the host: what was compiled tells.
"""check_symbols.py ARCHIVE... | --self-test      exit 0: clean; 1: findings, one per line as archive:object: what."""

import os
import re
import subprocess
import sys

# What std::to_string(double) of the standard library comes down to; nothing else of ours or of a header's calls it.
FORBIDDEN = re.compile(r"^(?:__)?vsnprintf(?:_chk)?$")
LINE = re.compile(r"^(?P<archive>.*?):(?P<object>[^:]+):\s+U (?P<symbol>\S+)$")


def findings_in(lines):
    for line in lines:
        match = LINE.match(line)
        if match and FORBIDDEN.match(match["symbol"]):
            where = f"{os.path.basename(match['archive'])}:{match['object']}"
            yield f"{where}: std::to_string writes a number by the locale of the host: number_text (base/numbers.h) does not"


def undefined_symbols(archive):
    done = subprocess.run(["nm", "-A", "--undefined-only", archive], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def self_test():
    lines = ["a/librnn_nn.a:init.cc.o:                 U vsnprintf", "a/librnn_nn.a:seq.cc.o:                 U snprintf",
             "a/librnn_io.a:card.cc.o:                 U __vsnprintf_chk", "a/librnn_io.a:card.cc.o:                 U my_vsnprintf"]
    found = [finding.split(": ")[0] for finding in findings_in(lines)]
    expected = ["librnn_nn.a:init.cc.o", "librnn_io.a:card.cc.o"]
    print("self-test: as expected" if found == expected else f"self-test: expected {expected}, found {found}")
    return 0 if found == expected else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    lines = [line for archive in arguments for line in undefined_symbols(archive)]
    findings = list(findings_in(lines))
    print("\n".join(findings), end="\n" if findings else "")
    print(f"{len(arguments)} archives, {len(lines)} symbols, {len(findings)} findings", file=sys.stderr)
    return 1 if findings or not lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
