# Why: recipes of speech: clips split by speaker, recognisers, their error rates greedy and with a language model, beside another recogniser.
"""Recipes with task = "transcribe", for results.py; those whose [clips] says make are in results_clips.py.

    [clips]
    folder = "speech/an4-train"
    every = 9                   # speakers sorted by name, counted from 0: number 9 k + test are the test, 9 k + valid choose
    test = 4
    valid = 8
    bigram = true               # also with a bigram of the training transcripts; alpha, beta: its weights
    alpha = 0.8
    pocketsphinx = true         # also that program on the same clips with the same bigram, where it is installed
    apart = true                # also clips whose sentence no training clip says
    beside = "speech-an4"       # also the difference from the first network of that recipe's row, clip by clip
    [options]                   # of rnn train
    [[variant]]
    name = "..."
    options = {...}
"""

import csv
import json
import pathlib
import random
import shlex
import shutil
import subprocess

import results_clips
from results_recipe import ROOT, Failure, check_tables, digest, folder_of, mean, option_words

CLIP_KEYS = {"folder": str, "every": int, "test": int, "valid": int, "bigram": bool, "alpha": (int, float), "beta": (int, float),
             "pocketsphinx": bool, "apart": bool, "beside": str}
DRAWS = 1000  # of clips, for an interval


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    if "make" in recipe["clips"]:
        results_clips.check(path, recipe)
        return
    check_tables(path, "clips", CLIP_KEYS, [recipe["clips"]])
    check_tables(path, "variant", results_clips.VARIANT_KEYS, recipe.get("variant", []))
    missing = {"folder", "every", "test", "valid"} - recipe["clips"].keys()
    if missing or recipe["evaluate"] != ["test"]:
        raise Failure(2, "recipe/speech", f"{path.name}: [clips] needs folder, every, test and valid, and evaluate is [\"test\"]")


def read_clips(recipe, data_folder):
    """What the row says about the corpus: its lists; the sound itself is too large to be hashed each time."""
    if "make" in recipe["clips"]:
        return results_clips.read_clips(recipe, data_folder)
    folder = data_folder / recipe["clips"]["folder"]
    lists = sorted(p for p in folder.iterdir() if p.suffix in (".fileids", ".transcription")) if folder.is_dir() else []
    if not lists:
        raise Failure(3, "data/missing", f"the recipe needs {recipe['clips']['folder']}, which is not in {data_folder}",
                      "RNN_DATA=FOLDER says where data sets are")
    files = [{"path": f"{recipe['clips']['folder']}/{p.name}", "bytes": p.stat().st_size, "sha256": digest(p.read_bytes())} for p in lists]
    return {"files": files}


def licensed(recipe):
    """The path that the licence of the data is listed under."""
    return results_clips.licensed(recipe) if "make" in recipe["clips"] else recipe["clips"]["folder"] + "/"


def file_ids(folder):
    """The clips of the .fileids, each a path without its ending."""
    return next(p for p in sorted(folder.iterdir()) if p.suffix == ".fileids").read_text(encoding="utf-8").split()


def speakers(recipe, folder):
    """(test, valid): names of speakers, the folders of clips sorted by name."""
    ids = file_ids(folder)
    names = sorted({pathlib.PurePosixPath(i).parent.name for i in ids})
    clips = recipe["clips"]
    return [[n for i, n in enumerate(names) if i % clips["every"] == clips[part]] for part in ("test", "valid")]


def keys_of(recipe, digests):
    run = digest([recipe["task"], digests, recipe["clips"].get("folder", recipe["clips"].get("make")), recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe["clips"], recipe.get("variant")])[:16]}


def training_words(options, test, valid):
    return ["clips", "--task", "transcribe", "--test-speakers", ",".join(test), "--valid-speakers", ",".join(valid), *option_words(options)]


def transcripts(folder):
    """{id: words} of the .transcription."""
    lines = next(p for p in sorted(folder.iterdir()) if p.suffix == ".transcription").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in filter(str.strip, lines):
        words, _, name = line.rpartition("(")
        found[name.rstrip(") ")] = " ".join(w for w in words.split() if w not in ("<s>", "</s>")).lower()
    return found


def training_texts(folder, held_out):
    """Transcripts of speakers that are neither tested nor chosen by."""
    ids = file_ids(folder)
    texts = transcripts(folder)
    paths = [pathlib.PurePosixPath(i) for i in ids]
    return [texts[p.name] for p in paths if p.parent.name not in held_out]


def figures_of(report):
    return {key: report[key] for key in ("wer", "cer", "ser", "clips", "seconds", "blank_share", "real_time_factor", "listening") if key in report} | {
        "words": report["words"], "characters": report["characters"]}


def clip_errors(work, known):
    """{clip: [wrong words, words, is its sentence new]} of the table that rnn eval -o wrote."""
    with (work / "clips.csv").open(encoding="utf-8", newline="") as table:
        return {r["clip"]: [int(r["errors"]), int(r["words"]), r["reference"] not in known] for r in csv.DictReader(table)}


def new_sentences(clips):
    """Figures of the clips whose sentence no training clip says."""
    new = [c for c in clips.values() if c[2]]
    return {"clips": len(new), "words": sum(c[1] for c in new), "wer": sum(c[0] for c in new) / max(sum(c[1] for c in new), 1)}


def paired(clips, others, seed=1):
    """WER of `clips` less that of `others`, 95 % of its draws of the same clips for both, and in how many of them `clips` has fewer errors."""
    pairs, rng, draws = [(c[0], others[name][0], c[1]) for name, c in clips.items()], random.Random(seed), []

    def difference(drawn):
        return (sum(p[0] for p in drawn) - sum(p[1] for p in drawn)) / sum(p[2] for p in drawn)

    for _ in range(DRAWS):
        draws.append(difference(rng.choices(pairs, k=len(pairs))))
    draws.sort()
    return {"difference": difference(pairs), "low": draws[round(0.025 * DRAWS)], "high": draws[round(0.975 * DRAWS) - 1],
            "wins": sum((d < 0) + 0.5 * (d == 0) for d in draws) / DRAWS}


def row_beside(recipe):
    """(name of its first network, its clips) of the recipe beside."""
    rows = json.loads((ROOT / "docs" / "results.json").read_text(encoding="utf-8"))["recipes"]
    first = rows.get(recipe["clips"]["beside"], {}).get("variants", [{}])[0]
    clips = first.get("runs", [{}])[0].get("by_clip")
    if not clips:
        raise Failure(2, "recipe/speech", f"{recipe['clips']['beside']} has no row of its clips to be beside", "measure it first")
    return first["name"], clips


def pocketsphinx(work, folder, test):
    """Word errors of PocketSphinx with its own acoustic model and the same bigram; None where it is not there."""
    model = pathlib.Path("/usr/share/pocketsphinx/model/en-us")
    if not shutil.which("pocketsphinx_batch") or not model.is_dir() or not shutil.which("sox") and not shutil.which("ffmpeg"):
        return None
    ids = file_ids(folder)
    chosen = [i for i in ids if pathlib.PurePosixPath(i).parent.name in test]
    sounds = work / "sphinx"
    sounds.mkdir(exist_ok=True)
    for i in chosen:
        source, target = folder / f"{i}.flac", sounds / f"{pathlib.PurePosixPath(i).name}.wav"
        tool = ["sox", str(source), "-r", "16000", "-b", "16", str(target)] if shutil.which("sox") else ["ffmpeg", "-y", "-loglevel", "error", "-i", str(source), "-ar", "16000", str(target)]
        subprocess.run(tool, check=True)
    (sounds / "list").write_text("".join(pathlib.PurePosixPath(i).name + "\n" for i in chosen))
    subprocess.run(["pocketsphinx_batch", "-hmm", str(model / "en-us"), "-adcin", "yes", "-cepdir", str(sounds), "-cepext", ".wav", "-ctl", str(sounds / "list"),
                    "-dict", str(model / "cmudict-en-us.dict"), "-lm", str(work / "bigram.arpa"), "-lw", "12", "-wip", "0.2", "-hyp", str(sounds / "hyp")],
                   check=True, capture_output=True)
    heard = {}
    for line in (sounds / "hyp").read_text().splitlines():
        words, _, name = line.rpartition("(")
        heard[name.split()[0]] = words.split()
    said = transcripts(folder)
    errors = sum(edits(said[pathlib.PurePosixPath(i).name].split(), heard.get(pathlib.PurePosixPath(i).name, [])) for i in chosen)
    words = sum(len(said[pathlib.PurePosixPath(i).name].split()) for i in chosen)
    return {"wer": errors / words, "words": words}


def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        before, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            before, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, before + (x != y))
    return row[-1]


def measure(program, recipe, work, keys, train, data_folder):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    if "make" in recipe["clips"]:
        return results_clips.measure(program, recipe, work, keys, train, data_folder)
    folder, clips = data_folder / recipe["clips"]["folder"], recipe["clips"]
    link = work / "clips"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.resolve())
    test, valid = speakers(recipe, folder)
    row = {"speech": True, "variants": [], "test": test, "valid": valid}
    beside = row_beside(recipe) if clips.get("beside") else None
    by_clip = clips.get("apart") or beside
    texts = training_texts(folder, set(test + valid))
    if clips.get("bigram"):
        (work / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
        program.call([program.path, "data", "ngram", "texts.txt", "--tokens", "space", "--order", "2", "-o", "bigram.arpa", "--force"], work)
    for name, options in results_clips.networks(recipe):
        words, runs = training_words(options, test, valid), []
        for seed in recipe["seeds"]:
            run = folder_of(name, seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            if not result:
                raise Failure(1, "results/run", f"{run} ended without a result")
            figures = {"seed": seed, "seconds": result["elapsed_s"], "updates": result["step"], "parameters": result["parameters"],
                       "best_epoch": result["best_epoch"]}
            report = ["--speakers", ",".join(test)]
            table = ["-o", "clips.csv"] if by_clip else []
            (work / "clips.csv").unlink(missing_ok=True)
            figures["greedy"] = figures_of(program.evaluate(run, "clips", work, options.get("threads", 0), report + table))
            if by_clip:
                figures["by_clip"] = clip_errors(work, set(texts))
                figures["new"] = new_sentences(figures["by_clip"])
            if beside:
                other, theirs = beside
                figures["beside"] = paired(figures["by_clip"], theirs) | {"name": other, "recipe": clips["beside"]}
            if clips.get("bigram"):
                more = ["--lm", "bigram.arpa", "--alpha", str(clips.get("alpha", 0.8)), "--beta", str(clips.get("beta", 1))]
                figures["bigram"] = figures_of(program.evaluate(run, "clips", work, options.get("threads", 0), report + more))
            runs.append(figures)
        row["variants"].append({"name": name, "command": shlex.join(["rnn", "train", *words]), "runs": runs})
    if clips.get("pocketsphinx") and clips.get("bigram"):
        row["pocketsphinx"] = pocketsphinx(work, folder, test)
    return row


# ------------------------------------------------------------------------------------------------------------------- the page

def with_interval(figures):
    rates = [f["rate"] for f in figures]
    return results_clips.percent(mean(rates)) + (f" ({100 * figures[0]['low']:.1f} to {100 * figures[0]['high']:.1f})" if len(figures) == 1 else "")


def section(name, row, table, clock, data_lines):
    if "made_clips" in row:
        return results_clips.section(name, row, table, clock, data_lines)
    machine, variants = row["machine"], row["variants"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    others = "; the other rows differ as their names say" if len(variants) > 1 else ""
    first = variants[0]["runs"][0]["greedy"]
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "", *data_lines(row),
             f"- settings: `{variants[0]['command']}`{others}",
             f"- test: {len(row['test'])} speakers, {first['clips']:,} clips, {first['words']['reference']:,} words",
             f"- {'seed' if len(row['seeds']) == 1 else 'seeds'}: {', '.join(str(s) for s in row['seeds'])}",
             f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    cells = []
    for v in variants:
        for key, words in (("greedy", ""), ("bigram", ", with the bigram")):
            runs = [run[key] for run in v["runs"] if key in run]
            if not runs:
                continue
            ours = f"**{v['name']}**{words}"
            cost = [f"{mean([r['parameters'] for r in v['runs']]):,.0f}", clock(mean([r["seconds"] for r in v["runs"]]))] if key == "greedy" else ["", ""]
            cells.append([ours, with_interval([r["words"] for r in runs]), with_interval([r["characters"] for r in runs]), *cost])
    if row.get("pocketsphinx"):
        cells.append(["PocketSphinx, its own acoustic model of far more speech, with the same bigram", results_clips.percent(row["pocketsphinx"]["wer"]), "", "", ""])
    for p in row.get("published", []):
        cells.append([f"published: {p['name']}{', ' + p['where'] if p.get('where') else ''} ({p['source']})", f"{p['wer']:.1f} %" if "wer" in p else "", "", "", ""])
    lines += [table(["", "WER (95 %)", "CER (95 %)", "parameters", "time of a run"], cells), ""]
    lines += [f"- {v['name']}, greedy, while it listens on one thread: {t['portion_ms']:.2f} ms for every 20 ms of sound (99 of 100 portions take at most "
              f"{t['portion_99_ms']:.2f} ms); from the last sample to the text {t['text_ms']:.1f} ms, the longest {t['text_longest_ms']:.1f} ms"
              for v in variants if (t := v["runs"][0]["greedy"].get("listening"))]
    for v in variants:
        run = v["runs"][0]
        if new := run.get("new"):
            lines.append(f"- {v['name']}, greedy, on the {new['clips']:,} clips ({new['words']:,} words) whose sentence no training clip says: "
                         f"WER {results_clips.percent(new['wer'])}")
        if beside := run.get("beside"):
            lines.append(f"- {v['name']} beside {beside['name']} ({beside['recipe']}), the same clips drawn for both {DRAWS:,} times: "
                         f"{100 * beside['difference']:+.1f} points of WER ({100 * beside['low']:+.1f} to {100 * beside['high']:+.1f}); "
                         f"fewer errors in {100 * beside['wins']:.0f} % of the draws")
    return "\n".join(lines).rstrip() + "\n"


def overview_rows(name, row):
    if "made_clips" in row:
        return results_clips.overview_rows(name, row)
    lines = []
    for v in row["variants"]:
        title = row["title"] + (f", {v['name']}" if len(row["variants"]) > 1 else "")
        greedy = [with_interval([r["greedy"][key] for r in v["runs"]]) for key in ("words", "characters")]
        bigram = with_interval([r["bigram"]["words"] for r in v["runs"]]) if "bigram" in v["runs"][0] else ""
        lines.append([f"[{name}](#{name})", title, *greedy, bigram])
    return lines
