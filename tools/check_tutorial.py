#!/usr/bin/env python3
# Why: a tutorial whose code or figures are not those of the program teaches mistakes; this compares them byte for byte.
"""check_tutorial.py PAGE.md SOURCE.cc PROGRAM | --links FILE.md... | --self-test

A page quotes code as ```cpp [region], or ```cpp FILE [region] for a file beside SOURCE: the lines between // [region] and
// [/region]. Every region of SOURCE must be quoted. Blocks ```text output, in their order and with an empty line between two,
are all that PROGRAM prints. --links: every relative link and picture of the pages leads to a file, every anchor to a heading.
exit 0: as quoted; 1: findings, one per line as file:line: what; 2: usage."""

import os
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(.*)$")
CODE = re.compile(r"^cpp(?: (\S+))? \[(\w+)\]$")
MARK = re.compile(r"^\s*// \[(/?)(\w+)\]\s*$")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MAX_PICTURE = 40 * 1024  # bytes of a picture in docs/


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def regions_of(path, findings):
    """{name: text between its marks}."""
    regions, name, lines = {}, None, []
    for number, line in enumerate(read(path).split("\n"), 1):
        mark = MARK.match(line)
        if not mark:
            lines.append(line)
        elif not mark.group(1):
            if name or mark.group(2) in regions:
                findings.append(f"{path}:{number}: region [{mark.group(2)}] starts inside another, or twice")
            name, lines = mark.group(2), []
        else:
            if mark.group(2) != name:
                findings.append(f"{path}:{number}: [/{mark.group(2)}] ends [{name}]")
            regions[mark.group(2)], name = "\n".join(lines), None
    if name:
        findings.append(f"{path}: region [{name}] has no end")
    return regions


def blocks_of(page, findings):
    """[(line number, what stands behind ```, text)]."""
    blocks, start, info, lines = [], 0, "", []
    for number, line in enumerate(read(page).split("\n"), 1):
        fence = FENCE.match(line)
        if not fence:
            lines.append(line)
        elif not start:
            start, info, lines = number, fence.group(1).strip(), []
        else:
            blocks.append((start, info, "\n".join(lines)))
            start = 0
    if start:
        findings.append(f"{page}:{start}: this block has no end")
    return blocks


def first_difference(ours, theirs):
    ours, theirs = ours.split("\n"), theirs.split("\n")
    for number in range(max(len(ours), len(theirs))):
        mine = ours[number] if number < len(ours) else None
        other = theirs[number] if number < len(theirs) else None
        if mine != other:
            return f"quoted {mine!r}, real {other!r}"
    return "no difference"


def check_page(page, source, printed):
    findings, quoted, outputs = [], set(), []
    known = {source: regions_of(source, findings)}
    for line, info, text in blocks_of(page, findings):
        code = CODE.match(info)
        if code:
            path = os.path.join(os.path.dirname(source), code.group(1)) if code.group(1) else source
            if path not in known:
                known[path] = regions_of(path, findings) if os.path.isfile(path) else {}
            name = code.group(2)
            if name not in known[path]:
                findings.append(f"{page}:{line}: {path} has no region [{name}]")
            elif known[path][name] != text:
                findings.append(f"{page}:{line}: [{name}] differs: {first_difference(text, known[path][name])}")
            if path == source:
                quoted.add(name)
        elif info == "text output":
            outputs.append((line, text))
        elif info.startswith("cpp") or info.startswith("text "):
            findings.append(f"{page}:{line}: a block is ```cpp [region], ```cpp FILE [region] or ```text output, not ```{info}")
    for name in known[source]:
        if name not in quoted:
            findings.append(f"{page}:1: does not quote [{name}] of {source}")
    if not outputs:
        findings.append(f"{page}:1: quotes no output")
    else:
        all_outputs, real = "\n\n".join(text for _, text in outputs), printed.rstrip("\n")
        if all_outputs != real:
            findings.append(f"{page}:{outputs[0][0]}: the output differs: {first_difference(all_outputs, real)}")
    return findings


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(page):
    findings, fenced = [], False
    for number, line in enumerate(read(page).split("\n"), 1):
        if FENCE.match(line):
            fenced = not fenced
        if fenced:
            continue
        for target in LINK.findall(line):
            if re.match(r"^[a-z]+:", target):
                continue
            path, _, name = target.partition("#")
            full = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            if not os.path.exists(full):
                findings.append(f"{page}:{number}: {target} leads to nothing")
            elif name and name not in [anchor(h) for h in re.findall(r"^#+ (.*)$", read(full), re.M)]:
                findings.append(f"{page}:{number}: {full} has no heading #{name}")
            elif full.endswith(".svg") and os.path.getsize(full) > MAX_PICTURE:
                findings.append(f"{page}:{number}: {full} has {os.path.getsize(full)} bytes, at most {MAX_PICTURE}")
    return findings


# (page, source, output, part of the one finding or None).
SOURCE = "int a;\n// [one]\nint b;\n\nint c;\n// [/one]\n"
GOOD = "# T\n```cpp [one]\nint b;\n\nint c;\n```\nand\n```text output\n1 2\n```\n```text output\n3\n```\n"
SELF_TEST = [
    (GOOD, SOURCE, "1 2\n\n3\n", None),
    (GOOD.replace("int c", "int  c"), SOURCE, "1 2\n\n3\n", ":2: [one] differs: quoted 'int  c;', real 'int c;'"),
    (GOOD, SOURCE, "1 2\n\n4\n", "the output differs: quoted '3', real '4'"),
    (GOOD, SOURCE, "1 2\n3\n", "the output differs"),
    (GOOD, SOURCE, "1 2\n\n3\n\n5\n", "the output differs: quoted None"),
    (GOOD, SOURCE.replace("one", "two"), "1 2\n\n3\n", None),  # two findings: see below
    (GOOD, SOURCE + "// [more]\nx\n// [/more]\n", "1 2\n\n3\n", "does not quote [more]"),
    (GOOD.replace("cpp [one]", "cpp"), SOURCE.replace("[one]", "one").replace("[/one]", "one"), "1 2\n\n3\n", ":2: a block is"),
    (GOOD.replace("text output", "text"), SOURCE, "1 2\n\n3\n", "quotes no output"),
    (GOOD.replace("cpp [one]", "cpp gone.h [one]"), SOURCE.replace("[one]", ".").replace("[/one]", "."), "1 2\n\n3\n",
     "gone.h has no region [one]"),
    (GOOD, SOURCE + "// [more]\n", "1 2\n\n3\n", "region [more] has no end"),
]


def self_test():
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        page, source = os.path.join(folder, "page.md"), os.path.join(folder, "page.cc")

        def write(path, text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        for number, (text, code, printed, expected) in enumerate(SELF_TEST):
            write(page, text)
            write(source, code)
            found = check_page(page, source, printed)
            if "[two]" in code:
                ok = len(found) == 2 and "has no region [one]" in found[0] and "does not quote [two]" in found[1]
            else:
                ok = not found if expected is None else len(found) == 1 and expected in found[0]
            if not ok:
                wrong.append(f"case {number}: expected {expected!r}, found {found}")
        for text, expected in [("[a](page.cc) [b](#t) [c](https://x.y/)\n# T\n", 0), ("![a](gone.svg)", 1), ("[a](#gone)", 1),
                               ("```\n[a](gone)\n```", 0)]:
            write(page, text)
            if len(check_links(page)) != expected:
                wrong.append(f"links of {text!r}: {check_links(page)}")
    print("\n".join(wrong) if wrong else "self-test: all cases as expected")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) > 1 and arguments[0] == "--links":
        findings = [finding for page in arguments[1:] for finding in check_links(page)]
    elif len(arguments) == 3:
        page, source, program = arguments
        run = subprocess.run([program], capture_output=True, text=True, timeout=50)
        findings = check_page(page, source, run.stdout)
        if run.returncode != 0 or run.stderr:
            findings.append(f"{program}: exit {run.returncode}: {run.stderr or run.stdout}")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
