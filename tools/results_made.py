# Why: recipes whose data the program makes (rnn data make): one problem, several variants of the network, several seeds.
"""The sections [make] and [[variant]] of a recipe, for results.py.

    [make]                      # a side of data per number: train, valid
    problem = "adding"
    length = 600
    train = 20000
    valid = 1000
    [options]                   # of rnn train, for all variants
    [[variant]]
    name = "GRU"
    options = {cell = "gru"}
"""

import shlex

from results_recipe import Failure, check_tables, digest, folder_of, option_words

MAKE_KEYS = {"problem": str, "length": int, "min-length": int, "symbols": int, "train": int, "valid": int, "train-length": int,
             "train-min-length": int}
VARIANT_KEYS = {"name": str, "options": dict}
SEEDS = {"train": 1, "valid": 2, "test": 3}  # of the data
SIDES = ("train", "valid")


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    check_tables(path, "make", MAKE_KEYS, [recipe["make"]])
    check_tables(path, "variant", VARIANT_KEYS, recipe.get("variant", []))
    missing = {"problem", "length", "train", "valid"} - recipe["make"].keys()
    variants = [v.get("name") for v in recipe.get("variant", [])]
    if missing or not variants or None in variants or len(set(variants)) < len(variants):
        raise Failure(2, "recipe/make", f"{path.name}: [make] needs problem, length, train and valid, and there must be [[variant]]s "
                      "with names of their own")
    if recipe["evaluate"] != ["valid"] or "data" in recipe or "split" in recipe:
        raise Failure(2, "recipe/make", f"{path.name}: with [make] there is no [data] and no [split], and evaluate is [\"valid\"]")


def make_words(make, side):
    """The command that makes one side: train-length and train-min-length go before length and min-length for training."""
    words = ["data", "make", make["problem"], "-n", str(make[side]), "--seed", str(SEEDS[side])]
    for key in ("length", "min-length", "symbols", "digits"):
        value = make.get(f"train-{key}", make.get(key)) if side == "train" else make.get(key)
        if value is not None:
            words += [f"--{key}", str(value)]
    return words


def options_of(recipe, variant):
    return recipe["options"] | variant.get("options", {})


def keys_of(recipe, _digests):
    run = digest([recipe["task"], recipe["make"], recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe["variant"]])[:16]}


def measure(program, recipe, work, keys, train):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    for side in SIDES:
        with open(work / f"{side}.jsonl", "wb") as file:
            program.call([program.path, *make_words(recipe["make"], side)], work, stdout=file.fileno())
    variants, baselines = [], {}
    for variant in recipe["variant"]:
        options = options_of(recipe, variant)
        words = ["train.jsonl", "--valid", "valid.jsonl", *option_words(options)]
        runs = []
        for seed in recipe["seeds"]:
            run = folder_of(variant["name"], seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            if result:
                report = program.evaluate(run, "valid.jsonl", work, options.get("threads", 0))
                baselines = report["baselines"]
                runs.append({"seed": seed, "loss": report["loss"], "accuracy": report.get("accuracy"), "updates": result["step"],
                             "seconds": result["elapsed_s"], "parameters": result["parameters"]})
            else:
                told = [e for e in events if e["type"] == "warning" and e.get("code") == "train/diverged"]
                at = told[-1].get("step") if told else None
                runs.append({"seed": seed, "loss": None, "accuracy": None, "updates": at, "seconds": None, "parameters": None})
        variants.append({"name": variant["name"], "command": shlex.join(["rnn", "train", *words]), "runs": runs})
    return {"variants": variants, "baselines": {"valid": baselines},
            "made": [shlex.join(["rnn", *make_words(recipe["make"], side)]) + f" > {side}.jsonl" for side in SIDES]}


# ------------------------------------------------------------------------------------------------------------------- the page

def shown(value, row):
    """Losses of a regression have no scale of their own: three digits that count."""
    if value is None:
        return "no number"
    return f"{value:.3g}" if row["task"] == "regress" else f"{value:.3f}"


def spread(values, row):
    """Mean and standard deviation; one value alone; what diverged is told apart."""
    alive = [v for v in values if v is not None]
    text = shown(sum(alive) / len(alive), row) if alive else "diverged"
    if len(alive) > 1:
        mean = sum(alive) / len(alive)
        text += f" ± {shown((sum((v - mean) ** 2 for v in alive) / (len(alive) - 1)) ** 0.5, row)}"
    return text + (f" ({len(values) - len(alive)} diverged)" if alive and len(alive) < len(values) else "")


def percent(values):
    alive = [100 * v for v in values if v is not None]
    if not alive:
        return ""
    mean = sum(alive) / len(alive)
    text = f"{mean:.1f} %"
    if len(alive) > 1:
        text += f" ± {(sum((v - mean) ** 2 for v in alive) / (len(alive) - 1)) ** 0.5:.1f}"
    return text


def section(name, row, table, clock):
    regress = row["task"] == "regress"
    machine = row["machine"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), ""]
    lines += [f"- data: `{line}`" for line in row["made"]]
    lines += [f"- settings: `{row['variants'][0]['command']}`; the other variants differ as their names say",
              f"- seeds: {', '.join(str(s) for s in row['seeds'])}",
              f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    head = ["", "mean squared error" if regress else "loss"] + ([] if regress else ["accuracy"]) + ["updates", "time of a run"]
    rows = []
    for variant in row["variants"]:
        runs = variant["runs"]
        seconds = [r["seconds"] for r in runs if r["seconds"] is not None]
        updates = [r["updates"] for r in runs if r["updates"] is not None]
        cells = [variant["name"], spread([r["loss"] for r in runs], row)]
        cells += [] if regress else [percent([r["accuracy"] for r in runs])]
        cells += [f"{round(sum(updates) / len(updates)):,}" if updates else "", clock(sum(seconds) / len(seconds)) if seconds else ""]
        rows.append(cells)
    for label, report in row["baselines"]["valid"].items():
        cells = [label, shown(report["loss"], row) if report.get("loss") is not None else ""]
        rows.append(cells + ([] if regress else [percent([report.get("accuracy")])]) + ["", ""])
    for p in row.get("published", []):
        rows.append([f"published: {p['name']} ({p['source']})", shown(p.get("loss"), row)] + ([] if regress else [""]) + ["", ""])
    return "\n".join(lines + [table(head, rows), ""])


def overview_row(name, row):
    """The best variant beside what an answer without memory is worth."""
    regress = row["task"] == "regress"

    def figure(variant):
        values = [r["loss" if regress else "accuracy"] for r in variant["runs"]]
        alive = [v for v in values if v is not None]
        return sum(alive) / len(alive) if alive else float("inf") if regress else -1.0

    best = min(row["variants"], key=lambda v: figure(v) if regress else -figure(v))
    blind = [r["loss" if regress else "accuracy"] for r in row["baselines"]["valid"].values()
             if r.get("loss" if regress else "accuracy") is not None]
    text = [f"{figure(best):.3g}" if regress else percent([figure(best)])]
    text += [(f"{blind[0]:.3g}" if regress else percent(blind[:1])) if blind else ""]
    return [f"[{name}](#{name})", row["title"], "mean squared error" if regress else "accuracy", best["name"], *text]
