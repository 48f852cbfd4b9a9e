# Why: recipes of speech on small corpora: digits, strings of digits, yes and no, prompts; error rates, and how well words are placed in time.
"""Recipes with task = "transcribe" whose [clips] says make, for results_speech.py.

    [clips]
    make = "digits"             # speech_corpora.py: fsdd, fsdd-speakers, digits, yesno, fillets
    lists = "4e01c16d928da022"  # of the lists that were made: another corpus would not be this row's
    words = "zero one two"      # also with nothing else allowed (a list of words)
    align = true                # also how far from the truth words begin that rnn align places
    [options]                   # of rnn train
    [[variant]]
    name = "..."
    options = {...}
"""

import json
import math
import pathlib
import shlex

import speech_corpora
from results_recipe import Failure, check_tables, digest, folder_of, mean, option_words

CLIP_KEYS = {"make": str, "lists": str, "words": str, "align": bool}
VARIANT_KEYS = {"name": str, "options": dict}
FIGURES = ("wer", "cer", "ser")
FRAME = 0.01  # seconds, of the energy row


def check(path, recipe):
    clips = recipe["clips"]
    check_tables(path, "clips", CLIP_KEYS, [clips])
    check_tables(path, "variant", VARIANT_KEYS, recipe.get("variant", []))
    if clips["make"] not in speech_corpora.MAKERS or recipe["evaluate"] != ["test"]:
        raise Failure(2, "recipe/speech", f"{path.name}: make is one of {', '.join(speech_corpora.MAKERS)}, and evaluate is [\"test\"]")


def read_clips(recipe, data_folder):
    kind = recipe["clips"]["make"]
    path = speech_corpora.source(kind, data_folder)
    if not path:
        return {"files": [], "package": "fillets-ng-data-nl"}
    return {"files": [{"path": speech_corpora.SOURCES[kind], "bytes": path.stat().st_size, "sha256": digest(path.read_bytes())}]}


def licensed(recipe):
    """The path that the licence of the data is listed under."""
    name = speech_corpora.SOURCES[recipe["clips"]["make"]]
    return str(pathlib.PurePosixPath(name).parent) + "/" if name else "fillets/"


def networks(recipe):
    return [(v["name"], recipe["options"] | v.get("options", {})) for v in recipe.get("variant", [{"name": "this program"}])]


def figures_of(report):
    return {key: report[key] for key in FIGURES} | {"words": report["words"], "characters": report["characters"], "clips": report["clips"],
                                                    "seconds": report["seconds"]}


def pooled(reports):
    """One figure of several parts: the mean of their rates."""
    if len(reports) == 1:
        return reports[0]
    return {key: mean([r[key] for r in reports]) for key in FIGURES} | {"parts": [r["wer"] for r in reports],
                                                                        "clips": sum(r["clips"] for r in reports),
                                                                        "seconds": sum(r["seconds"] for r in reports)}


def measure(program, recipe, work, keys, train, data_folder):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    clips = recipe["clips"]
    parts = speech_corpora.make(clips["make"], data_folder, work)
    lists = speech_corpora.list_digest(work, parts)
    if lists != clips.get("lists", lists):
        raise Failure(3, "data/changed", f"the lists of clips have the digest {lists}, the recipe was written for {clips['lists']}")
    row = {"speech": True, "made_clips": clips["make"], "lists": lists, "variants": [],
           "sizes": {side: sum(1 for _ in open(work / parts[0][side], encoding="utf-8")) for side in ("train", "valid", "test")}}
    ways = {"greedy": []}
    if clips.get("words"):
        (work / "words.txt").write_text("\n".join(clips["words"].split()) + "\n", encoding="utf-8")
        ways["words"] = ["--words", "words.txt", "--beam", "16"]
    for name, options in networks(recipe):
        runs = []
        for seed in recipe["seeds"]:
            reports, results = {way: [] for way in ways}, []
            for part in parts:
                words = [part["train"], "--valid", part["valid"], "--task", "transcribe", *option_words(options)]
                run = folder_of(f"{name} {part['name']}", seed)
                events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed, part])[:16])
                results.append(next((e for e in reversed(events) if e["type"] == "result"), None))
                if not results[-1]:
                    raise Failure(1, "results/run", f"{run} ended without a result")
                for way, more in ways.items():
                    reports[way].append(figures_of(program.evaluate(run, part["test"], work, options.get("threads", 0), more)))
            figures = {"seed": seed, "seconds": sum(r["elapsed_s"] for r in results), "updates": sum(r["step"] for r in results),
                       "parameters": results[0]["parameters"]} | {way: pooled(r) for way, r in reports.items()}
            if clips.get("align"):
                figures["align"] = alignment(program, work, run, parts[0]["test"])
            runs.append(figures)
        shown = words if len(parts) == 1 else ["TRAIN.jsonl", "--valid", "VALID.jsonl", *words[3:]]
        row["variants"].append({"name": name, "command": shlex.join(["rnn", "train", *shown]), "runs": runs})
    if clips.get("align"):
        row["align_rows"] = align_rows(work, parts[0]["test"])
    return row


# ------------------------------------------------------------------------------------------------------------------ alignment

def test_strings(work, name):
    return [json.loads(line) for line in (work / name).read_text(encoding="utf-8").splitlines()]


def error_figures(found, clips):
    """Of word starts: median and 90th percentile of the distance to the truth, and the mean with its sign, in milliseconds."""
    errors = [1000 * (a - b) for starts, clip in zip(found, clips) for a, b in zip(starts, clip["starts"])]
    sizes = sorted(abs(e) for e in errors)
    return {"median": sizes[len(sizes) // 2], "ninety": sizes[int(0.9 * len(sizes))], "bias": mean(errors), "words": len(errors)}


def alignment(program, work, run, name):
    clips, found = test_strings(work, name), []
    for clip in clips:
        said = program.call([program.path, "align", run, clip["audio_filepath"], "--say", clip["text"], "--format", "json", "--threads", "1"], work)
        found.append([w["start"] for w in json.loads(said)["words"]])
    return error_figures(found, clips)


def energies(samples, rate):
    step = int(FRAME * rate)
    return [10 * math.log10(1 + sum(x * x for x in samples[i:i + step]) / step) for i in range(0, len(samples) - step + 1, step)]


def energy_onsets(samples, rate, n):
    """Starts of n words: the first one at once, the others where the n - 1 longest quiet stretches end. Quiet: below the middle between
    the 10th and the 90th percentile of the loudness."""
    loud = energies(samples, rate)
    ranked = sorted(loud)
    edge = (ranked[len(ranked) // 10] + ranked[9 * len(ranked) // 10]) / 2
    stretches, begin = [], None
    for i, value in enumerate(loud + [float("inf")]):
        if value < edge and begin is None:
            begin = i
        elif value >= edge and begin is not None:
            if begin > 0 and i < len(loud):
                stretches.append((i - begin, i))
            begin = None
    ends = sorted(end for _, end in sorted(stretches, reverse=True)[:n - 1])
    while len(ends) < n - 1:  # too few: the widest gap is halved
        edges = [0, *ends, len(loud)]
        k = max(range(len(edges) - 1), key=lambda i: edges[i + 1] - edges[i])
        ends = sorted([*ends, (edges[k] + edges[k + 1]) // 2])
    return [0.0] + [FRAME * e for e in ends]


def align_rows(work, name):
    clips, shares, onsets = test_strings(work, name), [], []
    for clip in clips:
        rate, samples = speech_corpora.samples_of(work / clip["audio_filepath"])
        n = len(clip["text"].split())
        shares.append([i * len(samples) / rate / n for i in range(n)])
        onsets.append(energy_onsets(samples, rate, n))
    return {"equal shares": error_figures(shares, clips), "energy onsets": error_figures(onsets, clips)}


# ------------------------------------------------------------------------------------------------------------------- the page

def percent(value):
    return f"{100 * value:.1f} %"


def spread(values):
    if len(values) == 1:
        return percent(values[0])
    middle = mean(values)
    return percent(middle) + f" ± {100 * (sum((v - middle) ** 2 for v in values) / (len(values) - 1)) ** 0.5:.1f}"


def interval(runs):
    first = runs[0].get("words")
    return f" ({100 * first['low']:.1f} to {100 * first['high']:.1f})" if len(runs) == 1 and first else ""


WAYS = {"greedy": "", "words": ", only the listed words allowed"}


def section(name, row, table, clock, data_lines):
    machine, variants = row["machine"], row["variants"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    others = "; the other rows differ as their names say" if len(variants) > 1 else ""
    sizes = row["sizes"]
    files = data_lines(row) if row["data"]["files"] else [f"- data: the Debian package `{row['data']['package']}`"]
    first = variants[0]["runs"][0]["greedy"]
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "", *files,
             f"- clips: {sizes['train']:,} to learn from, {sizes['valid']:,} to choose by, {sizes['test']:,} to test on"
             + (" in each part" if "parts" in first else "") + f"; digest of the lists `{row['lists']}`",
             f"- settings: `{variants[0]['command']}`{others}",
             f"- {'seed' if len(row['seeds']) == 1 else 'seeds'}: {', '.join(str(s) for s in row['seeds'])}",
             f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    cells = []
    for v in variants:
        for way, words in WAYS.items():
            runs = [run[way] for run in v["runs"] if way in run]
            if not runs:
                continue
            cost = [f"{mean([r['parameters'] for r in v['runs']]):,.0f}", clock(mean([r["seconds"] for r in v["runs"]]))] if way == "greedy" else ["", ""]
            cells.append([f"**{v['name']}**{words}", spread([r["wer"] for r in runs]) + interval(runs), spread([r["cer"] for r in runs]),
                          spread([1 - r["ser"] for r in runs]), *cost])
    lines += [table(["", "WER (95 %)", "CER", "clips without an error", "parameters", "time of a run"], cells), ""]
    if "parts" in first:
        lines += ["By part: " + "; ".join(f"{100 * (1 - w):.1f} %" for w in (variants[0]["runs"][0]["words" if "words" in variants[0]["runs"][0] else "greedy"]["parts"]))
                  + " of the words right.", ""]
    if row.get("align_rows"):
        rows = [[f"**rnn align, {v['name']}**", *times([r["align"] for r in v["runs"]])] for v in variants]
        rows += [[key, *times([value])] for key, value in row["align_rows"].items()]
        lines += ["How far from the truth words begin (known, because the strings were joined):", "",
                  table(["", "median", "90th percentile", "bias (later: +)"], rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def times(figures):
    return [f"{mean([f['median'] for f in figures]):.0f} ms", f"{mean([f['ninety'] for f in figures]):.0f} ms", f"{mean([f['bias'] for f in figures]):+.0f} ms"]


def overview_rows(name, row):
    lines = []
    for v in row["variants"]:
        title = row["title"] + (f", {v['name']}" if len(row["variants"]) > 1 else "")
        greedy = [r["greedy"] for r in v["runs"]]
        lines.append([f"[{name}](#{name})", title, spread([g["wer"] for g in greedy]) + interval(greedy), spread([g["cer"] for g in greedy]),
                      spread([r["words"]["wer"] for r in v["runs"]]) + " (listed words)" if "words" in v["runs"][0] else ""])
    return lines
