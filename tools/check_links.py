#!/usr/bin/env python3
# Why: a link or a picture of the documentation that leads nowhere is found by a test, in the checkout and in what is installed.
"""check_links.py [ROOT] | --self-test      exit 0: every relative link of every .md file below ROOT leads to a file below ROOT and, if it
names one, to a heading there; 1: findings, one per line as file:line: what. In a checkout only files that git knows or would add count."""

import os
import re
import subprocess
import sys
import tempfile

LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def without_code(text):
    """The text with code as blanks, line by line as before."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group())
    text = re.sub(r"^(```|~~~).*?^\1", blank, text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]+`", blank, text)


def anchors(path):
    """The names that GitHub gives to the headings of a file."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^(```|~~~).*?^\1", "", file.read(), flags=re.S | re.M)
    names = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*\s*$", text, re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = base = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        n = 0
        while name in names:
            n += 1
            name = f"{base}-{n}"
        names.add(name)
    return names


def pages(root):
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.md"], capture_output=True, text=True)
        if listed.returncode == 0:
            return [path for path in listed.stdout.splitlines() if os.path.exists(os.path.join(root, path))]
    return [os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names
            if name.endswith(".md")]


def findings(root):
    root = os.path.realpath(root)
    for page in sorted(pages(root)):
        path = os.path.join(root, page)
        with open(path, encoding="utf-8") as file:
            text = without_code(file.read())
        for link in LINK.finditer(text):
            target = link.group(1)
            if ELSEWHERE.match(target):
                continue
            where = f"{page}:{text.count(chr(10), 0, link.start()) + 1}"
            name, _, anchor = target.partition("#")
            file = os.path.realpath(os.path.join(os.path.dirname(path), name)) if name else path
            if file != root and not file.startswith(root + os.sep):
                yield f"{where}: {target} leads out of {root}"
            elif not os.path.exists(file):
                yield f"{where}: {target} does not exist"
            elif anchor and file.endswith(".md") and anchor not in anchors(file):
                yield f"{where}: {target}: there is no such heading"


def self_test():
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, "docs"))
        with open(os.path.join(root, "README.md"), "w", encoding="utf-8") as file:
            file.write("# A `b` c\n\n[a](docs/a.md#two-words) [b](#a-b-c) [c](https://x.org/y) `[d](none.md)`\n```\n[e](none.md)\n```\n"
                       "![f](docs/none.svg)\n[g](docs/a.md#none) [h](../out.md)\n[i `x`](docs/a.md)\n")
        with open(os.path.join(root, "docs", "a.md"), "w", encoding="utf-8") as file:
            file.write("## Two, words\n[up](../README.md)\n")
        found = list(findings(root))
    expected = ["README.md:7: docs/none.svg does not exist", "README.md:8: docs/a.md#none: there is no such heading"]
    assert found[:2] == expected and len(found) == 3 and "leads out of" in found[2], found


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    found = list(findings(root))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
