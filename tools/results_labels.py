# Why: recipes of labelled texts, tagged words and sensors: accuracy or F1 on a part that was neither learnt from nor chosen by, and what
# counting does on the same examples.
"""Recipes with task = "classify", "tag", "classify,tag" or "follow" and a table [labels], for results.py.

    [labels]
    make = "names"        # label_corpora.py: names, sentiment, snips-intent, snips-slots, snips-both, wnut17, vowels, pendigits, occupancy
    figures = ["accuracy", "macro_f1"]
    at-least = 0.825      # of the first figure
    together = true       # also the models of all seeds as one, by the mean of their probabilities
    rows-win = true       # a row is expected to be better, and the page says so
    [options]             # of rnn train
    [[variant]]
    name = "..."
    options = {...}
"""

import pathlib
import shlex

import label_corpora
from results_recipe import Failure, check_tables, digest, folder_of, mean, option_words

LABEL_KEYS = {"make": str, "figures": list, "at-least": float, "rows-win": bool, "together": bool}
VARIANT_KEYS = {"name": str, "options": dict}
TITLES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "f1": "F1 of spans", "strict_f1": "strict F1", "precision": "precision", "recall": "recall",
          "label_accuracy": "label right", "label_macro_f1": "label macro-F1", "both_right": "both right"}


def check(path, recipe):
    check_tables(path, "labels", LABEL_KEYS, [recipe["labels"]])
    check_tables(path, "variant", VARIANT_KEYS, recipe.get("variant", []))
    labels = recipe["labels"]
    if labels.get("make") not in label_corpora.FOLDERS or recipe["evaluate"] != ["test"]:
        raise Failure(2, "recipe/labels", f"{path.name}: make is one of {', '.join(label_corpora.FOLDERS)}, and evaluate is [\"test\"]")
    if not labels.get("figures") or set(labels["figures"]) - TITLES.keys():
        raise Failure(2, "recipe/labels", f"{path.name}: figures are some of {', '.join(TITLES)}")


def read_labels(recipe, data_folder):
    files = []
    for path in label_corpora.files_of(recipe["labels"]["make"], data_folder):
        if not path.is_file():
            raise Failure(3, "data/missing", f"the recipe needs {path.name}, which is not in {path.parent}", "RNN_DATA=FOLDER says where data sets are")
        content = path.read_bytes()
        files.append({"path": str(path.relative_to(data_folder)), "bytes": len(content), "sha256": digest(content)})
    return {"files": files}


def licensed(recipe):
    """The path that the licence of the data is listed under."""
    return label_corpora.FOLDERS[recipe["labels"]["make"]] + "/"


def keys_of(recipe, digests):
    run = digest([recipe["task"], digests, recipe["labels"], recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe["evaluate"], recipe.get("variant")])[:16]}


def networks(recipe):
    return [(v["name"], recipe["options"] | v.get("options", {})) for v in recipe.get("variant", [{"name": "this program"}])]


def shown(words):
    """A command without the folders of this machine."""
    return shlex.join(["rnn", "train"] + [pathlib.PurePosixPath(w).name if w.startswith("/") else w for w in words])


def measure(program, recipe, work, keys, train, data_folder):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    labels = recipe["labels"]
    parts = label_corpora.make(labels["make"], data_folder, work)
    row = {"labels": labels, "variants": [], "baselines": {}}
    baselines = {}
    for name, options in networks(recipe):
        runs = []
        for seed in recipe["seeds"]:
            found, results = [], []
            for part in parts:
                valid = ["--valid", *part["valid"]] if part["valid"] else []
                words = [*part["train"], *valid, "--task", recipe["task"], *option_words(options)]
                run = folder_of(f"{name} {part['name']}", seed)
                events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed, part["name"]])[:16])
                results.append(next((e for e in reversed(events) if e["type"] == "result"), None))
                if not results[-1]:
                    raise Failure(1, "results/run", f"{run} ended without a result")
                report = program.evaluate(run, part["test"][0], work, options.get("threads", 0))
                found.append({key: report[key] for key in TITLES if key in report} | {"examples": report["targets" if recipe["task"] == "follow" else "examples"]})
                for key, figures in report["baselines"].items():
                    baselines.setdefault((key, part["name"]), {k: figures[k] for k in TITLES if k in figures})
            runs.append({"seed": seed, "seconds": sum(r["elapsed_s"] for r in results), "updates": sum(r["step"] for r in results),
                         "parameters": results[0]["parameters"], "examples": sum(f["examples"] for f in found)}
                        | {key: mean([f[key] for f in found]) for key in TITLES if all(key in f for f in found)}
                        | ({"parts": [f[labels["figures"][0]] for f in found]} if len(found) > 1 else {}))
        row["variants"].append({"name": name, "command": shown(words), "runs": runs})
        if labels.get("together"):
            first, *others = (folder_of(f"{name} {parts[0]['name']}", seed) for seed in recipe["seeds"])
            report = program.evaluate(first, parts[0]["test"][0], work, options.get("threads", 0), [w for run in others for w in ("--with", run)])
            row["variants"][-1]["together"] = {key: report["together"][key] for key in TITLES if key in report["together"]}
    for key in dict.fromkeys(key for key, _ in baselines):
        own = [figures for (k, _), figures in baselines.items() if k == key]
        row["baselines"][key] = {f: mean([o[f] for o in own]) for f in TITLES if all(f in o for o in own)}
    return row


# ------------------------------------------------------------------------------------------------------------------- the page

def spread(values):
    middle = mean(values)
    text = f"{100 * middle:.1f} %"
    if len(values) < 2:
        return text
    return text + f" ± {100 * (sum((v - middle) ** 2 for v in values) / (len(values) - 1)) ** 0.5:.1f}"


def named_together(row, v):
    return f"{v['name']}, all {len(row['seeds'])} together" if len(row["variants"]) > 1 else f"the {len(row['seeds'])} models together"


def best_row(row):
    first = row["labels"]["figures"][0]
    rows = [(figures[first], name) for name, figures in row["baselines"].items() if first in figures]
    return max(rows) if rows else (0, "")


def verdict(row):
    first = row["labels"]["figures"][0]
    ours = max(max(mean([r[first] for r in v["runs"]]), v.get("together", {}).get(first, 0)) for v in row["variants"])
    value, name = best_row(row)
    lines = [f"{name} is better: {100 * value:.1f} % against {100 * ours:.1f} %."] if value > ours else []
    wanted = row["labels"].get("at-least", 0)
    return " ".join(lines + ([f"At least {100 * wanted:.1f} % is wanted."] if ours < wanted else []))


def section(name, row, table, clock, data_lines):
    machine, variants, figures = row["machine"], row["variants"], row["labels"]["figures"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    first = variants[0]["runs"][0]
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "", *data_lines(row),
             f"- measured on {first['examples']:,} {'rows' if row['task'] == 'follow' else 'examples'}" + (f" in {len(first['parts'])} parts, each tested on what it has not learnt from" if "parts" in first else ""),
             f"- settings: `{variants[0]['command']}`",
             f"- {'seed' if len(row['seeds']) == 1 else 'seeds'}: {', '.join(str(s) for s in row['seeds'])}",
             f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    cells = []
    for v in variants:
        runs = v["runs"]
        cells.append([f"**{v['name']}**", *[spread([r[f] for r in runs if f in r]) if all(f in r for r in runs) else "" for f in figures],
                      f"{mean([r['parameters'] for r in runs]):,.0f}", clock(mean([r["seconds"] for r in runs]))])
        if "together" in v:
            found = v["together"]
            cells.append([f"**{named_together(row, v)}**", *[f"{100 * found[f]:.1f} %" if f in found else "" for f in figures],
                          f"{sum(r['parameters'] for r in runs):,.0f}", clock(sum(r["seconds"] for r in runs))])
    for key, found in row["baselines"].items():
        cells.append([key, *[f"{100 * found[f]:.1f} %" if f in found else "" for f in figures], "", ""])
    lines += [table(["", *[TITLES[f] for f in figures], "parameters", "time of a run"], cells), ""]
    if verdict(row):
        lines += [verdict(row), ""]
    return "\n".join(lines).rstrip() + "\n"


def overview_rows(name, row):
    lines, figures = [], row["labels"]["figures"]
    value, best = best_row(row)
    for v in row["variants"]:
        title = row["title"] + (f", {v['name']}" if len(row["variants"]) > 1 else "")
        counted = f"{100 * value:.1f} % ({best})"
        lines.append([f"[{name}](#{name})", title, TITLES[figures[0]], spread([r[figures[0]] for r in v["runs"]]), counted])
        if figures[0] in v.get("together", {}):
            lines.append([f"[{name}](#{name})", f"{row['title']}, {named_together(row, v)}", TITLES[figures[0]], f"{100 * v['together'][figures[0]]:.1f} %", counted])
    return lines
