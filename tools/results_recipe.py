# Why: a recipe is data: what it may say, and which bytes it trains and measures on.
"""Recipes (recipes/*.toml) and their data, for results.py."""

import difflib
import hashlib
import json
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT_MARK = b"<|endoftext|>"
OWN_DATA = {"forecast": "table", "transcribe": "clips", "classify": "labels", "tag": "labels", "classify,tag": "labels", "follow": "labels", "effect": "effect"}  # in place of [data]
SIDES = ("train", "valid", "test")
# Keys of a recipe by section, with their types; "" is the top.
KEYS = {
    "": {"title": str, "task": str, "about": str, "seeds": list, "evaluate": list, "report-epochs": list, "data": dict,
         "split": dict, "options": dict, "twin": dict, "published": list, "make": dict, "variant": list, "adapt": dict,
         "table": dict, "backtest": dict, "bands": dict, "detect": dict, "clips": dict, "labels": dict, "effect": dict},
    "data": {"root": str, "text": str, "train": str, "valid": str, "test": str, "licence": str},
    "split": {"unit": str, "train": float, "valid": float, "test": float},
    "twin": {"epochs": int, "max-seconds": (int, float), "max-updates": int},
    "published": {"name": str, "where": str, "source": str, "loss": float, "perplexity": float, "bits-per-byte": float,
                  "bleu": float, "chrf": float, "side": str, "wer": float},
}


class Failure(Exception):
    def __init__(self, code, what, message, help_text=""):
        super().__init__(message)
        self.code, self.what, self.help_text = code, what, help_text


def digest(value):
    data = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


# ---------------------------------------------------------------------------------------------------------------- recipes

def check_keys(path, section, table):
    for key, value in table.items():
        kind = KEYS[section].get(key)
        where = f"{path.name}: {f'[{section}] ' if section else ''}{key}"
        if kind is None:
            near = difflib.get_close_matches(key, KEYS[section], 1)
            raise Failure(2, "recipe/key", f"{where} is no key of a recipe", f"did you mean {near[0]}?" if near else "")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Failure(2, "recipe/type", f"{where} is {value!r}, which is of the wrong type")


def check_tables(path, section, keys, tables):
    """The same for tables whose keys are the caller's own; one failure for unknown and wrong ones."""
    for table in tables:
        for key, value in table.items():
            if not isinstance(value, keys.get(key, ())):
                near = difflib.get_close_matches(key, keys, 1)
                raise Failure(2, "recipe/key", f"{path.name}: [{section}] {key} = {value!r} is no key of a recipe, or of the "
                              "wrong type", f"did you mean {near[0]}?" if near and near[0] != key else "")


def folder_of(name, seed):
    """Where the run of a variant lies: letters and digits of its name, and the seed."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) + f"-seed-{seed}"


def of_report(report):
    """What is kept of rnn eval --json. A text with unknown words has bits per byte with their spelling and without."""
    kept = {key: report[key] for key in ("loss", "perplexity", "bits_per_byte", "tokens", "unknown")}
    more = ("bits_per_byte_without_spelling", "unknown_share")
    return kept | {key: report[key] for key in more if key in report}


def mean(values):
    return sum(values) / len(values)


def check_split(path, split):
    if split.get("unit") not in ("bytes", "lines", "documents"):
        raise Failure(2, "recipe/split", f"{path.name}: the unit of [split] must be bytes, lines or documents")
    shares = [split.get(side, 0.0) for side in SIDES]
    if min(shares) < 0 or not shares[0] or not shares[1] or abs(sum(shares) - 1) > 1e-9:
        raise Failure(2, "recipe/split", f"{path.name}: the shares of [split] must be above 0 (train, valid), in all 1")


def load_recipe(path):
    try:
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise Failure(2, "recipe/syntax", f"{path.name}: {e}") from e
    check_keys(path, "", recipe)
    for section in ("data", "split") + (("twin",) if recipe.get("task") != "translate" else ()):
        check_keys(path, section, recipe.get(section, {}))
    for row in recipe.get("published", []):
        check_keys(path, "published", row)
        if not {"name", "source"} <= row.keys():
            raise Failure(2, "recipe/published", f"{path.name}: a published figure needs name and source")
    for key in ("title", "task", "seeds", "evaluate", "options") + (() if "make" in recipe else (OWN_DATA.get(recipe.get("task"), "data"),)):
        if not recipe.get(key):
            raise Failure(2, "recipe/missing", f"{path.name}: '{key}' is missing or empty")
    if "seed" in recipe["options"] or not all(isinstance(s, int) for s in recipe["seeds"]):
        raise Failure(2, "recipe/seeds", f"{path.name}: seeds is a list of whole numbers, and [options] has no seed")
    if recipe.keys() & {"make", "table", "clips", "labels", "effect"}:
        return recipe  # results_made, results_pairs, results_series, results_speech or results_labels goes on
    data = recipe["data"]
    if ("text" in data) == ("train" in data) or ("text" in data) != ("split" in recipe):
        raise Failure(2, "recipe/data", f"{path.name}: [data] needs text and a [split], or train and valid and no [split]")
    if "train" in data and "valid" not in data:
        raise Failure(2, "recipe/data", f"{path.name}: [data] has train, but no valid")
    if "split" in recipe:
        check_split(path, recipe["split"])
    sides = [s for s in SIDES if s in data or recipe.get("split", {}).get(s)]
    if not set(recipe["evaluate"]) <= set(sides[1:]):
        raise Failure(2, "recipe/evaluate", f"{path.name}: evaluate names {recipe['evaluate']}, possible: {sides[1:]}")
    if recipe["task"] not in ("language-model", "translate"):
        raise Failure(2, "recipe/task", f"{path.name}: there are no recipes for the task '{recipe['task']}' yet")
    return recipe


def option_words(options):
    """{"tied": True, "hidden": 128} -> --tied --hidden 128."""
    words = []
    for name, value in options.items():
        words += [f"--{name}" if value else f"--no-{name}"] if isinstance(value, bool) else [f"--{name}", str(value)]
    return words


# ------------------------------------------------------------------------------------------------------------------- data

def cut(text, split):
    """The parts train, valid, test, in this order; put together they are the text. A cut stands behind the first whole line
    (or document) with which the share of bytes, lines or documents is reached."""
    mark = DOCUMENT_MARK if split["unit"] == "documents" else b"\n"
    pieces = [piece + mark for piece in text.split(mark)]
    pieces[-1] = pieces[-1][: -len(mark)]
    if len(pieces) > 1 and not pieces[-1].strip():
        rest = pieces.pop()
        pieces[-1] += rest
    sizes = [len(piece) if split["unit"] == "bytes" else 1 for piece in pieces]
    total = sum(sizes)
    parts, at, done, share = {}, 0, 0, 0.0
    for side in SIDES:
        share += split.get(side, 0.0)
        begin = at
        while at < len(pieces) and done < share * total - 1e-6:
            done += sizes[at]
            at += 1
        parts[side] = b"".join(pieces[begin:at])
    return parts


def licence_of(folder, path):
    """Origin and licence from the table of README.md in the data folder: | folder | what | origin | licence | notes |."""
    readme = folder / "README.md"
    lines = readme.read_text(encoding="utf-8").splitlines() if readme.exists() else []
    cell = re.compile(r"((?:`[^`]*`|[^|`])*)\|")  # a bar inside `code` does not end it
    rows = [[text.strip() for text in cell.findall(line.strip()[1:])] for line in lines if line.lstrip().startswith("|")]
    header = next((row for row in rows if "folder" in row and "licence" in row), None)
    said = {}  # "same" is the cell above
    for row in rows:
        if not header or len(row) < len(header):
            continue
        said |= {key: row[header.index(key)] for key in ("origin", "licence") if key in header and row[header.index(key)] != "same"}
        if path.startswith(row[header.index("folder")] + "/"):
            return said
    return {}


def read_data(name, recipe, data_folder):
    """The parts as bytes, and what the row says about them."""
    data = recipe["data"]
    folder = ROOT if data.get("root") == "project" else data_folder
    files, contents = [], {}
    for key in ("text",) + SIDES:
        if key not in data:
            continue
        path = folder / data[key]
        if not path.is_file():
            raise Failure(3, "data/missing", f"recipe {name} needs {data[key]}, which is not in {folder}",
                          "RNN_DATA=FOLDER says where data sets are")
        contents[key] = path.read_bytes()
        files.append({"path": data[key], "bytes": len(contents[key]), "sha256": digest(contents[key])})
    parts = cut(contents["text"], recipe["split"]) if "text" in contents else {s: contents.get(s, b"") for s in SIDES}
    parts = {side: text for side, text in parts.items() if text.strip()}
    about = {"files": files, "split": recipe.get("split"), "parts": {side: len(text) for side, text in parts.items()}}
    about |= licence_of(folder, files[0]["path"])
    if "licence" in data:
        about["licence"] = data["licence"]
    return parts, about
