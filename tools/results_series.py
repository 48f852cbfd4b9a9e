# Why: recipes of time series: one table, one network or several, a rolling backtest on rows that were kept apart, and the rows beside it.
"""Recipes with task = "forecast", for results.py.

    [table]
    file = "folder/sales.csv"   # of the data sets
    rows = 14400                # the first so many; default: all
    test-rows = 2880            # of each series, kept apart in training and measured: --test-steps and --last
    until = "2014-10-01"        # instead: training sees the rows before this stamp, [detect] the whole table
    [options]                   # of rnn train
    [backtest]                  # of rnn eval: windows, stride, methods, last
    figures = ["scaled_mse"]    # columns
    ratio-to = "seasonal naive" # also the mean over series of the MAE by that of this row
    [[variant]]                 # name, options, and backtest where it differs
    [bands]                     # 90 % bands of every step beside the same conformal step around climatology and the naive forecast
    calibration = 720           # steps before the test whose errors give the rows their width
    [detect]                    # rnn detect after `until`, beside distances that need no network
    windows = "folder/windows.json"
    name = "nyc_taxi.csv"       # of the entry
    named = ["2014-11-02 01:00:00"]
"""

import csv
import json
import math
import shlex

import series_rows
from results_recipe import Failure, check_tables, digest, folder_of, mean, option_words

TABLE_KEYS = {"file": str, "rows": int, "test-rows": int, "until": str}
BACKTEST_KEYS = {"figures": list, "ratio-to": str, "windows": int, "stride": int, "methods": str, "last": int}
BAND_KEYS = {"calibration": int}
DETECT_KEYS = {"windows": str, "name": str, "named": list, "options": dict}
VARIANT_KEYS = {"name": str, "options": dict, "backtest": dict}
# Title, decimals, factor, unit.
COLUMNS = {"scaled_mse": ("scaled MSE", 3, 1, ""), "mase": ("MASE", 3, 1, ""), "rmsse": ("RMSSE", 3, 1, ""), "mae": ("MAE", 4, 1, ""),
           "rmse": ("RMSE", 4, 1, ""), "wql": ("WQL", 4, 1, ""), "bias": ("bias", 3, 1, ""), "smape": ("sMAPE", 2, 1, ""),
           "coverage_90": ("in 90 %", 1, 100, " %"), "msis_90": ("MSIS", 2, 1, ""), "ratio": ("MAE ratio", 3, 1, "")}
MEASURED = ("mae", "rmse", "bias")  # in the unit of the values: figures that count, not decimals


def refuse(path, message):
    raise Failure(2, "recipe/series", f"{path.name}: {message}")


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    tables = (("table", TABLE_KEYS), ("backtest", BACKTEST_KEYS), ("bands", BAND_KEYS), ("detect", DETECT_KEYS))
    for section, keys in tables:
        check_tables(path, section, keys, [recipe[section]] if section in recipe else [])
    check_tables(path, "variant", VARIANT_KEYS, recipe.get("variant", []))
    for backtest in [recipe.get("backtest", {})] + [v.get("backtest", {}) for v in recipe.get("variant", [])]:
        check_tables(path, "backtest", BACKTEST_KEYS, [backtest])
        unknown = set(backtest.get("figures", [])) - COLUMNS.keys()
        if unknown:
            refuse(path, f"there is no figure {', '.join(sorted(unknown))}: one of {', '.join(COLUMNS)}")
    names = [v.get("name") for v in recipe.get("variant", [])]
    if None in names or len(set(names)) < len(names):
        refuse(path, "[[variant]]s have names of their own")
    if "file" not in recipe["table"] or ("test-rows" in recipe["table"]) == ("until" in recipe["table"]):
        refuse(path, "[table] needs a file, and test-rows or until")
    if ("until" in recipe["table"]) != ("detect" in recipe) or recipe["evaluate"] != ["test"]:
        refuse(path, "until belongs to [detect], test-rows to a backtest, and evaluate is [\"test\"]")
    if "detect" not in recipe and not recipe.get("backtest", {}).get("figures"):
        refuse(path, "[backtest] needs figures")


def read_table(recipe, data_folder):
    """The bytes of the table, cut to its rows, and what the row says about them."""
    table = recipe["table"]
    paths = [table["file"]] + ([recipe["detect"]["windows"]] if "detect" in recipe else [])
    files, contents = [], []
    for name in paths:
        path = data_folder / name
        if not path.is_file():
            raise Failure(3, "data/missing", f"the recipe needs {name}, which is not in {data_folder}",
                          "RNN_DATA=FOLDER says where data sets are")
        contents.append(path.read_bytes())
        files.append({"path": name, "bytes": len(contents[-1]), "sha256": digest(contents[-1])})
    lines = contents[0].splitlines(keepends=True)
    whole = b"".join(lines[: 1 + table["rows"]]) if "rows" in table else contents[0]
    parts = {"series": whole}
    if "detect" in recipe:
        parts["windows"] = contents[1]
        until = table["until"].encode()
        parts["train"] = lines[0] + b"".join(line for line in lines[1:] if line.split(b",")[0].strip(b'"') < until)
    return parts, {"files": files}


def networks(recipe):
    """(name, options, backtest) of each variant, or of the one network there is."""
    base, test = recipe["options"], recipe.get("backtest", {})
    return [(v["name"], base | v.get("options", {}), test | v.get("backtest", {}))
            for v in recipe.get("variant", [{"name": "this program"}])]


def training_words(recipe, options):
    kept = recipe["table"].get("test-rows")
    table = "train.csv" if "detect" in recipe else "series.csv"
    return [table, "--task", "forecast", *(["--test-steps", str(kept)] if kept else []), *option_words(options)]


def backtest_words(recipe, backtest):
    named = {key: backtest[key] for key in ("windows", "stride", "methods") if key in backtest}
    return ["--last", str(backtest.get("last", recipe["table"]["test-rows"])), *option_words(named)]


def keys_of(recipe, digests):
    run = digest([recipe["task"], digests, recipe["table"], recipe["options"]])[:16]
    more = [recipe.get(key) for key in ("seeds", "evaluate", "variant", "backtest", "bands", "detect")]
    return {"run": run, "all": digest([run, more])[:16]}


# ------------------------------------------------------------------------------------------------------------------ measuring

def figures_of(report, by_series, name, ratio_to):
    """Figures of one row of a report; the ratio is the mean over series."""
    kept = {key: report[key] for key in COLUMNS if report.get(key) is not None}
    if ratio_to:
        ratios = {s: rows[name]["mae"] / rows[ratio_to]["mae"] for s, rows in by_series.items() if rows.get(ratio_to, {}).get("mae")}
        kept |= {"ratio": mean(list(ratios.values())), "mae_by_series": {s: rows[name]["mae"] for s, rows in by_series.items()}}
    return kept


def measure_backtest(program, recipe, work, run, backtest, threads):
    """Figures of the model and of the rows beside it."""
    report = program.evaluate(run, "series.csv", work, threads, backtest_words(recipe, backtest))
    by_series, ratio_to = report.get("by_series", {}), backtest.get("ratio-to")
    rows = {name: figures_of(r, by_series, name, ratio_to) for name, r in report["baselines"].items()}
    found = {"windows": report["windows"], "season": report["season"], "model": figures_of(report, by_series, "this model", ratio_to),
             "rows": rows}
    if report.get("verdict"):
        found["verdict"] = report["verdict"]
    return found


def measure_bands(program, recipe, work, run, threads):
    steps = recipe["bands"]["calibration"] + recipe["table"]["test-rows"]
    (work / "bands.csv").unlink(missing_ok=True)  # of another seed
    program.call([program.path, "eval", run, "series.csv", "--last", str(steps), "--stride", "1", "--windows", "0", "--methods", "naive",
                  "--threads", str(threads), "-o", "bands.csv", "--json"], work)
    with open(work / "bands.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(work / "series.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    column = table[0].index(recipe["options"]["y"]) if "y" in recipe["options"] else 1
    values = {series_rows.stamp(row[0]): float(row[column]) for row in table[1:] if row[column]}
    return series_rows.compare_bands(rows, recipe["table"]["test-rows"], values)


def measure_detection(program, recipe, work, run):
    asked = recipe["detect"]
    program.call([program.path, "detect", run, "series.csv", "--every", "--force", "-o", "scores.csv", *option_words(asked.get("options", {}))],
                 work)
    with open(work / "scores.csv", newline="", encoding="utf-8") as file:
        scores = [(row["ds"], float(row["score"])) for row in csv.DictReader(file)]
    with open(work / "series.csv", newline="", encoding="utf-8") as file:
        rows = [(row[0], float(row[1])) for row in list(csv.reader(file))[1:]]
    windows = json.loads((work / "windows.json").read_text(encoding="utf-8"))
    labelled = next(spans for name, spans in windows.items() if name.endswith(asked["name"]))
    return series_rows.compare_detection(scores, rows, labelled, recipe["table"]["until"], asked.get("named", []))


def measure(program, recipe, work, keys, train):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    row = {"series": True, "variants": []}
    for name, options, backtest in networks(recipe):
        words, runs = training_words(recipe, options), []
        for seed in recipe["seeds"]:
            run = folder_of(name, seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            if not result:
                raise Failure(1, "results/run", f"{run} ended without a result")
            figures = {"seed": seed, "seconds": result["elapsed_s"], "updates": result["step"], "parameters": result["parameters"]}
            if "detect" in recipe:
                figures["detection"] = measure_detection(program, recipe, work, run)
            else:
                figures |= measure_backtest(program, recipe, work, run, backtest, options.get("threads", 0))
            if "bands" in recipe:
                figures["bands"] = measure_bands(program, recipe, work, run, options.get("threads", 0))
            runs.append(figures)
        row["variants"].append({"name": name, "command": shlex.join(["rnn", "train", *words]), "figures": backtest.get("figures", []),
                                "ratio_to": backtest.get("ratio-to", ""), "runs": runs,
                                "evaluation": "" if "detect" in recipe else shlex.join(backtest_words(recipe, backtest))})
    return row


# ------------------------------------------------------------------------------------------------------------------- the page

def shown(key, values):
    """Mean and, of several seeds that differ, standard deviation."""
    values = [v for v in values if v is not None]
    if not values:
        return ""
    _, digits, factor, unit = COLUMNS[key]
    values = [factor * v for v in values]
    middle = mean(values)
    if key in MEASURED and middle:
        digits = max(0, min(6, digits - 1 - math.floor(math.log10(abs(middle)))))
    text = f"{middle:,.{digits}f}{unit}"
    spread = (sum((v - middle) ** 2 for v in values) / (len(values) - 1)) ** 0.5 if len(values) > 1 else 0
    return text + (f" ± {spread:.{digits}f}" if spread >= 0.5 * 10**-digits else "")


def columns_of(row):
    keys = list(dict.fromkeys(key for v in row["variants"] for key in v["figures"]))
    return keys + (["ratio"] if any(v["ratio_to"] for v in row["variants"]) else [])


def backtest_table(row, table, clock):
    keys, variants, cells, told = columns_of(row), row["variants"], [], None
    for variant in variants:
        runs = variant["runs"]
        prefix = f"{variant['name']}: " if len(variants) > 1 else ""
        name = f"**{variant['name']}**" if len(variants) > 1 else "**this program**"
        figures = [shown(key, [run["model"].get(key) for run in runs]) for key in keys]
        cells.append([name, *figures, f"{mean([run['parameters'] for run in runs]):,.0f}", clock(mean([run["seconds"] for run in runs]))])
        linear = [run["rows"]["its linear part"] for run in runs if "its linear part" in run["rows"]]
        if linear:
            cells.append([f"{prefix}its linear part", *(shown(key, [r.get(key) for r in linear]) for key in keys), "", ""])
        rows = {n: [shown(key, [r.get(key)]) for key in keys] for n, r in runs[0]["rows"].items() if n != "its linear part"}
        if rows != told:  # the same rows need not be said again
            cells += [[prefix + n, *figures, "", ""] for n, figures in rows.items()]
        told = rows
    for p in row.get("published", []):
        cells.append([f"published: {p['name']} ({p['source']})"] + [shown(k, [p.get(k.replace("_", "-"))]) for k in keys] + ["", ""])
    return table(["", *(COLUMNS[key][0] for key in keys), "parameters", "time of a run"], cells)


def series_table(row, table):
    """MAE of every series where they are compared one by one."""
    first = row["variants"][0]["runs"][0]
    names = list(first["model"]["mae_by_series"])
    cells = [[f"**{v['name']}**"] + [shown("mae", [run["model"]["mae_by_series"][s] for run in v["runs"]]) for s in names]
             for v in row["variants"]]
    cells += [[n] + [shown("mae", [r["mae_by_series"][s]]) for s in names] for n, r in first["rows"].items() if "mae_by_series" in r]
    return table(["MAE", *names], cells)


def verdicts(row):
    """Sentences of the program where a row is better."""
    lines = []
    for v in row["variants"]:
        told = sorted({run["verdict"] for run in v["runs"] if run.get("verdict")})
        lines += [f"{v['name']}: {text}." for text in told]
    return lines


def section(name, row, table, clock, data_lines):
    machine, variants = row["machine"], row["variants"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "", *data_lines(row)]
    others = "; the other rows differ as their names say" if len(variants) > 1 else ""
    lines += [f"- settings: `{variants[0]['command']}`{others}"]
    evaluation = variants[0]["evaluation"]
    windows = sorted({run["windows"] for v in variants for run in v["runs"] if "windows" in run})
    if evaluation:
        lines.append(f"- measured: `rnn eval RUN series.csv {evaluation}`{others}; windows: {', '.join(f'{w:,}' for w in windows)}")
    lines += [f"- {'seed' if len(row['seeds']) == 1 else 'seeds'}: {', '.join(str(s) for s in row['seeds'])}",
              f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    runs = variants[0]["runs"]
    if evaluation:
        lines += [backtest_table(row, table, clock), ""]
    if variants[0]["ratio_to"]:
        lines += [f"MAE ratio: the mean over series of the MAE by that of '{variants[0]['ratio_to']}'.", "", series_table(row, table), ""]
    if "bands" in runs[0]:
        lines += series_rows.band_lines([run["bands"] for run in runs], table)
    if "detection" in runs[0]:
        lines += series_rows.detection_lines([run["detection"] for run in runs], table)
    lines += [line + "\n" for line in verdicts(row)]
    return "\n".join(lines).rstrip() + "\n"


def overview_rows(name, row):
    """One line for each variant: its first figure beside the best row without training."""
    lines = []
    for v in row["variants"]:
        title = row["title"] + (f", {v['name']}" if len(row["variants"]) > 1 else "")
        if "detection" in v["runs"][0]:
            found = v["runs"][0]["detection"]["rows"]
            best = found["median of four weeks"]
            ours = found["this program"]
            said = [f"{r['found']} of {r['labelled']}, {r['false_per_week']:.2f} false alarms a week" for r in (ours, best)]
            lines.append([f"[{name}](#{name})", title, "windows found", said[0], f"{said[1]} (median of four weeks)"])
            continue
        key = "ratio" if v["ratio_to"] else v["figures"][0]
        rows = {n: r[key] for n, r in v["runs"][0]["rows"].items() if n != "its linear part" and r.get(key) is not None}
        best = min(rows, key=rows.get) if rows else ""
        lines.append([f"[{name}](#{name})", title, COLUMNS[key][0], shown(key, [run["model"].get(key) for run in v["runs"]]),
                      f"{shown(key, [rows[best]])} ({best})" if best else ""])
    return lines
