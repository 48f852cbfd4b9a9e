#!/usr/bin/env python3
"""Why: the seeds of the fuzz targets can be made again when a format changes: small files of the program, and hostile ones by hand.

gen_fuzz_corpus.py --binary build/release/bin/rnn [--output tests/fuzz/corpus]

Writes below the output folder only files whose names it knows (inputs that were found by fuzzing stay). What the program makes holds
times and so differs a little from run to run; what is made by hand is the same every time (tools/fuzz_hostile.py).
"""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import fuzz_hostile

STORY = "ab ab ba\nba ab\na b a\nbb aa ab\n" * 6
WORDS = "the cat sees a dog .\na dog hears the cat .\nthe bird follows a cat .\n" * 6
PAIRS = "".join(f"{a} {b}\t{b}a {a}\n" for a in ("ab", "ba", "bb") for b in ("a", "b", "ab")) * 4
CLASSIFY = "".join('{"input": ["%s", "%s"], "target": "%s"}\n' % (a, b, a) for a in "xyz" for b in "xyz") * 3
TAG = "".join('{"input": ["%s", "%s"], "target": ["%s", %s]}\n' % (a, b, b, '"x"' if a == b else "null")
              for a in "xyz" for b in "xyz") * 3
SERIES = "unique_id,ds,y,price,kind\n" + "".join(
    "%s,2021-01-%02d,%s,%d,%s\n" % (s, t + 1, "" if t == 9 else (t % 2) + 0.1 * t, t % 3, "cd"[s == "b"])
    for s in "ab" for t in range(24))
REGRESS = "".join('{"input": [[%d, 0.5], [%d, -1]], "target": [%d, 0.25]}\n' % (i, i % 3, i % 5) for i in range(40))

TINY = ["--batch", "2", "--epochs", "1", "--max-updates", "3", "--patience", "0", "--threads", "1", "--valid-share", "0.3", "--quiet"]
STREAM = ["--mode", "stream", "--bptt", "3"]

# name, data file, flags; what becomes of each: a model seed, and a checkpoint seed where "checkpoint" stands.
RUNS = [
    ("lm_char_gru", "story.txt", ["--tokens", "char", "--cell", "gru", "--hidden", "3", *STREAM, "--optimizer", "sgd"], "checkpoint"),
    ("lm_char_lstm_norm", "story.txt",
     ["--tokens", "char", "--cell", "lstm", "--layer-norm", "--peephole", "--projection", "2", "--hidden", "3", "--layers", "2",
      "--mode", "sentence", "--optimizer", "adamw", "--average", "nt-asgd"], "checkpoint"),
    ("lm_word_adaptive", "words.txt",
     ["--tokens", "word", "--cell", "rnn", "--hidden", "4", "--softmax", "adaptive", "--cutoffs", "4", *STREAM, "--optimizer", "sgd",
      "--momentum", "0.9", "--average", "asgd"], "checkpoint"),
    ("lm_char_coupled_tied", "story.txt",
     ["--tokens", "char", "--cell", "lstm-coupled", "--tied", "--hidden", "3", "--dropout", "0.2", "--weight-drop", "0.3", *STREAM,
      "--optimizer", "rmsprop", "--schedule", "stall"], "checkpoint"),
    ("lm_bpe", "words.txt",
     ["--tokens", "bpe", "--max-vocabulary", "280", "--cell", "gru", "--hidden", "1", *STREAM], ""),
    ("translate", "pairs.tsv",
     ["--task", "translate", "--tokens", "char", "--cell", "gru", "--hidden", "4", "--attention", "additive", "--attention-size", "2",
      "--input-feeding"], ""),
    ("classify", "classify.jsonl", ["--cell", "gru-reset-before", "--hidden", "3", "--embed", "2"], ""),
    ("tag", "tag.jsonl", ["--cell", "rnn-relu", "--hidden", "3", "--embed", "2"], ""),
    ("regress", "regress.jsonl", ["--cell", "lstm", "--hidden", "2"], ""),
    ("forecast", "series.csv",
     ["--horizon", "2", "--context", "4", "--segment", "2", "--season", "2", "--hidden", "2", "--known", "price", "--static", "kind"], ""),
    ("dated", "series.csv",
     ["--horizon", "2", "--context", "4", "--segment", "2", "--season", "2", "--hidden", "2", "--ignore", "price,kind", "--calendar", "week"], ""),
]


def split(data):
    """The head, as an object, and the bytes of the tensors of a safetensors file."""
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def join(head, tensors):
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + tensors


def trimmed(data, defaults):
    """Without what a reader does without: notes about the run, options at their default."""
    head, tensors = split(data)
    meta = head["__metadata__"]
    about = json.loads(meta["rnn.about"])
    meta["rnn.about"] = json.dumps({k: about[k] for k in ("mode", "sequences", "forecast") if k in about})
    if "rnn.checkpoint" in meta:
        state = json.loads(meta["rnn.checkpoint"])
        options = state["request"]["options"]
        for section in options:
            options[section] = {k: v for k, v in options[section].items() if v != defaults.get(k)}
        state["request"] = {"options": options, "data": ["story.txt"], "mode": state["request"]["mode"]}
        state["seconds"] = 0.5
        meta["rnn.checkpoint"] = json.dumps(state)
    return join(head, tensors)


class Maker:
    def __init__(self, binary, output):
        self.binary, self.output = str(pathlib.Path(binary).resolve()), pathlib.Path(output).resolve()

    def rnn(self, *arguments, **more):
        return subprocess.run([self.binary, *map(str, arguments)], check=True, capture_output=True, **more).stdout

    def keep(self, target, name, data):
        folder = self.output / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def runs(self):
        shown = json.loads(self.rnn("config", "show", "--json"))
        defaults = {name: entry["value"] for name, entry in shown.items()}
        for name, data, flags, more in RUNS:
            self.rnn("train", data, *flags, *TINY, "-o", name)
            model = pathlib.Path(name, "model.safetensors").read_bytes()
            self.keep("model", f"{name}.safetensors", trimmed(model, defaults))
            if more:
                checkpoint = pathlib.Path(name, "last.ckpt.safetensors").read_bytes()
                self.keep("checkpoint", f"{name}.safetensors", trimmed(checkpoint, defaults))

    def states(self):
        """Of the model that the targets load: tests/fuzz/CMakeLists.txt names it."""
        model = self.output / "model" / "lm_char_gru.safetensors"
        self.rnn("generate", model, "-p", "ab b", "-n", "0", "--save-state", "plain.state")
        self.rnn("generate", model, "-p", "ab ba\nb", "-n", "0", "--cache", "4", "--save-state", "cached.state")
        for name in ("plain", "cached"):
            self.keep("writer_state", f"{name}.state", pathlib.Path(f"{name}.state").read_bytes())
        width = struct.unpack("<I", pathlib.Path("cached.state").read_bytes()[28:32])[0]
        for streams in (1, 2):  # include/rnn/rnn.h: a header of 16 bytes, then the numbers
            numbers = struct.pack(f"<{streams * width}f", *[0.25 * i for i in range(streams * width)])
            self.keep("session_state", f"{streams}_streams.state", fuzz_hostile.session_state(streams, width) + numbers)

    def texts(self):
        self.rnn("data", "ngram", "words.txt", "--order", "3", "--tokens", "word", "-o", "words.arpa")
        self.keep("arpa", "words.arpa", pathlib.Path("words.arpa").read_bytes())
        for kind in ("unigram", "bpe"):
            self.rnn("tokenizer", "train", "words.txt", "--tokens", kind, "--max-vocabulary", "280", "-o", f"{kind}.model")
            self.keep("subwords", f"{kind}.model", pathlib.Path(f"{kind}.model").read_bytes())
        self.keep("config", "all.toml", self.rnn("config", "show", "--toml"))
        for name, text in (("classify", CLASSIFY), ("tag", TAG), ("regress", REGRESS)):
            self.keep("sequences", f"{name}.jsonl", "".join(text.splitlines(True)[:6]).encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the program rnn")
    parser.add_argument("--output", default=pathlib.Path(__file__).parents[1] / "tests/fuzz/corpus")
    arguments = parser.parse_args()
    maker = Maker(arguments.binary, arguments.output)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        files = {"story.txt": STORY, "words.txt": WORDS, "pairs.tsv": PAIRS, "classify.jsonl": CLASSIFY, "tag.jsonl": TAG,
                 "regress.jsonl": REGRESS, "series.csv": SERIES}
        for name, text in files.items():
            pathlib.Path(name).write_text(text)
        try:
            maker.runs()
            maker.states()
            maker.texts()
        except subprocess.CalledProcessError as error:
            sys.exit(f"{' '.join(error.cmd)}\n{error.stderr.decode()}")
        os.chdir("/")
    for target, name, data in fuzz_hostile.all_cases():
        maker.keep(target, name, data)
    sizes = [f.stat().st_size for f in maker.output.rglob("*") if f.is_file()]
    print(f"{maker.output}: {len(sizes)} files, {sum(sizes)} bytes")


if __name__ == "__main__":
    main()
