#!/usr/bin/env python3
# Why: the floors of ARCHITECTURE.md as data, and what no file may do: an include that goes sideways or up, a number that is read or
# written by the locale of the host, is an error with its line.
"""check_includes.py [ROOT] | --self-test      exit 0: clean; 1: findings, one per line as file:line: what."""

import os
import re
import sys
import tempfile

# A room may include itself and rooms on lower floors; rooms on one floor do not see each other.
FLOORS = {
    "base": 0,
    "events": 1, "cells": 1,
    "options": 2, "kernels": 2,
    "nn": 3, "alignment": 3,
    "heads": 4, "optim": 4, "decode": 4, "text": 4, "audio": 4, "series": 4,
    "networks": 5, "data": 5, "metrics": 5,
    "io": 6,
    "train": 7,
    "tasks/language_model/stream": 7, "tasks/translate/stream": 7, "tasks/sequences/stream": 7, "tasks/forecast/stream": 7, "tasks/transcribe/stream": 7, "tasks/effect/stream": 7,  # what runs a task's models
    "runs": 8, "rnn/running": 8,  # the part of the public face that runs models: rnn::runtime
    "tasks/language_model": 9, "tasks/translate": 9, "tasks/sequences": 9, "tasks/forecast": 9, "tasks/transcribe": 9, "tasks/effect": 9,  # never one another
    "tasks": 10, "inspect": 10,  # tasks: their list
    "pages": 11, "doctor": 11, "bench": 11,
    "rnn": 12,  # include/rnn and its implementation src/rnn: the public face
    "app": 13,
}
# Rooms within a room: a/b is a room of its own when it stands in the table, else a folder of room a. Rooms inside one room never
# include each other.
# Public headers of lower floors: one that is defined for everyone, and those of rnn::runtime.
ROOM_OF_FILE = {"include/rnn/error.h": "base"} | {
    f"include/rnn/{name}.h": "rnn/running"
    for name in ("model", "threads", "session", "writer", "texts", "translator", "labeller", "series",
                 "forecaster", "effect", "classifier", "tagger")}
HIGHWAY_ROOM = "kernels"
HIGHWAY_TESTS = "tests/kernels/"
# Each costs every file that reads it up to seconds of compiling, so headers name none: json_fwd.hpp and base/json_value.h stand for
# json.hpp, a declaration for the rest.
HEAVY = ("nlohmann/json.hpp", "CLI/", "toml++/", "toml.hpp", "Eigen/", "fmt/", "spdlog/")
CODE_FOLDERS = ("src", "app", "include", "tests", "bench", "examples")
FLOOR_FOLDERS = ("src", "app", "include")
SUFFIXES = (".h", ".cc", ".inc")
MAX_LINES = 450
# What reads or writes numbers, or tells letters apart, by the locale that the host of the library has set: base/numbers does without.
NUMBERS = ("src/base/numbers.h", "src/base/numbers.cc")
LOCALE = re.compile(
    r"\b(?:sto(?:d|f|ld|i|l|ll|ul|ull)|strto(?:d|f|ld|l|ll|ul|ull|imax|umax)|ato(?:f|i|l|ll)|v?f?s?n?w?printf|v?[fs]?w?scanf|"
    r"from_chars|to_chars|setlocale|newlocale|uselocale|localeconv|is(?:w?alpha|w?digit|w?alnum|w?space|w?upper|w?lower|w?punct)|"
    r"tow?(?:upper|lower)|strftime|put_time|get_time)\s*\(|\b[io]?stringstream\b|\bstd::locale\b|"
    r"\b(?:ifstream|cin|istream)\b[^;]*>>|#\s*include\s*<(?:charconv|sstream|iomanip|clocale|locale|cctype|cwctype)>")
# A View says where numbers are. These files touch the numbers (kernels/host.h); layers among them are loops over rows that have no
# product. The rooms that call kernels may hand them an address; the table of the processor is asked for in two places, everyone else
# gets it from a Context or from the weights that are packed for it.
DOORS = [
    (re.compile(r"\bhost\(|kernels/host\.h"), "looks at the numbers of a View: kernels/rows.h moves them, row_of (decode/sample.h) shows a row",
     ("src/kernels/", "src/alignment/", "src/heads/", "src/decode/", "src/inspect/", "src/networks/init.cc", "src/nn/layers/activation.cc",
      "src/nn/layers/dropout.cc", "src/nn/layers/embedding.cc", "src/nn/layers/letter_convolution.cc", "src/nn/layers/output_layer.cc", "src/nn/layers/pooling.cc", "src/nn/layers/row_convolution.cc")),
    (re.compile(r"\.address\("), "takes the address of a View: that is for the arguments of kernels",
     ("src/base/", "src/kernels/", "src/nn/", "src/optim/", "src/heads/", "src/networks/")),
    (re.compile(r"\bkernels<(?:float|double|T)>\("), "asks for the kernels of the processor: a Context or Model::kernels() brings them",
     ("src/kernels/", "src/nn/context.h", "src/nn/weights.h", "src/bench/")),
]
JSON_PARSE = re.compile(r"\b(?:json::parse|sax_parse)\s*\(")
COMMENT = re.compile(r"//.*")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def code_files(root):
    for folder in CODE_FOLDERS:
        for parent, folders, files in os.walk(os.path.join(root, folder)):
            folders.sort()
            for name in sorted(files):
                if name.endswith(SUFFIXES):
                    yield os.path.relpath(os.path.join(parent, name), root).replace(os.sep, "/")


def room_of(path):
    """Room of a file of FLOOR_FOLDERS; None for tests and the like, which may include anything."""
    if path in ROOM_OF_FILE:
        return ROOM_OF_FILE[path]
    parts = path.split("/")
    if parts[0] == "app":
        return "app"
    if parts[0] in ("src", "include") and len(parts) > 2:
        folders = parts[1:-1]
        return next((room for n in range(len(folders), 0, -1) if (room := "/".join(folders[:n])) in FLOORS), parts[1])
    return None


def resolve(root, path, name):
    """The file that #include "name" in path means, relative to root, or None."""
    for folder in (os.path.dirname(path), "src", "include", "app", ""):
        candidate = os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
        if os.path.isfile(os.path.join(root, candidate)):
            return candidate
    return None


def check_include(root, path, room, bracket, name):
    if name.startswith("hwy/") and room != HIGHWAY_ROOM and not path.startswith(HIGHWAY_TESTS):
        return f"includes <{name}>: Highway is for src/{HIGHWAY_ROOM} and its tests alone"
    if room is None or path.split("/")[0] not in FLOOR_FOLDERS:
        return None
    if path.endswith(".h") and name.startswith(HEAVY):
        return f"header includes <{name}>: too heavy, it is for .cc files alone"
    if bracket == "<" and not name.startswith("rnn/"):
        return None
    target = resolve(root, path, name)
    if target is None:
        # The macro of foreach_target and a header of the system in quotes have no file of ours.
        return None if name.startswith("hwy/") else f'includes "{name}", which is no file of this tree'
    other = room_of(target)
    if path.startswith("include/") and not target.startswith("include/"):
        return f'public header includes "{name}" from {target.split("/")[0]}/: it may include public headers only'
    if other is None or other not in FLOORS:
        return f'includes "{name}" from a room without a floor: {target}'
    if other == room:
        return None
    if FLOORS[other] == FLOORS[room]:
        return f'includes "{name}" sideways: {room} and {other} both stand on floor {FLOORS[room]}'
    if FLOORS[other] > FLOORS[room]:
        return f'includes "{name}" upwards: {room} stands on floor {FLOORS[room]}, {other} on floor {FLOORS[other]}'
    return None


def check_locale(path, lines):
    """(line, finding) of what depends on the host's locale."""
    if path.split("/")[0] not in FLOOR_FOLDERS or path in NUMBERS:
        return
    code = [COMMENT.sub("", line) for line in lines]
    for number, line in enumerate(code, 1):
        match = LOCALE.search(line)
        if match:
            what = match.group(0).strip().rstrip("(").strip()
            yield number, f"'{what}' goes by the locale of the host: base/numbers.h reads and writes numbers"
    parses = next((number for number, line in enumerate(code, 1) if JSON_PARSE.search(line)), None)
    if parses and not any("PlainNumbers" in line for line in code):
        yield parses, "parses JSON by the locale of the host: PlainNumbers (base/numbers.h) keeps it away"


def check_doors(path, lines):
    """(line, finding) of what goes around the kernels' doors."""
    if path.split("/")[0] not in FLOOR_FOLDERS:
        return
    for number, line in enumerate(lines, 1):
        for pattern, what, allowed in DOORS:
            if pattern.search(COMMENT.sub("", line)) and not path.startswith(allowed):
                yield number, what


def check_tree(root):
    findings, count = [], 0
    for path in code_files(root):
        count += 1
        with open(os.path.join(root, path), encoding="utf-8") as file:
            lines = file.read().splitlines()
        room = room_of(path)
        if path.split("/")[0] in FLOOR_FOLDERS and room not in FLOORS:
            findings.append(f"{path}:1: stands in no room of the table of floors (tools/check_includes.py)")
            continue
        if not lines or not lines[0].startswith("// Why: "):
            findings.append(f"{path}:1: the first line does not say why the file exists (// Why: ...)")
        findings += [f"{path}:{number}: {what}" for number, what in check_locale(path, lines)]
        findings += [f"{path}:{number}: {what}" for number, what in check_doors(path, lines)]
        if len(lines) > MAX_LINES:
            findings.append(f"{path}:{len(lines)}: {len(lines)} lines; at most {MAX_LINES}")
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                finding = check_include(root, path, room, match.group(1), match.group(2))
                if finding:
                    findings.append(f"{path}:{number}: {finding}")
    return findings, count


# (file, text, the finding expected in it or None).
WHY = "// Why: a case of the self-test.\n"
SELF_TEST = [
    ("src/base/view.h", WHY, None),
    ("src/cells/lstm.h", WHY + '#include "base/view.h"\n', None),
    ("src/kernels/gemm.cc", WHY + '#include <hwy/highway.h>\n#include "hwy/foreach_target.h"\n#include "cells/lstm.h"\n', None),
    ("src/nn/model.h", WHY + '#include "kernels/../base/view.h"\n#include <vector>\n', None),
    ("src/nn/model.cc", WHY + '#include "model.h"\n', None),
    ("src/heads/door.cc", WHY + "const float* x = host(view).data;\n", None),
    ("src/train/door.cc", WHY + "// host(view) in a comment\nconst float* x = host(view).data;\n", ":3: looks at the numbers"),
    ("src/io/address.cc", WHY + "write(view.address(), n);\n", ":2: takes the address"),
    ("src/data/table.cc", WHY + "kernels<float>().tanh(pool, x);\n", ":2: asks for the kernels"),
    ("include/rnn/rnn.h", WHY + "#include <string>\n", None),
    ("app/main.cc", WHY + "#include <rnn/rnn.h>\n#include \"nn/model.h\"\n", None),
    ("tests/nn/any_test.cc", WHY + '#include "nn/model.h"\n#include "support/gone.h"\n', None),
    ("src/text/words.h", WHY, None),
    ("src/io/load.cc", WHY + '#include "text/words.h"\n', None),
    ("src/base/arena.h", WHY + '#include "view.h"\n\n#include "nn/model.h"\n', ":4: includes \"nn/model.h\" upwards"),
    ("src/decode/ctc.h", WHY + '#  include "text/words.h"\n', ":2: includes \"text/words.h\" sideways"),
    ("src/nn/layers/gate.h", WHY + '#include "nn/model.h"\n', None),
    ("src/data/inputs/pipe.h", WHY + '#include "text/words.h"\n', None),
    ("src/data/inputs/up.h", WHY + '#include "io/load.cc"\n', ":2: includes \"io/load.cc\" upwards"),
    ("src/train/trainer.h", WHY + '#include "rnn/rnn.h"\n', ":2: includes \"rnn/rnn.h\" upwards"),
    ("src/nn/simd.cc", WHY + "#include <hwy/highway.h>\n", ":2: includes <hwy/highway.h>: Highway is for"),
    ("bench/step_bench.cc", WHY + '#include "hwy/highway.h"\n', ":2: includes <hwy/highway.h>: Highway is for"),
    ("include/rnn/model.h", WHY + '#include "nn/model.h"\n', ":2: public header includes"),
    ("src/nn/lost.cc", WHY + '#include "nn/nowhere.h"\n', ":2: includes \"nn/nowhere.h\", which is no file"),
    ("src/text/forward.h", WHY + "#include <nlohmann/json_fwd.hpp>\n", None),
    ("src/text/heavy.cc", WHY + "#include <nlohmann/json.hpp>\n#include <fmt/format.h>\n", None),
    ("tests/unit/heavy.h", WHY + "#include <nlohmann/json.hpp>\n", None),
    ("src/text/heavy.h", WHY + "#include <nlohmann/json.hpp>\n", ":2: header includes <nlohmann/json.hpp>: too heavy"),
    ("src/text/quoted.h", WHY + '#include "nlohmann/json.hpp"\n', ":2: header includes <nlohmann/json.hpp>: too heavy"),
    ("app/flags.h", WHY + "#include <CLI/CLI.hpp>\n", ":2: header includes <CLI/CLI.hpp>: too heavy"),
    ("app/config.h", WHY + "#include <toml++/toml.h>\n", ":2: header includes <toml++/toml.h>: too heavy"),
    ("src/nn/eigen.h", WHY + "#include <Eigen/SVD>\n", ":2: header includes <Eigen/SVD>: too heavy"),
    ("include/rnn/text.h", WHY + "#include <fmt/format.h>\n", ":2: header includes <fmt/format.h>: too heavy"),
    ("src/misc/thing.h", WHY, ":1: stands in no room"),
    ("src/stray.h", WHY, ":1: stands in no room"),
    ("src/optim/sgd.cc", "// Gradient descent.\n", ":1: the first line does not say why"),
    ("src/decode/empty.cc", "", ":1: the first line does not say why"),
    ("app/long.cc", WHY + "\n" * MAX_LINES, f":{MAX_LINES + 1}: {MAX_LINES + 1} lines"),
    ("tests/kernels/host_test.cc", WHY + "#include <hwy/highway.h>\n", None),
    ("tests/unit/host_test.cc", WHY + "#include <hwy/highway.h>\n", ":2: includes <hwy/highway.h>: Highway is for"),
    ("src/base/numbers.cc", WHY + "#include <charconv>\n\nauto end = std::from_chars(a, b, value);\n", None),
    ("src/tasks/range.cc", WHY + "const double range = std::stod(text);\n", ":2: 'stod' goes by the locale"),
    ("src/io/format.cc", WHY + "const int format = atoi (text);\n", ":2: 'atoi' goes by the locale"),
    ("src/train/rate.cc", WHY + "\n#include <charconv>\n", ":3: '#include <charconv>' goes by the locale"),
    ("src/train/row.cc", WHY + "std::snprintf(row, sizeof row, \"%g\", rate);\n", ":2: 'snprintf' goes by the locale"),
    ("src/data/text.cc", WHY + "std::istringstream text(line);\n", ":2: 'istringstream' goes by the locale"),
    ("src/data/size.cc", WHY + "std::ifstream(path) >> size;\n", ":2: 'ifstream(path) >>' goes by the locale"),
    ("app/letters.cc", WHY + "if (std::isalpha(c)) return;\n", ":2: 'isalpha' goes by the locale"),
    ("app/words.cc", WHY + "// strtod(text) would go by the locale\nint printed = sprintf_of(atom(1));\n", None),
    ("src/data/lines.cc", WHY + "const json line = json::parse(text);\n", ":2: parses JSON by the locale"),
    ("src/data/plain.cc", WHY + "const PlainNumbers plain;\nconst json line = json::parse(text);\n", None),
    ("tests/unit/printed_test.cc", WHY + 'std::printf("%g", 0.5);\n', None),
    ("app/full.cc", WHY + "\n" * (MAX_LINES - 1), None),
]


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for path, text, _ in SELF_TEST:
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        findings, _ = check_tree(root)
    wrong = []
    for path, _, expected in SELF_TEST:
        mine = [finding for finding in findings if finding.startswith(path + ":")]
        ok = not mine if expected is None else len(mine) == 1 and mine[0].startswith(path + expected)
        if not ok:
            wrong.append(f"{path}: expected {expected!r}, found {mine}")
    print("\n".join(wrong) if wrong else f"self-test: {len(SELF_TEST)} cases as expected")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) > 1 or (arguments and not os.path.isdir(arguments[0])):
        print(__doc__, file=sys.stderr)
        return 2
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    findings, count = check_tree(root)
    for finding in findings:
        print(finding)
    print(f"{count} files, {len(findings)} findings", file=sys.stderr)
    if count == 0:
        print("no source files: wrong folder?", file=sys.stderr)
    return 1 if findings or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
