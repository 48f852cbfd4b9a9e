#!/usr/bin/env python3
# Why: a comparison that finds nothing must mean that there is nothing: a single changed bit is found and named.
"""pins_self_test.py --binary RNN      tests tools/pins.py: its items, its exit statuses, and a program that spoils one bit;
and that tools/old_files.py finds a file that says something else, or is not read."""

import argparse
import contextlib
import io
import json
import pathlib
import re
import shutil
import struct
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # tools/ stays clean

import old_files
import pins
from pins_cases import CASES, OUTPUTS
from pins_items import item_of_output, items_of_model, items_of_metrics
from pins_run import differing

BINARY = None
CASE = "regress/rnn"

# A program that does what rnn does and then changes one bit of the model in a folder whose path ends as asked.
SPOILER = """#!/usr/bin/env python3
import pathlib, subprocess, sys
done = subprocess.run([{binary!r}, *sys.argv[1:]])
model = pathlib.Path({folder!r}) / "model.safetensors"
if "train" in sys.argv and model.exists() and any(word.endswith({folder!r}) for word in sys.argv):
    data = bytearray(model.read_bytes())
    data[-6] ^= 4
    model.write_bytes(data)
sys.exit(done.returncode)
"""


def safetensors(tensors, metadata):
    head, data = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        head[name] = {"dtype": "F32", "shape": [2, len(values) // 2], "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data


def run_pins(*words):
    """(exit status, what it printed) of pins.py."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = pins.main(["--binary", BINARY, "--isa", "emulated", *words])
    return status, out.getvalue()


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rnn-pins-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


class Items(Folder):
    TENSORS = {"rnn.weight": [1, 2, 3, 4, 5, 6], "output.bias": [0.5, -0.5]}
    METADATA = {"rnn.about": "today", "rnn.tokenizer": "{}"}

    def model(self, data):
        return items_of_model(self.file("model.safetensors", data))

    def test_every_bit_of_every_tensor_counts_and_is_named(self):
        whole = safetensors(self.TENSORS, self.METADATA)
        before, size = self.model(whole), len(whole)
        for back, name in ((1, "output.bias"), (8, "output.bias"), (9, "rnn.weight"), (32, "rnn.weight")):
            for bit in range(8):
                changed = bytearray(whole)
                changed[size - back] ^= 1 << bit
                found = list(differing(before, self.model(bytes(changed))))
                self.assertEqual([name for name, _ in found], [f"tensor {name}"])
                self.assertRegex(found[0][1], r"^1 of \d numbers, first \[\d, \d\]: ")
        changed = bytearray(whole)
        changed[size - 9] ^= 0x80  # the sign of the last weight
        self.assertEqual(list(differing(before, self.model(bytes(changed)))),
                         [("tensor rnn.weight", "1 of 6 numbers, first [1, 2]: 6 (40c00000) -> -6 (c0c00000)")])

    def test_shapes_names_and_tokenizers_count_the_rest_of_the_metadata_does_not(self):
        before = self.model(safetensors(self.TENSORS, self.METADATA))
        same = self.model(safetensors(self.TENSORS, {**self.METADATA, "rnn.about": "tomorrow"}))
        self.assertEqual(list(differing(before, same)), [])
        other = self.model(safetensors(self.TENSORS, {**self.METADATA, "rnn.tokenizer": "{ }"}))
        self.assertEqual([name for name, _ in differing(before, other)], ["tokenizer"])
        fewer = self.model(safetensors({"rnn.weight": self.TENSORS["rnn.weight"]}, self.METADATA))
        self.assertEqual(list(differing(before, fewer)), [("tensor output.bias", "only before")])
        self.assertEqual(list(differing(fewer, before)), [("tensor output.bias", "only now")])

    def test_figures_are_compared_as_they_are_written(self):
        check = '{"type":"eval","step":9,"val_loss":%s,"elapsed_s":%s}\n'
        update = '{"type":"metric","step":%d,"grad_norm":%s}\n'

        def found(loss="0.1", seconds="1", step=100, norm="2.5"):
            return items_of_metrics(self.file("metrics.jsonl", check % (loss, seconds) + update % (step, norm)))
        before = found()
        self.assertEqual(list(differing(before, found(seconds="7"))), [])
        self.assertEqual(list(differing(before, found(loss="0.10000000000000001"))),
                         [("losses of checks", "update 9 val_loss: 0.1 -> 0.10000000000000001")])
        self.assertEqual(list(differing(before, found(norm="2.5000000000000004"))),
                         [("losses of updates", "update 100 grad_norm: 2.5 -> 2.5000000000000004")])
        # Which of the other updates are logged is a matter of time.
        self.assertEqual(list(differing(found(step=55), found(step=55, norm="3"))), [])

    def test_outputs(self):
        def found(before, now):
            return list(differing({"x": item_of_output(before)}, {"x": item_of_output(now)}))
        self.assertEqual(found(b"a\nb c\n", b"a\nb d\n"), [("x", "line 2: 'b c' -> 'b d'")])
        self.assertEqual(found(b'{"a":[1,2.50],"elapsed_s":1}\n', b'{"a":[1,2.5],"elapsed_s":2}\n'),
                         [("x", "/a/1: 2.50 -> 2.5")])
        self.assertEqual(found(b'{"a":1}\n{"a":2}\n', b'{"a":1}\n{"a":2}\n'), [])
        self.assertEqual(found(b'{"a":1}\n{"a":2}\n', b'{"a":1}\n'), [("x", "line 1 /a -> /a")])


class Table(unittest.TestCase):
    def test_the_table_of_cases_holds_together(self):
        names = [case.name for case in CASES]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual({name for case in CASES for name in case.outputs.split()} - OUTPUTS.keys(), set())
        self.assertEqual(OUTPUTS.keys() - {name for case in CASES for name in case.outputs.split()}, set())
        for case in CASES:
            run = {other.name for other in pins.cases_of(case.name)}
            asked = [case.options, *(OUTPUTS[name] for name in case.outputs.split())]
            self.assertLessEqual(set(re.findall(r"(\w+/[\w-]+)/straight", " ".join(asked))), run)


class Program(Folder):
    def spoiler(self, variant):
        path = self.file("spoiler", SPOILER.format(binary=BINARY, folder=f"{CASE}/{variant}"))
        path.chmod(0o755)
        return str(path)

    def test_the_same_program_twice(self):
        status, told = run_pins("--only", CASE, "--against", BINARY)
        self.assertEqual(status, 0, told)
        self.assertRegex(told, r"^pins: [2-9]\d items of 1 cases on emulated are as .* has them\n$")

    def test_one_bit_of_one_tensor(self):
        status, told = run_pins("--only", CASE, "--against", self.spoiler("straight"))
        self.assertEqual(status, 6, told)
        self.assertRegex(told, rf"(?m)^emulated {CASE}/straight: tensor output\.weight: 1 of 13 numbers, first \[0, 12\]: ")

    def test_what_must_agree_within_a_program(self):
        for variant in ("threads-3", "resumed"):
            status, told = run_pins("--only", CASE, "--against", self.spoiler(variant))
            self.assertEqual(status, 6, told)
            self.assertRegex(told, rf"(?m)^emulated before: {CASE}/{variant}: tensor \S+ is not that of straight: 1 of ")

    def test_a_program_that_fails(self):
        program = self.file("fails", f"#!/bin/sh\n[ \"$1\" != eval ] && exec {BINARY} \"$@\"\necho 'error: no' >&2\nexit 3\n")
        program.chmod(0o755)
        status, told = run_pins("--only", CASE, "--against", str(program))
        self.assertEqual(status, 6, told)
        self.assertRegex(told, rf"emulated before: {CASE}: rnn eval .*: exit status 3: error: no")
        self.assertRegex(told, rf"emulated {CASE}/eval: output: only now")

    def test_digests(self):
        digests = self.folder / "digests.json"
        asked = ("--only", CASE, "--digests", str(digests))
        status, told = run_pins(*asked)
        self.assertEqual(status, 77, told)
        self.assertRegex(told, r"^skipped emulated: no digests for g\+\+|clang\+\+ \d")
        found, broken = pins.run(pathlib.Path(BINARY), "emulated", pins.cases_of(CASE))
        self.assertEqual(broken, [])
        key = f"{pins.machine_key(BINARY, 'Release')}, emulated"
        stored = {key: pins.grouped(found), "another": {"a/b": {"c": "d"}}}
        pins.write_digests(digests, stored)
        self.assertEqual(pins.read_digests(digests), stored)
        status, told = run_pins(*asked)
        self.assertEqual(status, 0, told)
        stored[key][f"{CASE}/accumulate-2"]["losses of checks"] = "0"
        del stored[key][f"{CASE}/eval"]
        pins.write_digests(digests, stored)
        status, told = run_pins(*asked)
        self.assertEqual(status, 6, told)
        self.assertEqual(told.splitlines()[:2], [f"emulated {CASE}/accumulate-2: losses of checks",
                                                 f"emulated {CASE}/eval: output (only now)"])
        status, told = run_pins(*asked, "--build", "Debug")
        self.assertEqual(status, 77, told)


class OldFiles(Folder):
    def test_a_changed_weight_and_a_file_of_a_later_format_are_found(self):
        folder = self.folder / "files" / "0.1"
        shutil.copytree(old_files.FOLDER / "0.1", folder)
        model = folder / "tied-projection.safetensors"
        data = bytearray(model.read_bytes())
        data[-1] ^= 0x80
        model.write_bytes(data)
        found = old_files.check(BINARY, folder, "emulated")
        self.assertTrue(found)
        self.assertEqual([line for line in found if not line.startswith("emulated 0.1/tied-projection/")], [])
        self.assertRegex(found[0], r"/loss: [\d.]+, expected 4\.\d+$")
        differences = len(found)
        tag = folder / "tag.safetensors"
        tag.write_bytes(tag.read_bytes().replace(b'"rnn.format":"1"', b'"rnn.format":"9"'))
        found = old_files.check(BINARY, folder, "emulated")
        self.assertRegex(found[-1], r"^emulated 0\.1/tag: rnn eval tag\.safetensors .*: exit status 4: error\[model/")
        self.assertEqual(len(found), differences + 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    known, rest = parser.parse_known_args()
    BINARY = str(pathlib.Path(known.binary).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
