# Why: the same network trained by PyTorch, so that a loss of ours stands beside one that nobody here wrote the code of.
"""The section [twin] of a recipe, for results.py: torch_lm.py for texts, torch_seq2seq.py for pairs."""

import base64
import json
import os
import shlex
import subprocess

from results_recipe import ROOT, Failure, digest, option_words

# Options of pairs that must keep the value under which they do nothing; SAME and SWITCHES are handed on; others change no loss.
NEUTRAL = {"last-hidden": 0, "projection": 0, "peephole": False, "layer-norm": False, "cell-clip": 0, "softmax": "full",
           "input-dropout": "auto", "output-dropout": "auto", "embedding-dropout": 0, "word-dropout": 0, "variational": False,
           "state-dropout": 0, "zoneout": 0, "zoneout-cell": 0, "weight-drop": 0, "forget-bias": "auto", "chrono": 0,
           "clip-value": 0, "activation-regularization": 0, "temporal-activation-regularization": 0, "batch-tokens": 0,
           "layer-lr": "", "layer-lr-decay": 1, "freeze": ""}
SAME = ("cell", "embed", "hidden", "layers", "encoder-layers", "attention", "attention-size", "init", "dropout", "batch",
        "label-smoothing", "optimizer", "lr", "momentum", "weight-decay", "beta1", "beta2", "epsilon", "clip", "warmup", "seed")
SWITCHES = {"one-way": "no-bidirectional", "own-embedding": "source-embedding", "input-feeding": "input-feeding",
            "residual": "residual", "tied": "tied", "reverse-source": "reverse-source"}
# Both sides of pairs are trained without these: their updates then do not depend on how long the run was meant to be.
LEFT_OUT = ("average", "ema-decay", "nonmono", "decay", "decay-from", "decay-at", "max-time", "best-by")

# Program and ids come by argument and pipe, and become files where the interpreter runs: it may be inside another root folder.
START = """
import base64, json, os, runpy, sys, tempfile
request = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    for name, text in request["files"].items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(folder, "start.safetensors"), "wb") as file:
        file.write(base64.b64decode(request["start"]))
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = request["words"]
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def torch_python():
    """The interpreter as a list of words, or none when it has no PyTorch."""
    words = shlex.split(os.environ.get("RNN_TORCH_PYTHON", "/usr/bin/python3"))
    try:
        found = subprocess.run([*words, "-c", "import torch"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        found = False
    return words if found else None


def key_of(recipe, row):
    return digest([row["run_hash"], recipe["twin"], recipe["seeds"][0]])[:16]


def tool_text(name):
    return (ROOT / "tools" / name).read_text(encoding="utf-8")


def of_text(program, python, name, recipe, row, work, events):
    """tools/torch_lm.py on the text and the resolved options of the first seed, whose events these are: ours and theirs at their
    last common check."""
    start = next((e for e in events if e["type"] == "start"), None)
    if not start:
        raise Failure(2, "results/twin", f"recipe {name} is done, but its run is no longer in {work}", f"./run results {name} --again --twin")
    request = {"config": start["config"], **recipe["twin"]}
    request |= {side: (work / f"{side}.txt").read_text(encoding="utf-8") for side in ("train", "valid")}
    (work / "twin-request.json").write_text(json.dumps(request), encoding="utf-8")
    report = json.loads(program.call([*python, "-c", tool_text("torch_lm.py"), "-"], work, text=json.dumps(request)))
    points = {p["update"]: p for p in row["runs"][0]["points"]}
    common = [e for e in report["evaluations"] if e["update"] in points]
    if not common:
        raise Failure(1, "results/twin", f"the twin of {name} stopped at update {report['updates']}, before a common check",
                      "give the twin more seconds, or the recipe an eval-every")
    return report | {"ours": points[common[-1]["update"]], "theirs": common[-1]}


# ------------------------------------------------------------------------------------------------------------------- pairs

def ids_of(program, work, run):
    """The pairs as numbers, in the files that torch_seq2seq.py reads, and what it must know of the tokens."""
    files = {}
    for side in ("train", "valid"):
        pairs = [line.split("\t") for line in (work / f"{side}.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")]
        for column, name in enumerate(("source", "target")):
            text = "".join(pair[column] + "\n" for pair in pairs)
            files[f"{side}.{name}"] = program.call([program.path, "tokenizer", "encode", run, "--ids"], work, text=text)
    end = program.call([program.path, "tokenizer", "encode", run, "\n", "--ids"], work).strip()
    vocabulary = json.loads(program.call([program.path, "info", run, "--json"], work))["vocabulary"]
    return files, ["--vocabulary", str(vocabulary), "--end", end]


def torch_words(config):
    """The options of a run, as its start event gives them, for torch_seq2seq.py."""
    options = config["model"] | config["train"]
    for name, neutral in NEUTRAL.items():
        if options[name] != neutral:
            raise Failure(2, "results/twin", f"{name} = {options[name]} has no twin, only {neutral}")
    copies = options["encoder-layers"] in (0, options["layers"])
    bridge = options["bridge"] if options["bridge"] != "auto" else "copy" if copies else "dense"
    words = ["--bridge", bridge, "--threads", str(options["threads"] or 2), "--updates", str(options["max-updates"])]
    words += [word for name in SAME for word in (f"--{name}", str(options[name]))]
    return words + [f"--{theirs}" for ours, theirs in SWITCHES.items() if options[ours]]


def our_side(recipe, work, train, seed):
    """Trains ours; returns the name of the run, its options, its validation loss at the last update, its parameters and a model that
    has the weights it began with."""
    updates, run = recipe["twin"]["updates"], f"twin-seed-{seed}"
    options = {name: value for name, value in recipe["options"].items() if name not in LEFT_OUT}
    options |= {"schedule": "constant", "max-updates": updates, "eval-every": updates, "epochs": updates, "patience": 0}
    data = [digest((work / f"{side}.tsv").read_bytes()) for side in ("train", "valid")]

    def trained(name, changes):
        words = ["train.tsv", "--valid", "valid.tsv", "--task", "translate", *option_words(options | changes), "--seed", str(seed)]
        return train(words, name, digest(data + words)[:16])

    events = trained(run, {})
    config = next(e for e in events if e["type"] == "start")["config"]
    loss = next((e["val_loss"] for e in events if e["type"] == "eval" and e["step"] == updates), None)
    result = next((e for e in events if e["type"] == "result"), None)
    if loss is None or not result:
        raise Failure(1, "results/twin", f"our side of the twin, seed {seed}, did not come to update {updates}")
    trained(f"{run}-start", {"max-updates": 1, "lr": 1e-30})  # so small an update changes no weight
    return run, config, loss, result["parameters"], work / f"{run}-start" / "model.safetensors"


def of_pairs(program, python, recipe, work, train):
    """Ours and torch_seq2seq.py from the same weights on the same batches, masks of dropout of their own: the validation losses of
    every seed after the same number of updates. `train`: (words, run, key) -> events."""
    if not (work / "train.tsv").exists():
        raise Failure(2, "results/twin", f"the pairs are no longer in {work}", f"./run results {work.name} --again --twin")
    twin, runs, files, names, tokens, theirs = recipe["twin"], [], {}, [], [], {}
    for seed in twin["seeds"]:
        run, config, loss, parameters, start = our_side(recipe, work, train, seed)
        if not files:
            files, tokens = ids_of(program, work, run)
            names = list(files)
            files |= {name: tool_text(name) for name in ("torch_seq2seq.py", "torch_lm.py", "length_order.py")}
        words = ["torch_seq2seq.py", *names, *tokens, *torch_words(config), "--init-from", "start.safetensors",
                 "--max-seconds", str(twin.get("max-seconds", 600))]
        request = {"files": files, "words": words, "start": base64.b64encode(start.read_bytes()).decode()}
        output = program.call([*python, "-c", START], work, text=json.dumps(request))
        theirs = json.loads(output.splitlines()[-1])
        if theirs["updates"] < twin["updates"]:
            raise Failure(1, "results/twin", f"PyTorch came to update {theirs['updates']} of {twin['updates']} in {theirs['seconds']:.0f} s",
                          "give the [twin] fewer updates or more max-seconds")
        if theirs["parameters"] != parameters:
            raise Failure(1, "results/twin", f"PyTorch has {theirs['parameters']} parameters, this program has {parameters}")
        runs.append({"seed": seed, "ours": loss, "theirs": theirs["val_loss"], "seconds": theirs["seconds"]})
    return {"updates": twin["updates"], "torch": theirs["torch"], "runs": runs}
