# Why: recipes that train several variants of a model on one text, each method on top of those before, and compare them.
"""The sections [[variant]] and [adapt] of a recipe with text, for results.py.

    [options]                     # of rnn train, for all variants
    [[variant]]
    name = "plain LSTM"
    options = {hidden = 384}      # on top of [options]
    [[variant]]
    name = "+ dropout"
    adds = {dropout = 0.4}        # on top of the variant before
    adapt = true                  # measured once more with the flags of [adapt]
    [adapt]
    cache = 500                   # of rnn eval
    dynamic = 0.1
"""

import shlex

from results_recipe import Failure, check_tables, digest, folder_of, mean, of_report, option_words

VARIANT_KEYS = {"name": str, "options": dict, "adds": dict, "adapt": bool}
ADAPT_KEYS = {"cache": int, "cache-weight": float, "cache-sharpness": float, "dynamic": float, "dynamic-decay": float}


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    check_tables(path, "variant", VARIANT_KEYS, recipe["variant"])
    check_tables(path, "adapt", ADAPT_KEYS, [recipe.get("adapt", {})])
    names = [v.get("name") for v in recipe["variant"]]
    if None in names or len(set(names)) < len(names):
        raise Failure(2, "recipe/variant", f"{path.name}: every [[variant]] needs a name of its own")
    if any("options" in v and "adds" in v for v in recipe["variant"]) or "adds" in recipe["variant"][0]:
        raise Failure(2, "recipe/variant", f"{path.name}: a [[variant]] has options, or adds to the one before it")
    if any(v.get("adapt") for v in recipe["variant"]) and not recipe.get("adapt"):
        raise Failure(2, "recipe/adapt", f"{path.name}: a [[variant]] adapts, but there is no [adapt]")
    if recipe.get("twin") or recipe.get("report-epochs"):
        raise Failure(2, "recipe/variant", f"{path.name}: with [[variant]]s there is no [twin] and no report-epochs")


def options_of(recipe):
    """The options of every variant."""
    all_options = []
    for variant in recipe["variant"]:
        below = all_options[-1] if "adds" in variant else recipe["options"]
        all_options.append(below | variant.get("adds", variant.get("options", {})))
    return all_options


def keys_of(recipe, parts):
    run = digest([recipe["task"], parts])[:16]
    return {"run": run, "all": digest([run, recipe["options"], recipe["seeds"], recipe["evaluate"], recipe["variant"],
                                       recipe.get("adapt")])[:16]}


def measure(program, recipe, work, keys, train):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    variants, baselines = [], {}
    adapt = option_words(recipe.get("adapt", {}))
    for variant, options in zip(recipe["variant"], options_of(recipe)):
        words = ["train.txt", "--valid", "valid.txt", *option_words(options)]
        runs = []
        for seed in recipe["seeds"]:
            run = folder_of(variant["name"], seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            if not result:
                raise Failure(1, "results/run", f"{variant['name']}, seed {seed}, ended without a result")
            figures = {"seed": seed, "updates": result["step"], "seconds": result["elapsed_s"], "best_epoch": result["best_epoch"],
                       "parameters": result["parameters"]}
            for side in recipe["evaluate"]:
                report = program.evaluate(run, f"{side}.txt", work, options.get("threads", 0), adapt if variant.get("adapt") else [])
                figures[side] = of_report(report)
                figures[side]["adapted"] = report.get("adapted", {})
                baselines[side] = report["baselines"]
            runs.append(figures)
        variants.append({"name": variant["name"], "command": shlex.join(["rnn", "train", *words]), "runs": runs})
    return {"variants": variants, "baselines": baselines, "ablation": True}


# ------------------------------------------------------------------------------------------------------------------- the page

def mean_of(runs, side, label=None):
    """Loss, perplexity and bits per byte over the seeds: of a variant, or of one of its rows that adapted."""
    reports = [run[side]["adapted"][label] if label else run[side] for run in runs]
    return {key: mean([r[key] for r in reports]) for key in ("loss", "perplexity", "bits_per_byte")}


def best_variant(row, side):
    return min(row["variants"], key=lambda v: mean([r[side]["loss"] for r in v["runs"]]))


def section(row, sides, figures, clock, baseline_rows):
    """Lines of settings and rows of the table, in the format of results_page."""
    lines = [f"- first row: `{row['variants'][0]['command']}`; a row with + adds what its name says to the row before",
             f"- seeds: {', '.join(str(s) for s in row['seeds'])}; {row['variants'][0]['runs'][0]['parameters']:,} parameters in the first row"]
    best = best_variant(row, "valid")
    rows = []
    for variant in row["variants"]:
        runs = variant["runs"]
        cells = [cell for side in sides for cell in figures(mean_of(runs, side))]
        cells = [f"**{cell}**" for cell in cells] if variant is best else cells
        updates = round(mean([r["updates"] for r in runs]))
        rows.append([variant["name"]] + cells + [f"{mean([r['best_epoch'] for r in runs]):.3g}", f"{updates:,}",
                                                 clock(mean([r["seconds"] for r in runs]))])
        for label in runs[0][sides[0]].get("adapted", {}):
            cells = [cell for side in sides for cell in figures(mean_of(runs, side, label))]
            rows.append([f"{variant['name']}, {label}"] + cells + ["", "", ""])
    rows += [cells + ["", "", ""] for cells in baseline_rows(row, sides)]
    return lines, rows, ["best epoch", "updates", "time of a run"]
