# Why: docs/results.md as a pure function of docs/results.json: the same figures always give the same page.
"""The page of results, for results.py."""

import math

import results_ablation
import results_made
import results_pairs
import results_effects
import results_labels
import results_series
import results_speech
from results_recipe import mean

NAMES = {"train": "training", "valid": "validation", "test": "test"}
HEAD = """# Results

Written by `./run results` from `results.json`, which holds every figure as it was measured: do not edit this page. A recipe
is a file in `recipes/`; `./run results NAME` repeats it, `./run results NAME --twin` also trains the same model in PyTorch.

Times are wall-clock times of the run and include the effect of other work on the machine; [performance.md](performance.md)
compares speed.

Loss is in nats per token, perplexity is its exponential, bits per byte are comparable across kinds of tokens
where no word is unknown, or where the spelling of unknown words is charged. Rows of this
program use the weights with the lowest validation loss: the validation text was used to choose them, the test text was not.
The n-gram rows are interpolated modified Kneser-Ney models of the same tokens (8-grams for characters, else 5-grams); `zstd -19`
compresses the text alone. In a table whose rows begin with +, each row adds a method to the row before. In the names of rows,
"mean of weights" is weight averaging (ema), "with a cache" a continuous cache, "learning on" dynamic evaluation, and "both" the
last two together.
"""
MADE = """Long-memory problems ([what they are](long_memory.md)), evaluated on sequences that were not used in training:
"""
PAIRS = """Translation ([how it works](translation.md)), by beam search: BLEU and chrF are computed as in sacreBLEU; exact is the share of
translations that equal the reference letter by letter. Losses are in nats per target token, the end included.
"""
SERIES = """Forecasts ([how they work](forecasting.md)), measured on values after those that a model has learnt from and was chosen by, beside
the best row that needs no training:
"""
SPEECH = """Speech ([how it works](speech.md)), on speakers that were neither learnt from nor chosen by; in brackets the 95 % interval over clips:
"""
LABELS = """Labels ([how they work](labels.md)), on examples that were neither learnt from nor chosen by, beside the best row that only counts:
"""
EFFECTS = """Audio effects ([how they work](effects.md)), error-to-signal ratio on notes and levels that were not learnt from, beside the best of the
dry signal, a linear filter and a curve with filters:
"""
NO_SPELLING = ("Bits per byte of this table leave out the spelling of unknown words, as versions before did: they compare within the "
               "table only.")
NOTE = "¹ Validation during training reads the text in as many streams as the batch has; the other rows read it as one."


def number(value, digits):
    return "" if value is None else f"{value:,.{digits}f}"


def figures(report):
    """loss, perplexity, bits per byte as cells; what was not measured stays empty."""
    report = report or {}
    loss, perplexity = report.get("loss"), report.get("perplexity")
    digits = 2 if perplexity and perplexity < 1000 else 0
    return [number(loss, 4), number(perplexity, digits), number(report.get("bits_per_byte"), 4)]


def placed(report, side, sides):
    """The cells of a whole row with figures for one side only."""
    return [cell for s in sides for cell in (figures(report) if s == side else [""] * 3)]


def clock(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02}"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def bold(cells):
    return [f"**{cell}**" for cell in cells]


def own_rows(row, sides):
    """One row per seed, or one with the mean of all seeds above them."""
    runs, rows = row["runs"], []
    if len(runs) > 1:
        cells = []
        for side in sides:
            loss = mean([r[side]["loss"] for r in runs])
            bits = mean([r[side]["bits_per_byte"] for r in runs])
            cells += figures({"loss": loss, "perplexity": math.exp(loss), "bits_per_byte": bits})
        rows.append([f"**this program**, mean loss of {len(runs)} seeds"] + bold(cells))
    for run in runs:
        name = "**this program**" if len(runs) == 1 else f"seed {run['seed']}"
        cells = [cell for side in sides for cell in figures(run[side])]
        name += f", best after epoch {round(run['best_epoch'], 2):g}"
        rows.append([name] + (bold(cells) if len(runs) == 1 else cells))
    return rows


def point_rows(row, sides):
    """Figures on the way, of the first seed, at the epochs that the recipe names."""
    rows = []
    for epoch in row.get("report-epochs", []) if "valid" in sides else []:
        point = next((p for p in row["runs"][0]["points"] if abs(p["epoch"] - epoch) < 1e-9), None)
        if point:
            name = f"this program after epoch {epoch} ({point['update']:,} updates) ¹"
            rows.append([name] + placed(point, "valid", sides))
    return rows


def twin_rows(row, sides):
    twin = row.get("twin")
    if not twin or "valid" not in sides:
        return []
    ours, theirs = twin["ours"], twin["theirs"]
    bits = ours["bits_per_byte"]
    if bits:  # the spelling of unknown words costs both the same
        without = ours.get("bits_per_byte_without_spelling", bits)
        bits += without * (theirs["val_loss"] / ours["loss"] - 1)
    theirs = {"loss": theirs["val_loss"], "perplexity": math.exp(theirs["val_loss"]), "bits_per_byte": bits}
    return [[f"this program after {ours['update']:,} updates ¹"] + placed(ours, "valid", sides),
            [f"PyTorch {twin['torch']} twin after {ours['update']:,} updates ¹"] + placed(theirs, "valid", sides)]


def baseline_rows(row, sides):
    rows = []
    names = list(dict.fromkeys(name for side in sides for name in row["baselines"].get(side, {})))
    for name in sorted(names, key=lambda n: "gram" not in n):
        rows.append([name] + [cell for side in sides for cell in figures(row["baselines"].get(side, {}).get(name))])
    return rows


def published_rows(row, sides):
    rows = []
    for p in row.get("published", []):
        report = {"loss": p.get("loss"), "perplexity": p.get("perplexity"), "bits_per_byte": p.get("bits-per-byte")}
        name = f"published: {p['name']}{', ' + p['where'] if p.get('where') else ''} ({p['source']})"
        rows.append([name] + placed(report, p.get("side", "valid"), sides))
    return rows


def twin_line(row):
    twin = row.get("twin")
    if not twin:
        return []
    ours, theirs = twin["ours"], twin["theirs"]
    difference = 100 * (ours["loss"] / theirs["val_loss"] - 1)
    return [f"After {ours['update']:,} updates on the same batches the validation loss is {ours['loss']:.4f} here and "
            f"{theirs['val_loss']:.4f} in PyTorch: {difference:+.2f} %."]


def data_files(data):
    files = ", ".join(f"`{file['path']}` ({file['bytes']:,} bytes, sha256 {file['sha256'][:12]}…)" for file in data["files"])
    lines = [f"- data: {files}"]
    if data.get("licence"):
        lines.append(f"- licence: {data['licence']}" + (f"; origin: {data['origin']}" if data.get("origin") else ""))
    return lines


def data_lines(row):
    data = row["data"]
    if "parts" not in data:  # one table: its recipe says which rows
        return data_files(data)
    parts = ", ".join(f"{name} {data['parts'][side]:,}" for side, name in NAMES.items() if side in data["parts"])
    split = data.get("split")
    rule = ""
    if split:
        shares = ", ".join(f"{100 * split[side]:g} % {NAMES[side]}" for side in NAMES if split.get(side))
        rule = f"by {split['unit']}, in the order of the text: {shares}; "
    return data_files(data) + [f"- split: {rule}bytes: {parts}"]


def run_part(row, sides):
    """Settings, the rows of a recipe that trains one model, and heads of its own columns."""
    runs = row["runs"]
    seeds, updates = ", ".join(str(r["seed"]) for r in runs), ", ".join(f"{r['updates']:,}" for r in runs)
    times, speed = ", ".join(clock(r["seconds"]) for r in runs), mean([r["tokens_per_s"] for r in runs])
    lines = [f"- settings: `{row['command']}`",
             f"- {'seed' if len(runs) == 1 else 'seeds'}: {seeds}; {runs[0]['parameters']:,} parameters",
             f"- time: {times} for {updates} updates, {speed:,.0f} tokens/s, validation included"]
    rows = own_rows(row, sides) + point_rows(row, sides) + baseline_rows(row, sides) + twin_rows(row, sides)
    return lines, rows, []


def section(name, row):
    if "pairs" in row:
        return results_pairs.section(name, row, table, clock, data_lines)
    if "effect" in row:
        return results_effects.section(name, row, table, clock, data_lines)
    if "labels" in row:
        return results_labels.section(name, row, table, clock, data_lines)
    if "speech" in row:
        return results_speech.section(name, row, table, clock, data_lines)
    if "series" in row:
        return results_series.section(name, row, table, clock, data_lines)
    if "made" in row:
        return results_made.section(name, row, table, clock)
    sides, machine = [s for s in ("valid", "test") if s in row["evaluate"]], row["machine"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    if "ablation" in row:
        settings, rows, more = results_ablation.section(row, sides, figures, clock, baseline_rows)
    else:
        settings, rows, more = run_part(row, sides)
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "", *data_lines(row), *settings,
             f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    head = [""] + [cell for side in sides for cell in (f"{NAMES[side]} loss", "perplexity", "bits/byte")] + more
    rows += [cells + [""] * len(more) for cells in published_rows(row, sides)]
    lines += [table(head, rows), ""]
    if leaves_spelling_out(row, sides):
        lines += [NO_SPELLING, ""]
    if any("¹" in cells[0] for cells in rows):
        lines += [NOTE, ""]
    lines += [line + "\n" for line in twin_line(row)]
    return "\n".join(lines).rstrip() + "\n"


def leaves_spelling_out(row, sides):
    """Measured by a version whose bits per byte did not charge the spelling of unknown words, on a text that has some."""
    runs = [run for variant in row["variants"] for run in variant["runs"]] if "ablation" in row else row["runs"]
    reports = [run[side] for run in runs for side in sides if side in run]
    return any(r.get("unknown") and "bits_per_byte_without_spelling" not in r for r in reports)


def best_runs(row):
    """The runs of the one model, or of the variant that is best on validation, and its name."""
    if "ablation" not in row:
        return row["runs"], ""
    best = results_ablation.best_variant(row, "valid")
    return best["runs"], f", {best['name']}"


def best_ngram(baselines):
    return min((r["perplexity"] for name, r in baselines.items() if "gram" in name and r.get("perplexity")), default=None)


def overview(rows):
    """One line per recipe: the last measured side of this program beside the best n-gram model."""
    lines = []
    for name, row in sorted(rows.items()):
        if row.keys() & {"made", "pairs", "series", "speech", "labels", "effect"}:
            continue
        side = "test" if "test" in row["evaluate"] else "valid"
        runs, variant = best_runs(row)
        loss = mean([r[side]["loss"] for r in runs])
        cells = [number(loss, 4), number(math.exp(loss), 2), number(best_ngram(row["baselines"].get(side, {})), 2)]
        lines.append([f"[{name}](#{name})", row["title"] + variant, NAMES[side]] + cells)
    return table(["recipe", "what", "text", "loss", "perplexity", "n-gram perplexity"], lines)


def page(rows):
    if not rows:
        return HEAD + "\nNo recipe has been measured yet.\n"
    made = [results_made.overview_row(name, row) for name, row in sorted(rows.items()) if "made" in row]
    problems = [MADE, table(["recipe", "what", "figure", "best variant", "value", "without memory"], made), ""] if made else []
    pairs = [results_pairs.overview_row(name, row) for name, row in sorted(rows.items()) if "pairs" in row]
    translations = [PAIRS, table(["recipe", "what", "BLEU", "chrF", "exact", "exact: nearest sentence"], pairs), ""] if pairs else []
    forecasts = [line for name, row in sorted(rows.items()) if "series" in row for line in results_series.overview_rows(name, row)]
    series = [SERIES, table(["recipe", "what", "figure", "value", "best row without training"], forecasts), ""] if forecasts else []
    heard = [line for name, row in sorted(rows.items()) if "speech" in row for line in results_speech.overview_rows(name, row)]
    speech = [SPEECH, table(["recipe", "what", "WER", "CER", "WER with a bigram, or of listed words"], heard), ""] if heard else []
    labelled = [line for name, row in sorted(rows.items()) if "labels" in row for line in results_labels.overview_rows(name, row)]
    labels = [LABELS, table(["recipe", "what", "figure", "value", "best row that counts"], labelled), ""] if labelled else []
    effected = [line for name, row in sorted(rows.items()) if "effect" in row for line in results_effects.overview_rows(name, row)]
    effects = [EFFECTS, table(["recipe", "what", "ESR", "best row without memory of its own"], effected), ""] if effected else []
    texts = [overview(rows), ""] if any(not row.keys() & {"made", "pairs", "series", "speech", "labels", "effect"} for row in rows.values()) else []
    return "\n".join([HEAD] + texts + problems + translations + series + speech + labels + effects + [section(name, row) for name, row in sorted(rows.items())])
