#!/usr/bin/env python3
# Why: what a version has written every later one reads: tiny files of each task, tokenizer and output layer, and figures.
"""old_files.py --binary RNN           loads every file of tests/golden/files/VERSION, compares with expected.json there
   old_files.py --binary RNN --write   trains and writes the folder of this program's version; once, at its release

Losses agree to 1e-5 relative on every instruction set of the machine; texts, tokens and shares of right answers exactly.
The folder run/ is a run that was stopped: it is resumed in a copy.

exit 0: all is read; 6: differences, one per line; 2: usage; 1: it cannot run
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # tools/ stays clean

from pins_run import ISAS, ROOT, Failed, NotHere, Program, corpus_lines

FOLDER = ROOT / "tests" / "golden" / "files"
TOLERANCE = 1e-5  # of a loss, relative: instruction sets round differently (docs/numerics.md)
SHARE_TOLERANCE = 1e-6  # of a share, absolute: less than one example
RESUMED_TOLERANCE = 1e-4  # the same after some updates, each of which adds to the difference
PROMPT, SOURCES = "The", "sources.txt"
PLAIN_STATE, CACHED_STATE, CACHE = "word-lstm.state", "word-lstm-cached.state", ("--cache", "30")

TEXT = "--mode stream --batch 2 --bptt 8 --epochs 30 --lr 0.02"
PAIRS = "--batch 8 --epochs 30 --lr 0.02 --hidden 16"
LINES = "--batch 8 --epochs 20 --lr 0.02 --hidden 12"
# File, what it is trained on, options: each kind of tokens, cell, output layer and attention that a file may hold.
MODELS = [
    ("word-lstm", "text", TEXT + " --tokens word --cell lstm --hidden 12"),
    ("char-gru", "text", TEXT + " --tokens char --cell gru --hidden 20 --epochs 6"),
    ("byte-rnn", "text", TEXT + " --tokens byte --cell rnn --hidden 16 --embed 6 --epochs 4"),
    ("unigram-lstm", "text",
     TEXT + " --tokens unigram --max-vocabulary 330 --cell lstm --hidden 10 --embed 6 --epochs 12"),
    ("bpe-gru", "text",
     TEXT + " --tokens bpe --max-vocabulary 330 --cell gru-reset-before --hidden 10 --embed 6 --epochs 12"),
    ("sentence-relu", "text",
     "--mode sentence --batch 4 --epochs 30 --lr 0.01 --tokens word --cell rnn-relu --hidden 12 --layers 2"),
    ("adaptive-lstm", "text",
     TEXT + " --tokens word --cell lstm --hidden 12 --softmax adaptive --cutoffs 10,40 --softmax-divide 2"),
    ("sampled-gru", "text", TEXT + " --tokens word --cell gru --hidden 12 --softmax sampled --samples 30"),
    ("tied-projection", "text", TEXT + " --tokens word --cell lstm --peephole --projection 8 --hidden 12 --tied --cell-clip 3"),
    ("normed-coupled", "text",
     TEXT + " --tokens word --cell lstm-coupled --layer-norm --hidden 10 --layers 2 --last-hidden 8 --min-count 2"),
    ("regularised", "text",
     TEXT + " --tokens word --cell lstm --hidden 10 --layers 2 --residual --dropout 0.1 --variational --zoneout 0.1 "
     "--state-dropout 0.1 --weight-drop 0.1 --embedding-dropout 0.1 --word-dropout 0.1 --average ema --ema-decay 0.9"),
    ("translate-additive", "pairs", PAIRS + " --cell lstm --attention additive --attention-size 10"),
    ("translate-feeding", "pairs", PAIRS + " --cell gru --attention general --input-feeding --own-embedding --bridge dense"),
    ("translate-dot", "pairs", PAIRS + " --cell lstm --attention scaled-dot --tokens char --encoder-layers 2 --bridge zero"),
    ("translate-no-attention", "pairs", PAIRS + " --cell gru --attention none --one-way --reverse-source --tied"),
    ("classify", "recall", LINES + " --cell gru --epochs 6"),
    ("regress", "adding", LINES + " --cell lstm --layers 2"),
    ("tag", "copy", LINES + " --cell lstm --peephole"),
]
RUN = ("--mode stream --batch 3 --bptt 8 --lr 0.02 --tokens word --cell lstm --hidden 5 --dropout 0.1 --average ema "
       "--ema-decay 0.9 --schedule stall --eval-every 15 --patience 0 --epochs 3")
STOP = 40  # updates of the stopped run, in the middle of an epoch

# What the models are measured on, beside what they are trained on.
MADE = {
    "pairs": "reverse --length 4 --min-length 2 --symbols 4",
    "recall": "recall --length 5 --symbols 4",
    "adding": "adding --length 6",
    "copy": "copy --length 2 --symbols 3",
}
SUFFIX = {"text": "txt", "pairs": "tsv"}


def valid_file(data):
    return f"{data}-valid.{SUFFIX.get(data, 'jsonl')}"


def train_file(data):
    return f"{data}.{SUFFIX.get(data, 'jsonl')}"


# ------------------------------------------------------------------------------------------------------- what a file gives

def loss_of(program, model, data):
    """{figure: value}; the share of right answers counts exactly."""
    found = json.loads(program.output(["eval", model, valid_file(data), "--json", "--no-baselines", "--threads", "1"]))
    return {key: found[key] for key in ("loss", "accuracy", "exact") if key in found}


def next_tokens(program, model):
    found = json.loads(program.output(["generate", model, "-p", PROMPT, "--top", "3", "--json"]))
    return [entry["token"] for entry in found["next"]]


def greedy(program, model, *how):
    return program.output(["generate", model, *how, "-n", "12", "--temperature", "0"]).decode()


def figures(program, name, data):
    model = f"{name}.safetensors"
    found = loss_of(program, model, data)
    if data == "text":
        found["next"] = next_tokens(program, model)
        found["text"] = greedy(program, model, "-p", PROMPT)
    elif data == "pairs":
        found["translations"] = program.output(["translate", model, SOURCES, "--threads", "1"]).decode().splitlines()
    return found


def states(program):
    model = "word-lstm.safetensors"
    return {"plain": greedy(program, model, "--load-state", PLAIN_STATE),
            "cached": greedy(program, model, "--load-state", CACHED_STATE, *CACHE)}


def resumed(program):
    """Of a copy of the run that goes on to its end."""
    shutil.copytree(program.folder / "run", program.folder / "copy")
    program.output(["train", "--resume", "copy", "--max-updates", "0", "--threads", "1", "--quiet"])
    events = [json.loads(line) for line in (program.folder / "copy" / "metrics.jsonl").read_text().splitlines()]
    shutil.rmtree(program.folder / "copy")
    return {"val_loss": {str(event["step"]): event["val_loss"] for event in events if event["type"] == "eval"}}


def told(function, *arguments):
    """What it returns, or {"failure": why}: one file that is not read does not hide the others."""
    try:
        return function(*arguments)
    except Failed as failure:
        return {"failure": str(failure)}


def everything(program, names):
    """All figures of a folder of files; names: those that it has."""
    found = {name: told(figures, program, name, data) for name, data, _ in MODELS if name in names}
    found["states"] = told(states, program)
    found["checkpoint"] = told(loss_of, program, "run/last.ckpt.safetensors", "text")
    found["resumed"] = told(resumed, program)
    return found


# ----------------------------------------------------------------------------------------------------------------- compare

def differences(wanted, found, where=""):
    if isinstance(wanted, dict) and "failure" in found:
        yield f"{where}: {found['failure']}"
    elif isinstance(wanted, dict):
        for key, value in wanted.items():
            if key not in found:
                yield f"{where}/{key}: missing"
            else:
                yield from differences(value, found[key], f"{where}/{key}")
    elif isinstance(wanted, float):
        share = where.endswith(("/accuracy", "/exact"))
        allowed = SHARE_TOLERANCE if share else abs(wanted) * (RESUMED_TOLERANCE if "/resumed/" in where else TOLERANCE)
        if not abs(found - wanted) <= allowed:
            yield f"{where}: {found:.9g}, expected {wanted:.7g}"
    elif wanted != found:
        yield f"{where}: {found!r}, expected {wanted!r}"


def check(binary, folder, isa):
    """Lines of what is not as it was; the files are read in a copy, where the program may write."""
    wanted = json.loads((folder / "expected.json").read_text())
    with tempfile.TemporaryDirectory(prefix="rnn-old-files-") as temporary:
        copy = pathlib.Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        program = Program(binary, isa, copy)
        program.probe()
        return [f"{isa} {line}" for line in differences(wanted, everything(program, wanted.keys()), folder.name)]


# ------------------------------------------------------------------------------------------------------------------- write

def make_data(program):
    def put(name, content):
        (program.folder / name).write_bytes(content)
    put(train_file("text"), corpus_lines(0, 70))
    put(valid_file("text"), corpus_lines(60, 80))
    for data, how in MADE.items():
        put(train_file(data), program.output(["data", "make", *how.split(), "-n", "400"]))
        put(valid_file(data), program.output(["data", "make", *how.split(), "-n", "24", "-s", "2"]))
    pairs = (program.folder / valid_file("pairs")).read_text().splitlines()
    put(SOURCES, "".join(pair.split("\t")[0] + "\n" for pair in pairs[:8]).encode())


def make_files(program):
    def train(data, options, folder, *more):
        program.output(["train", train_file(data), "--valid", valid_file(data), *options.split(), *more, "--threads", "1",
                        "--quiet", "-o", folder])
    for name, data, options in MODELS:
        options = " ".join(f"{key} {value}" for key, value in last_of_each(options).items())
        train(data, options + " --patience 0", f"made-{name}")
        shutil.move(program.folder / f"made-{name}" / "model.safetensors", program.folder / f"{name}.safetensors")
        shutil.rmtree(program.folder / f"made-{name}")
    train("text", RUN, "run", "--max-updates", str(STOP))
    for path in (program.folder / "run").iterdir():  # a resumed run needs no more than these
        if path.name not in ("last.ckpt.safetensors", "model.safetensors", "metrics.jsonl"):
            path.unlink()
    for state, how in ((PLAIN_STATE, ()), (CACHED_STATE, CACHE)):
        program.output(["generate", "word-lstm.safetensors", "-p", "The cat is sleeping.", *how, "--save-state", state])


def last_of_each(options):
    """Option -> its value; a flag has none."""
    found, words = {}, options.split()
    for i, word in enumerate(words):
        if word.startswith("--"):
            found[word] = words[i + 1] if i + 1 < len(words) and not words[i + 1].startswith("--") else ""
    return found


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return float(f"{value:.7g}") if isinstance(value, float) else value


def write(binary):
    with tempfile.TemporaryDirectory(prefix="rnn-old-files-") as temporary:
        program = Program(binary, "emulated", pathlib.Path(temporary))
        version = program.output(["--version"]).decode().split()[1].rsplit(".", 1)[0]
        if (FOLDER / version).exists():
            raise Failed(f"{FOLDER / version} is there; the files of a version are written once (remove it to begin again)")
        make_data(program)
        make_files(program)
        found = everything(program, [name for name, _, _ in MODELS])
        for name, what in found.items():
            if "failure" in what:
                raise Failed(f"{name}: {what['failure']}")
        (program.folder / "expected.json").write_text(json.dumps(rounded(found), indent=1, ensure_ascii=False) + "\n")
        for data in MADE:
            (program.folder / train_file(data)).unlink()
        program.folder.chmod(0o755)
        shutil.copytree(program.folder, FOLDER / version)
    return FOLDER / version


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "rnn", help="the program")
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER, help="where the folders of versions are")
    parser.add_argument("--write", action="store_true", help="write the files of this program's version")
    a = parser.parse_args(words)
    binary = a.binary.resolve()
    if not os.access(binary, os.X_OK):
        parser.error(f"there is no program {binary}")
    folders = [write(binary)] if a.write else sorted(a.folder.glob("*/expected.json"))
    folders = [path if path.is_dir() else path.parent for path in folders]
    lines, read = [], []
    for isa in ISAS:
        try:
            for folder in folders:
                lines += check(binary, folder, isa)
            read.append(isa)
        except NotHere as why:
            print(f"skipped {isa}: {why}")
    for line in lines:
        print(line)
    if lines or not folders:
        print(f"old files: {len(lines)} differences" if folders else f"there are no old files in {a.folder}")
        return 6
    print(f"old files of {', '.join(folder.name for folder in folders)} are read on {', '.join(read)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(1)
