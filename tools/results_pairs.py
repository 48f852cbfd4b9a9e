# Why: recipes of translation: pairs of sentences from a data set or made by the program, one network or several, and their figures.
"""Recipes with task = "translate", for results.py. Each side is a table: a source, a tab and its target on a line.

    [data]                      # of a data set
    train = "folder/train.tsv"
    valid = "folder/valid.tsv"
    test = "folder/test.tsv"
    [make]                      # or made, so many pairs of each side (rnn data make)
    problem = "dates"
    train = 20000
    valid = 1000
    test = 2000
    [options]                   # of rnn train
    [[variant]]                 # as in results_ablation; none: there is one network
    name = "no attention"
    options = {attention = "none"}
    [twin]                      # the one network in PyTorch: the loss of both after so many updates
    updates = 500
    seeds = [1, 2]
    max-seconds = 600           # of a seed

Of made pairs those of valid and test are left out whose source has come before: what is asked there was never seen.
"""

import shlex

import results_ablation
import results_made
from results_recipe import SIDES, Failure, check_tables, digest, folder_of, mean, option_words

MAKE_KEYS = results_made.MAKE_KEYS | {"test": int, "digits": int}
TWIN_KEYS = {"updates": int, "seeds": list, "max-seconds": (int, float)}
FIGURES = ("loss", "perplexity", "bleu", "chrf", "exact")
# Columns: head, figure, digits, unit, factor. The targets of made pairs are not sentences, so BLEU says nothing of them.
EXACT = ("exact", "exact", 1, " %", 100)
LOSS = (("loss", "loss", 4, "", 1), ("perplexity", "perplexity", 2, "", 1))
COLUMNS = (("BLEU", "bleu", 2, "", 1), ("chrF", "chrf", 2, "", 1), EXACT, *LOSS)
MADE_COLUMNS = (EXACT, *LOSS)


def refuse(path, message):
    raise Failure(2, "recipe/pairs", f"{path.name}: {message}")


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    check_tables(path, "make", MAKE_KEYS, [recipe.get("make", {})])
    check_tables(path, "twin", TWIN_KEYS, [recipe.get("twin", {})])
    if "variant" in recipe:
        results_ablation.check(path, recipe)
    if ("make" in recipe) == ("data" in recipe):
        refuse(path, "pairs come from [data] or from [make]")
    given = recipe.get("make", recipe.get("data"))
    if not set(recipe["evaluate"]) <= set(SIDES[1:]):
        refuse(path, f"evaluate names {recipe['evaluate']}, possible: {list(SIDES[1:])}")
    missing = {"train", "valid", *recipe["evaluate"], *(("problem",) if "make" in recipe else ())} - given.keys()
    if missing:
        refuse(path, f"there is no {' and no '.join(sorted(missing))} of the pairs")
    if "data" in recipe and not all(str(given[side]).endswith(".tsv") for side in SIDES if side in given):
        refuse(path, "the files of [data] must be tables (.tsv)")
    for key in ("split", "adapt", "report-epochs"):
        if key in recipe:
            refuse(path, f"a translation has no {key}")
    if "twin" in recipe and not (recipe["twin"].get("updates", 0) > 0 and recipe["twin"].get("seeds")):
        refuse(path, "[twin] needs updates and seeds")


def networks(recipe):
    """(name, options) of each variant, or of the one network there is."""
    if "variant" not in recipe:
        return [("this program", recipe["options"])]
    return [(v["name"], options) for v, options in zip(recipe["variant"], results_ablation.options_of(recipe))]


def training_words(options):
    return ["train.tsv", "--valid", "valid.tsv", "--task", "translate", *option_words(options)]


def keys_of(recipe, digests):
    run = digest([recipe["task"], digests, recipe.get("make"), recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe["evaluate"], recipe.get("variant")])[:16]}


def make_pairs(program, make, work):
    """Writes the sides; returns how each was made and how many pairs it has."""
    seen, told = set(), []
    for side in [s for s in SIDES if s in make]:
        words, kept = results_made.make_words(make, side), []
        for pair in program.call([program.path, *words], work).splitlines(keepends=True):
            source = pair.split("\t")[0]
            if side == "train" or source not in seen:
                kept.append(pair)
            seen.add(source)
        (work / f"{side}.tsv").write_bytes("".join(kept).encode())
        told.append({"command": shlex.join(["rnn", *words]) + f" > {side}.tsv", "side": side, "pairs": len(kept)})
    return told


def figures_of(report):
    return {key: report.get(key) for key in FIGURES}


def measure_run(program, recipe, row, work, run, result, threads):
    """Figures of one run; those that cost nothing go to the row."""
    figures = {"updates": result["step"], "seconds": result["elapsed_s"], "best_epoch": result["best_epoch"],
               "parameters": result["parameters"], "tokens_per_s": result["tokens_per_s"]}
    for side in recipe["evaluate"]:
        report = program.evaluate(run, f"{side}.tsv", work, threads)
        figures[side] = figures_of(report) | {"pairs": report["pairs"], "tokens": report["tokens"], "greedy": figures_of(report["greedy"])}
        row["baselines"][side] = {name: figures_of(r) for name, r in report["baselines"].items()}
        row["signatures"] = report["signatures"]
    return figures


def measure(program, recipe, work, keys, train):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    row = {"pairs": True, "variants": [], "baselines": {}, "signatures": {}}
    if "make" in recipe:
        row["made_pairs"] = make_pairs(program, recipe["make"], work)
    for name, options in networks(recipe):
        words, runs = training_words(options), []
        for seed in recipe["seeds"]:
            run = folder_of(name, seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            figures = measure_run(program, recipe, row, work, run, result, options.get("threads", 0)) if result else {"diverged": True}
            runs.append({"seed": seed} | figures)
        row["variants"].append({"name": name, "command": shlex.join(["rnn", "train", *words]), "runs": runs})
    return row


# ------------------------------------------------------------------------------------------------------------------- the page

def figure(values, column):
    """Mean and, of several seeds, standard deviation; empty where nothing was measured."""
    _, _, digits, unit, factor = column
    values = [factor * v for v in values if v is not None]
    if not values:
        return ""
    middle = mean(values)
    text = f"{middle:,.{digits}f}{unit}"
    if len(values) > 1:
        text += f" ± {(sum((v - middle) ** 2 for v in values) / (len(values) - 1)) ** 0.5:.{digits}f}"
    return text


def cells_of(reports, columns):
    return [figure([r.get(column[1]) for r in reports], column) for column in columns]


def finished(variant):
    return [run for run in variant["runs"] if not run.get("diverged")]


def rows_of(variant, side, columns, clock, alone):
    """The row of a variant, and of sentences that of its greedy translations."""
    runs, lost = finished(variant), len(variant["runs"]) - len(finished(variant))
    name = f"**{variant['name']}**" if alone else variant["name"]
    if not runs:
        return [[name, "diverged"] + [""] * (len(columns) + 1)]
    name += f" ({lost} diverged)" if lost else ""
    cells = cells_of([run[side] for run in runs], columns)
    cells += [f"{round(mean([run['updates'] for run in runs])):,}", clock(mean([run["seconds"] for run in runs]))]
    rows = [[name] + cells]
    if columns is COLUMNS:
        greedy = cells_of([run[side]["greedy"] for run in runs], columns)
        rows.append(["greedy" if alone else f"{variant['name']}, greedy"] + greedy + ["", ""])
    return rows


def side_table(row, side, table, clock):
    columns, variants = MADE_COLUMNS if "made_pairs" in row else COLUMNS, row["variants"]
    pairs = next((run[side]["pairs"] for v in variants for run in finished(v)), 0)
    rows = [cells for v in variants for cells in rows_of(v, side, columns, clock, len(variants) == 1)]
    for name, report in row["baselines"].get(side, {}).items():
        rows.append([name] + cells_of([report], columns) + ["", ""])
    for p in row.get("published", []):
        if p.get("side", "test") == side:
            rows.append([f"published: {p['name']} ({p['source']})"] + cells_of([p], columns) + ["", ""])
    return table([f"{pairs:,} {'validation' if side == 'valid' else side} pairs", *(column[0] for column in columns), "updates", "time of a run"], rows)


def twin_line(row):
    twin = row.get("twin")
    if not twin:
        return []
    ours, theirs = (mean([run[who] for run in twin["runs"]]) for who in ("ours", "theirs"))
    seeds = ", ".join(str(run["seed"]) for run in twin["runs"])
    return [f"The same network in PyTorch {twin['torch']}, from the same weights on the same batches, with its own dropout masks, a "
            f"constant learning rate and no weight averaging: after {twin['updates']:,} updates the validation loss is {ours:.4f} here and "
            f"{theirs:.4f} there (means of seeds {seeds}): {100 * (ours / theirs - 1):+.2f} %.", ""]


def section(name, row, table, clock, data_lines):
    machine, variants = row["machine"], row["variants"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), ""]
    for made in row.get("made_pairs", []):
        rest = "" if made["side"] == "train" else f", of which the {made['pairs']:,} pairs with a new source are used"
        lines.append(f"- data: `{made['command']}`{rest}")
    lines += data_lines(row) if "data" in row else []
    others = "; the other rows differ as their names say" if len(variants) > 1 else ""
    parameters = next((run["parameters"] for run in finished(variants[0])), 0)
    lines += [f"- settings: `{variants[0]['command']}`{others}",
              f"- seeds: {', '.join(str(s) for s in row['seeds'])}; {parameters:,} parameters" + (" in the first row" if others else ""),
              f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    for side in row["evaluate"]:
        lines += [side_table(row, side, table, clock), ""]
    if row["signatures"] and "made_pairs" not in row:
        names = {"bleu": "BLEU", "chrf": "chrF"}
        lines += ["; ".join(f"{names.get(key, key)}: `{text}`" for key, text in row["signatures"].items()), ""]
    return "\n".join(lines + twin_line(row))


def overview_row(name, row):
    """The best variant beside the target of the nearest training pair."""
    side, column = row["evaluate"][-1], EXACT if "made_pairs" in row else COLUMNS[0]

    def value(variant):
        values = [run[side][column[1]] for run in finished(variant)]
        return mean(values) if values else -1.0

    best = max(row["variants"], key=value)
    title = row["title"] + (f", {best['name']}" if len(row["variants"]) > 1 else "")
    nearest = row["baselines"].get(side, {}).get("nearest sentence", {})
    shown = ["" if column is EXACT else text for text in cells_of([run[side] for run in finished(best)], COLUMNS[:2])]
    return [f"[{name}](#{name})", title, *shown, *cells_of([run[side] for run in finished(best)], [EXACT]), *cells_of([nearest], [EXACT])]
