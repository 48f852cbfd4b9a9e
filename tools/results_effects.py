# Why: recipes of audio effects: sound that a program makes, networks that learn what was done to it, beside filters.
"""Recipes with task = "effect", for results.py.

    [effect]
    make = "overdrive"          # effects.py: lowpass, overdrive, compressor
    seed = 1                    # of the sound
    seconds = "120,20,40"       # that teach, choose, test
    [options]                   # of rnn train
    [[variant]]
    name = "LSTM 1x32"
    options = {hidden = 32}
"""

import pathlib
import shlex
import sys

import effects
from results_recipe import ROOT, Failure, check_tables, digest, folder_of, mean, option_words

EFFECT_KEYS = {"make": str, "seed": int, "seconds": str}
VARIANT_KEYS = {"name": str, "options": dict}
KEYS = ("esr", "esr_emphasised")


def check(path, recipe):
    """Throws Failure for what no recipe of this kind may say."""
    check_tables(path, "effect", EFFECT_KEYS, [recipe["effect"]])
    check_tables(path, "variant", VARIANT_KEYS, recipe.get("variant", []))
    if recipe["effect"].get("make") not in effects.EFFECTS or recipe["evaluate"] != ["test"]:
        raise Failure(2, "recipe/effect", f"{path.name}: [effect] make is one of {', '.join(effects.EFFECTS)}, and evaluate is [\"test\"]")


def keys_of(recipe, _digests):
    run = digest([recipe["task"], recipe["effect"], digest((ROOT / "tools/effects.py").read_bytes()), recipe["options"]])[:16]
    return {"run": run, "all": digest([run, recipe["seeds"], recipe.get("variant")])[:16]}


def measure(program, recipe, work, keys, train):
    """`train` of results.py: (program, words, work, run, key) -> events. Returns the row's own part."""
    made, sound = recipe["effect"], pathlib.Path("sound")
    program.call([sys.executable, str(ROOT / "tools/effects.py"), made["make"], str(sound), "--seed", str(made.get("seed", 1)),
                  "--seconds", made.get("seconds", "120,20,40")], work)
    files = {side: [str(sound / f"{side}-{end}.wav") for end in ("dry", "wet")] for side in ("train", "valid", "test")}
    row = {"effect": made["make"], "variants": [], "sound": {side: digest((work / names[1]).read_bytes())[:16] for side, names in files.items()}}
    for variant in recipe.get("variant", [{"name": ""}]):
        options, runs = recipe["options"] | variant.get("options", {}), []
        words = [*files["train"], "--valid", *files["valid"], *option_words(options)]
        for seed in recipe["seeds"]:
            run = folder_of(variant["name"] or "effect", seed)
            events = train(program, words + ["--seed", str(seed)], work, run, digest([keys["run"], options, seed])[:16])
            result = next((e for e in reversed(events) if e["type"] == "result"), None)
            if not result:
                raise Failure(1, "results/run", f"{run} ended without a result")
            report = program.evaluate(run, files["test"][0], work, 1, [files["test"][1]])
            row["baselines"] = {name: {k: r[k] for k in KEYS} for name, r in report["baselines"].items()}
            runs.append({"seed": seed, "seconds": result["elapsed_s"], "parameters": result["parameters"],
                         "real_time": report["real_time_factor"]} | {k: report[k] for k in KEYS})
        row["variants"].append({"name": variant["name"], "command": shlex.join(["rnn", "train", *words]), "runs": runs})
    return row


def percent(value):
    return f"{100 * value:.3g} %"


def spread(values):
    middle = mean(values)
    if len(values) == 1:
        return percent(middle)
    return percent(middle) + f" ({', '.join(percent(v) for v in values)})"


def section(name, row, table, clock, _data_lines):
    machine, variants = row["machine"], row["variants"]
    program = row["program"] + (f" ({row['commit']})" if row.get("commit") else "")
    lines = [f"## {name}", "", f"**{row['title']}.** {row.get('about', '')}".strip(), "",
             f"- data: `tools/effects.py {row['effect']}`, digests of the wet signals " + ", ".join(f"`{d}`" for d in row["sound"].values()),
             f"- settings: `{variants[0]['command']}`" + ("; the other rows differ as their names say" if len(variants) > 1 else ""),
             f"- {'seed' if len(row['seeds']) == 1 else 'seeds'}: {', '.join(str(s) for s in row['seeds'])}",
             f"- machine: {machine['cores']} cores, {machine['isa']}; {program}, {row['date']}", ""]
    cells = [[f"**{v['name'] or 'this program'}**", *(spread([r[k] for r in v["runs"]]) for k in KEYS), f"{v['runs'][0]['parameters']:,}",
              percent(mean([r["real_time"] for r in v["runs"]])), clock(mean([r["seconds"] for r in v["runs"]]))] for v in variants]
    cells += [[other, *(percent(figures[k]) for k in KEYS), "", "", ""] for other, figures in row["baselines"].items()]
    lines += [table(["", "ESR", "ESR, pre-emphasised", "parameters", "of one core", "time of a run"], cells), ""]
    return "\n".join(lines).rstrip() + "\n"


def overview_rows(name, row):
    best = min(row["baselines"].items(), key=lambda item: item[1]["esr"])
    return [[f"[{name}](#{name})", row["title"] + (f", {v['name']}" if v["name"] else ""), percent(mean([r["esr"] for r in v["runs"]])),
             f"{percent(best[1]['esr'])} ({best[0]})"] for v in row["variants"]]
