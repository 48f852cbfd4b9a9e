# Why: public labelled data becomes training and test files by rules that anyone can repeat; the files themselves stay where they are.
"""make(kind, data_folder, work) -> parts: [{"name", "train": [words of rnn train], "valid": [files] or [], "test": [files]}].

names      surnames in lower case, composed (NFC), each pair of name and language once; a name is test where the first 8 hex digits of its
           sha256 / 2^32 are >= .8: the name alone decides
sentiment  sentences of three sites, split at LF alone; fold = first 8 hex digits of the sha256 of the sentence modulo 5: five parts
occupancy  minutes of an office without the light, which alone answers, and what their stamps say: the time of day as sine and cosine, and
           whether it is a weekend; the label is Occupancy, the test the two days before training
snips-intent, snips-slots, snips-both, wnut17, vowels, pendigits   the files as they are, with their official parts
"""

import csv
import datetime
import hashlib
import math
import unicodedata

FOLDS = 5
FOLDERS = {"names": "classification/names-by-nationality", "sentiment": "classification/uci-sentiment-sentences",
           "snips-intent": "classification/snips", "snips-slots": "classification/snips",
           "snips-both": "classification/snips", "wnut17": "classification/wnut17-ner",
           "vowels": "classification/japanese-vowels", "pendigits": "classification/uci-pendigits",
           "occupancy": "classification/occupancy"}
SENTIMENT = ("amazon_cells_labelled.txt", "imdb_labelled.txt", "yelp_labelled.txt")


def number_of(text):
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def files_of(kind, data_folder):
    """The files that a corpus is made of, by name."""
    folder = data_folder / FOLDERS[kind]
    names = {"names": sorted(p.name for p in folder.glob("*.txt")), "sentiment": SENTIMENT,
             "snips-intent": [f"{side}/{name}" for side in ("train", "valid") for name in ("seq.in", "label")],
             "snips-slots": [f"{side}/{name}" for side in ("train", "valid") for name in ("seq.in", "seq.out")],
             "snips-both": [f"{side}/{name}" for side in ("train", "valid") for name in ("seq.in", "seq.out", "label")],
             "wnut17": ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"),
             "vowels": ("JapaneseVowels_TRAIN.ts", "JapaneseVowels_TEST.ts"), "pendigits": ("Pendigits_TRAIN.ts", "Pendigits_TEST.ts"), "occupancy": ("datatraining.txt", "datatest.txt")}
    return [folder / name for name in names[kind]]


def write_table(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        writer.writerows(rows)


def names(folder, work):
    rows = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            name = unicodedata.normalize("NFC", line.strip().lower())
            if name:
                rows[name, path.stem] = None
    is_test = {name: number_of(name) / 2**32 >= 0.8 for name, _ in rows}
    write_table(work / "train.csv", [r for r in rows if not is_test[r[0]]])
    write_table(work / "test.csv", [r for r in rows if is_test[r[0]]])
    return [{"name": "all", "train": ["train.csv"], "valid": [], "test": ["test.csv"]}]


def sentiment(folder, work):
    rows = []
    for name in SENTIMENT:
        for line in (folder / name).read_bytes().decode().split("\n"):
            text, _, label = line.rpartition("\t")
            if text.strip():
                rows.append((text.strip(), "good" if label.strip() == "1" else "bad"))
    parts = []
    for fold in range(FOLDS):
        train, test = f"train-{fold}.csv", f"test-{fold}.csv"
        write_table(work / train, [r for r in rows if number_of(r[0]) % FOLDS != fold])
        write_table(work / test, [r for r in rows if number_of(r[0]) % FOLDS == fold])
        parts.append({"name": f"fold {fold + 1}", "train": [train], "valid": [], "test": [test]})
    return parts


def occupancy(folder, work):
    for source, name in (("datatraining.txt", "train.csv"), ("datatest.txt", "test.csv")):
        with open(folder / source, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[0].insert(0, "")  # rows begin with their number, the header does not
        kept = [rows[0].index(c) for c in ("date", "Temperature", "Humidity", "CO2", "HumidityRatio", "Occupancy")]
        with open(work / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([rows[0][c] for c in kept] + ["day_sine", "day_cosine", "weekend"])
            for row in rows[1:]:
                at = datetime.datetime.fromisoformat(row[kept[0]])
                angle = 2 * math.pi * (at.hour * 60 + at.minute) / 1440
                writer.writerow([row[c] for c in kept] + [f"{math.sin(angle):.4f}", f"{math.cos(angle):.4f}", int(at.weekday() >= 5)])
    return [{"name": "all", "train": ["train.csv"], "valid": [], "test": ["test.csv"]}]


def make(kind, data_folder, work):
    folder = (data_folder / FOLDERS[kind]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    if kind in ("names", "sentiment", "occupancy"):
        return {"names": names, "sentiment": sentiment, "occupancy": occupancy}[kind](folder, work)
    path = lambda name: str(folder / name)  # noqa: E731
    train, valid, test = {"snips-intent": (["train"], [], ["valid"]), "snips-slots": (["train"], [], ["valid"]), "snips-both": (["train"], [], ["valid"]),
                          "wnut17": (["wnut17train.conll"], ["emerging.dev.conll"], ["emerging.test.annotated"]),
                          "vowels": (["JapaneseVowels_TRAIN.ts"], [], ["JapaneseVowels_TEST.ts"]),
                          "pendigits": (["Pendigits_TRAIN.ts"], [], ["Pendigits_TEST.ts"])}[kind]
    return [{"name": "all", "train": list(map(path, train)), "valid": list(map(path, valid)), "test": list(map(path, test))}]
