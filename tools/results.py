#!/usr/bin/env python3
# Why: every figure in docs/results.md comes from a recipe that anyone can run again; nobody types one.
"""results.py [NAME...] [--twin] [--again] [--baselines] [--render] [--list]      (also: ./run results)

Trains and measures recipes/NAME.toml (all of them without a name), keeps the figures in docs/results.json and writes
docs/results.md from that file alone. What is done is skipped: the row holds a hash of recipe and data. A stopped run goes on
where it was. Work lies in build/results/NAME. Public data sets: RNN_DATA, or ../shared/data beside the checkout.

  --twin     also train the PyTorch twin of recipes that have one; RNN_TORCH_PYTHON is the interpreter (/usr/bin/python3)
  --again    measure anew what is done
  --baselines  measure anew what needs no training: the n-gram rows and zstd of recipes on text that are done
  --render   only write docs/results.md from docs/results.json
  --list     say which recipes are done
Exit: 0 done, 2 usage or a bad recipe, 3 data missing, 130 or 143 stopped (run again to go on), else that of the program.
"""

import argparse
import difflib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # tools/ stays clean
import results_ablation  # noqa: E402
import results_effects  # noqa: E402
import results_labels  # noqa: E402
import results_made  # noqa: E402
import results_page  # noqa: E402
import results_pairs  # noqa: E402
import results_series  # noqa: E402
import results_speech  # noqa: E402
import results_twin  # noqa: E402
from results_recipe import KEYS, ROOT, Failure, digest, licence_of, load_recipe, of_report, option_words, read_data  # noqa: E402


OWN_KEYS = ("data", "options", "split", "twin", "make", "variant", "adapt", "table", "backtest", "bands", "detect", "clips", "labels", "effect")  # not of the row
KINDS = {"translate": results_pairs, "forecast": results_series, "transcribe": results_speech, "effect": results_effects}
ENDINGS = {"translate": "tsv", "forecast": "csv"}  # of the files of a side; else txt


class Stopped(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number


def say(text):
    print(text, file=sys.stderr, flush=True)


def write_atomic(path, data):
    """The old file stays whole until the new one is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.replace(new, path)


def write_json(path, value):
    write_atomic(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path, otherwise=None):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


# ------------------------------------------------------------------------------------------------------------------ running

class Program:
    """The built program; a signal is handed on, so that a run is saved before this tool ends."""

    def __init__(self, path):
        built = ROOT / "build/release/bin/rnn"
        found = shutil.which(path or os.environ.get("RNN") or (built if built.exists() else "rnn"))
        if not found:
            raise Failure(2, "results/program", "there is no program" + (f" {path}" if path else ""), "./run build")
        self.path = str(pathlib.Path(found).resolve())
        self.child, self.signal = None, 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.hand_on)

    def hand_on(self, number, _frame):
        self.signal = number
        if not self.child:
            raise Stopped(number)
        self.child.send_signal(number)

    def call(self, words, folder, stdout=None, text=None):
        # A session of its own: Ctrl-C in a terminal reaches it once, through hand_on.
        self.child = subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
                                      stdout=stdout if stdout is not None else subprocess.PIPE, start_new_session=True)
        output, _ = self.child.communicate(text.encode() if text is not None else None)
        status, self.child = self.child.returncode, None
        if self.signal:
            raise Stopped(self.signal)
        if status:
            raise Failure(max(status, 1), "results/run", f"exit status {status}: {shlex.join(words)[:500]}")
        return output.decode() if output is not None else ""

    def version(self):
        return self.call([self.path, "--version"], ROOT).strip()

    def train(self, words, folder):
        self.call([self.path, "train", *words], folder, stdout=sys.stderr.fileno())

    def evaluate(self, model, text, folder, threads, more=()):
        return json.loads(self.call([self.path, "eval", model, text, "--json", "--threads", str(threads), *more], folder))


def events_of(run):
    """Events of a run folder; a last line cut short by a crash is left out."""
    path = run / "metrics.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def kind_of(recipe):
    """What checks, measures and shows a recipe of its kind; none: one language model, which is measured here."""
    if "labels" in recipe:
        return results_labels
    if recipe["task"] in KINDS:
        return KINDS[recipe["task"]]
    return results_made if "make" in recipe else results_ablation if "variant" in recipe else None


def training_words(recipe):
    return ["train.txt", "--valid", "valid.txt", *option_words(recipe["options"])]


def train_run(program, words, work, name, key):
    """Trains, goes on with, or finds done the run in work/name; returns its events. A run that diverged has no result."""
    run, stamp = work / name, work / f"{name}.json"
    ours = read_json(stamp, {}).get("hash") == key
    events = events_of(run) if ours else []
    if not ended(events):
        try:
            if ours and (run / "last.ckpt.safetensors").exists():
                say(f"== {name}: goes on")
                program.train(["--resume", run.name], work)
            else:
                say(f"== {name}: starts")
                write_json(stamp, {"hash": key})
                program.train([*words, "-o", run.name, "--force"], work)
        except Failure:
            if not ended(events_of(run)):
                raise
        events = events_of(run)
    return events


def ended(events):
    return any(e["type"] == "result" or e.get("code") == "train/diverged" for e in events)


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


def measure_seed(program, recipe, work, seed, key):
    """Figures of one seed and the baselines beside it."""
    events = train_run(program, training_words(recipe) + ["--seed", str(seed)], work, f"seed-{seed}", key)
    result = next((e for e in reversed(events) if e["type"] == "result"), None)
    if not result:
        raise Failure(1, "results/run", f"seed {seed} ended without a result in {work.name}/seed-{seed}/metrics.jsonl")
    row = {"seed": seed, "seconds": result["elapsed_s"], "updates": result["step"], "best_epoch": result["best_epoch"],
           "reason": result["reason"], "parameters": result["parameters"], "tokens_per_s": result["tokens_per_s"]}
    names = {"update": "step", "epoch": "epoch", "loss": "val_loss", "perplexity": "val_perplexity",
             "bits_per_byte": "val_bits_per_byte", "seconds": "elapsed_s"}
    row["points"] = [{to: e.get(key) for to, key in names.items()} |
                     {key[4:]: e[key] for key in ("val_bits_per_byte_without_spelling",) if key in e}
                     for e in events if e["type"] == "eval"]
    baselines = {}
    for side in recipe["evaluate"]:
        report = program.evaluate(f"seed-{seed}", f"{side}.txt", work, recipe["options"].get("threads", 0))
        row[side] = of_report(report)
        baselines[side] = report["baselines"]
    return rounded(row), rounded(baselines)


def measure_baselines(program, recipe, parts, work):
    """The rows that cost nothing, beside a model of one update: they depend on the text and its tokens, not on the network."""
    for side, text in parts.items():
        write_atomic(work / f"{side}.txt", text)
    small = {"hidden": 8, "layers": 1, "max-updates": 1, "threads": 1}
    network = {"embed", "projection", "tied", "init", "max-time", *small}
    options = {k: v for k, v in recipe["options"].items() if k not in network} | small
    program.train(training_words(recipe | {"options": options}) + ["-o", "run", "--force", "--quiet"], work)
    return rounded({side: program.evaluate("run", f"{side}.txt", work, 1)["baselines"] for side in recipe["evaluate"]})


def machine():
    """Cores this process may use and the instruction set that the program chooses on them."""
    flags = set()
    cpu = pathlib.Path("/proc/cpuinfo")
    for line in cpu.read_text().splitlines() if cpu.exists() else []:
        if line.startswith("flags"):
            flags = set(line.split(":")[1].split())
            break
    needs = {"avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}, "avx2": {"avx2", "fma"}}
    best = next((isa for isa, wanted in needs.items() if wanted <= flags), "emulated")
    return {"cores": len(os.sched_getaffinity(0)), "isa": os.environ.get("RNN_ISA") or best}


def commit():
    """Short hash of the checkout, with a + when the program's sources differ from it; empty outside git."""
    git = ["git", "-C", str(ROOT)]
    try:
        head = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True)
        changed = subprocess.run([*git, "status", "--porcelain", "--", "src", "app"], capture_output=True, text=True)
    except OSError:
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "") if head.returncode == 0 else ""


def measure(program, name, recipe, parts, data, work, keys, data_folder):
    work.mkdir(parents=True, exist_ok=True)
    row = {"options": recipe["options"], "hash": keys["all"], "run_hash": keys["run"], "machine": machine(),
           "program": program.version(), "commit": commit(), "date": time.strftime("%Y-%m-%d")}
    for side, text in parts.items():
        write_atomic(work / f"{side}.{ENDINGS.get(recipe['task'], 'txt') if side != 'windows' else 'json'}", text)
    if data:
        row["data"] = data
    kind = kind_of(recipe)
    if kind:
        more = (data_folder,) if kind in (results_speech, results_labels) else ()
        row |= rounded(kind.measure(program, recipe, work, keys, train_run, *more))
    else:
        row |= {"runs": [], "command": shlex.join(["rnn", "train", *training_words(recipe)])}
        for seed in recipe["seeds"]:
            figures, row["baselines"] = measure_seed(program, recipe, work, seed, keys["run"])
            row["runs"].append(figures)
    write_json(work / "done.json", {"hash": keys["all"], "recipe": name, "row": row})
    return row


# ------------------------------------------------------------------------------------------------------------------- twin

def measure_twin(program, name, recipe, row, work):
    python = results_twin.torch_python()
    if not python:
        say(f"== {name}: no twin, because the interpreter has no PyTorch (RNN_TORCH_PYTHON=COMMAND names one that has)")
        return None
    say(f"== {name}: PyTorch twin")
    if recipe["task"] == "translate":
        report = results_twin.of_pairs(program, python, recipe, work, lambda words, run, key: train_run(program, words, work, run, key))
    else:
        events = events_of(work / f"seed-{recipe['seeds'][0]}")
        report = results_twin.of_text(program, python, name, recipe, row, work, events)
    return rounded(report) | {"hash": results_twin.key_of(recipe, row)}


# ------------------------------------------------------------------------------------------------------------------ results

class Results:
    """docs/results.json, and docs/results.md written from it."""

    def __init__(self, folder):
        self.json, self.page = folder / "results.json", folder / "results.md"
        self.rows = read_json(self.json, {}).get("recipes", {})

    def keep(self, name, row):
        self.rows[name] = row
        write_json(self.json, {"format": 1, "recipes": self.rows})
        self.rows = read_json(self.json)["recipes"]  # the page must not depend on what this process knows besides
        self.render()

    def render(self):
        write_atomic(self.page, results_page.page(self.rows))


def keys_of(recipe, digests):
    run = digest([recipe["task"], digests, recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe["evaluate"]])[:16]}


def do_recipe(name, recipe, results, a, program):
    if "clips" in recipe:
        parts, data = {}, results_speech.read_clips(recipe, a.data)
        data |= licence_of(a.data, results_speech.licensed(recipe))
    elif "labels" in recipe:
        parts, data = {}, results_labels.read_labels(recipe, a.data)
        data |= licence_of(a.data, results_labels.licensed(recipe))
    elif "table" in recipe:
        parts, data = results_series.read_table(recipe, a.data)
        data |= licence_of(a.data, recipe["table"]["file"])
    else:
        parts, data = ({}, None) if recipe.keys() & {"make", "effect"} else read_data(name, recipe, a.data)
    kind, digests = kind_of(recipe), {side: digest(text) for side, text in parts.items()}
    if recipe.keys() & {"clips", "labels"}:
        digests = {file["path"]: file["sha256"] for file in data["files"]}
    keys = kind.keys_of(recipe, digests) if kind else keys_of(recipe, digests)
    old, work = results.rows.get(name, {}), a.work / name
    done = old.get("hash") == keys["all"] and not a.again
    if a.list:
        print(f"{name:<24} {'done' if done else 'to do'}")
        return
    if a.again and work.exists():
        shutil.rmtree(work)
    stored = read_json(work / "done.json", {})
    if done:
        say(f"== {name}: already done (--again measures anew)")
        row = {k: v for k, v in old.items() if k not in KEYS[""] or k in OWN_KEYS}
        if a.baselines and recipe["task"] == "language-model":
            say(f"== {name}: its baselines")
            row["baselines"] = measure_baselines(program(), recipe, parts, work / "baselines")
    elif stored.get("hash") == keys["all"]:
        say(f"== {name}: done before, its row is put back")
        row = stored["row"]
    else:
        say(f"== {name}: {recipe['title']}")
        row = measure(program(), name, recipe, parts, data, work, keys, a.data)
    row |= {k: recipe[k] for k in KEYS[""] if k in recipe and k not in OWN_KEYS}
    twin = old.get("twin")
    if twin and (not recipe.get("twin") or twin["hash"] != results_twin.key_of(recipe, row)):
        twin = None
    if a.twin and recipe.get("twin") and not twin:
        results.keep(name, row)  # hours of ours must not wait for the twin
        twin = measure_twin(program(), name, recipe, row, work)
    row.pop("twin", None)
    results.keep(name, row | ({"twin": twin} if twin else {}))


def run(a):
    results = Results(a.docs)
    if a.render:
        results.render()
        return 0
    paths = {p.stem: p for p in sorted(a.recipes.glob("*.toml"))}
    for name in a.names:
        if name not in paths:
            near = difflib.get_close_matches(name, paths, 1)
            raise Failure(2, "results/name", f"there is no recipe '{name}'",
                          f"did you mean {near[0]}?" if near else f"there are: {', '.join(paths)}")
    recipes = {name: load_recipe(paths[name]) for name in a.names or paths}
    for name, recipe in recipes.items():
        if kind_of(recipe):
            kind_of(recipe).check(paths[name], recipe)
    made = []

    def program():  # found when it is needed first
        if not made:
            made.append(Program(a.rnn))
        return made[0]

    for name, recipe in recipes.items():
        try:
            do_recipe(name, recipe, results, a, program)
        except Failure as e:
            if e.what != "data/missing" or a.names:
                raise
            say(f"== {name}: skipped: {e}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    for flag in ("twin", "again", "baselines", "render", "list"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--rnn", help="the program; default: RNN, build/release/bin/rnn, or the one on the path")
    parser.add_argument("--recipes", type=pathlib.Path, default=ROOT / "recipes")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/results")
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs")
    data = pathlib.Path(os.environ.get("RNN_DATA") or ROOT / "../shared/data")
    parser.add_argument("--data", type=pathlib.Path, default=data, help="folder of the public data sets")
    try:
        return run(parser.parse_args())
    except Failure as e:
        say(f"error[{e.what}]: {e}" + (f"\nhelp: {e.help_text}" if e.help_text else ""))
        return e.code
    except Stopped as e:
        say("stopped; the same command goes on where it was")
        return 128 + e.number


if __name__ == "__main__":
    sys.exit(main())
