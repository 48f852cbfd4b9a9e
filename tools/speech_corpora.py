# Why: corpora of clips for recipes of speech, made from public recordings: lists of parts, strings of digits with known times.
"""make(kind, data_folder, work) unpacks and joins what a recipe asks for below `work` and returns its parts.

    fsdd            isolated digits: recordings 0 to 4 are the test (the corpus's own rule), 5 chooses, the others teach
    fsdd-speakers   six parts: one speaker is the test, the next one by name chooses, four teach
    digits          strings of digits of one speaker with pauses, joined from recordings of the part they belong to
    yesno           every third file is the test, of the others every fourth chooses
    fillets         Dutch prompts, texts of the Debian package fillets-ng-data, sounds of fillets-ng-data-nl: a hash of the file name decides, a tenth chooses, a fifth tests
"""

import hashlib
import json
import pathlib
import random
import re
import struct
import tarfile
import wave

from results_recipe import Failure

DIGITS = "zero one two three four five six seven eight nine".split()
SOURCES = {"fsdd": "speech/fsdd-15/fsdd_0-14.tar.xz", "fsdd-speakers": "speech/fsdd-15/fsdd_0-14.tar.xz",
           "digits": "speech/fsdd-15/fsdd_0-14.tar.xz", "yesno": "speech/yesno/waves_yesno.tar.xz", "fillets": ""}
FILLETS = pathlib.Path("/usr/share/games/fillets-ng")
STRINGS = {"train": 1500, "valid": 100, "test": 200}  # of digits
SHORTEST = {"train": 1, "valid": 3, "test": 3}
RECORDINGS = {"train": range(6, 15), "valid": (5,), "test": range(5)}
LONGEST_PAUSE = 0.3   # seconds


def source(kind, data_folder):
    """The file that a corpus is made from; None for a Debian package."""
    if kind == "fillets":
        if not all((FILLETS / part).is_dir() for part in ("script", "sound")):
            raise Failure(3, "data/missing", "the recipe needs the Debian packages fillets-ng-data and fillets-ng-data-nl",
                          "apt-get install fillets-ng-data fillets-ng-data-nl")
        return None
    path = data_folder / SOURCES[kind]
    if not path.is_file():
        raise Failure(3, "data/missing", f"the recipe needs {SOURCES[kind]}, which is not in {data_folder}", "RNN_DATA=FOLDER says where data sets are")
    return path


def unpack(archive, work):
    """Files of the archive, sorted."""
    folder = work / "unpacked"
    if not folder.exists():
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    return sorted(folder.rglob("*.wav"))


def put(work, name, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (work / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return f"{name}.jsonl"


def spoken_digits(work, archive):
    rows = []
    for path in unpack(archive, work):
        digit, speaker, take = path.stem.split("_")
        rows.append({"audio_filepath": str(path.relative_to(work)), "text": DIGITS[int(digit)], "speaker": speaker, "take": int(take)})
    return rows


def listed(rows):
    return [{k: r[k] for k in ("audio_filepath", "text", "speaker")} for r in rows]


def fsdd(work, archive):
    rows = spoken_digits(work, archive)
    return [{side: put(work, side, listed(r for r in rows if r["take"] in takes)) for side, takes in RECORDINGS.items()} | {"name": ""}]


def fsdd_speakers(work, archive):
    rows, parts = spoken_digits(work, archive), []
    names = sorted({r["speaker"] for r in rows})
    for i, name in enumerate(names):
        chooser = names[(i + 1) % len(names)]
        sides = {"test": [r for r in rows if r["speaker"] == name], "valid": [r for r in rows if r["speaker"] == chooser],
                 "train": [r for r in rows if r["speaker"] not in (name, chooser)]}
        parts.append({side: put(work, f"{name}-{side}", listed(r)) for side, r in sides.items()} | {"name": name})
    return parts


def samples_of(path):
    with wave.open(str(path)) as f:
        return f.getframerate(), list(struct.unpack(f"<{f.getnframes()}h", f.readframes(f.getnframes())))


def quietest(samples, n):
    """The n samples in a row that have the least energy."""
    if len(samples) <= n:
        return samples
    energy = sum(x * x for x in samples[:n])
    least, at = energy, 0
    for i in range(n, len(samples)):
        energy += samples[i] ** 2 - samples[i - n] ** 2
        if energy < least:
            least, at = energy, i - n + 1
    return samples[at:at + n]


def pause(clip, n, rng):
    """n samples of the clip's own noise floor: its quietest 20 ms, forwards and backwards from random places. Never zeros alone."""
    floor, out = quietest(clip, 160), []
    while len(out) < n:
        at = rng.randrange(max(1, len(floor) // 2))
        piece = floor[at:]
        out += piece if rng.random() < 0.5 else piece[::-1]
    return out[:n]


def digits(work, archive, seed=1):
    rows, rng = spoken_digits(work, archive), random.Random(seed)
    cache = {}

    def clip(row):
        path = row["audio_filepath"]
        if path not in cache:
            cache[path] = samples_of(work / path)
        return cache[path]

    (work / "strings").mkdir(exist_ok=True)
    part = {"name": ""}
    for side, takes in RECORDINGS.items():
        of_side = [r for r in rows if r["take"] in takes]
        names, out = sorted({r["speaker"] for r in rows}), []
        for i in range(STRINGS[side]):
            speaker = names[i % len(names)]
            own = [r for r in of_side if r["speaker"] == speaker]
            chosen = [own[rng.randrange(len(own))] for _ in range(rng.randint(SHORTEST[side], 7))]
            joined, starts, rate = [], [], 8000
            for k, row in enumerate(chosen):
                rate, samples = clip(row)
                if k:
                    joined += pause(clip(chosen[k - 1])[1], rng.randrange(int(LONGEST_PAUSE * rate) + 1), rng)
                starts.append(len(joined) / rate)
                joined += samples
            path = work / "strings" / f"{side}-{i:04d}.wav"
            with wave.open(str(path), "wb") as f:
                f.setnchannels(1), f.setsampwidth(2), f.setframerate(rate)
                f.writeframes(struct.pack(f"<{len(joined)}h", *joined))
            out.append({"audio_filepath": f"strings/{path.name}", "text": " ".join(r["text"] for r in chosen), "speaker": speaker,
                        "starts": starts})
        part[side] = put(work, side, out)
    return [part]


def yesno(work, archive):
    rows = [{"audio_filepath": str(p.relative_to(work)), "text": " ".join({"1": "yes", "0": "no"}[c] for c in p.stem.split("_"))}
            for p in unpack(archive, work)]
    others = [r for i, r in enumerate(rows) if i % 3]
    sides = {"test": rows[::3], "valid": others[::4], "train": [r for i, r in enumerate(others) if i % 4]}
    return [{side: put(work, side, r) for side, r in sides.items()} | {"name": ""}]


def fillets(work, _archive):
    """Scripts of the game name a text and its sound alike: dialogId("name", font, text), sound/LEVEL/nl/name.ogg."""
    sides = {"train": [], "valid": [], "test": []}
    for script in sorted(FILLETS.glob("script/*/dialogs_nl.lua")):
        text = script.read_text(encoding="utf-8", errors="replace")
        for name, said in re.findall(r'dialogId\("([^"]+)",\s*"[^"]*",\s*"[^"]*"\)\s*dialogStr\("((?:[^"\\]|\\.)*)"\)', text):
            sound = FILLETS / "sound" / script.parent.name / "nl" / f"{name}.ogg"
            words = " ".join(re.sub(r"[^\w' -]", " ", said.replace('\\"', '"'), flags=re.UNICODE).split())
            if not sound.is_file() or not words or re.search(r"\d", words):
                continue
            number = int(hashlib.sha256(sound.name.encode()).hexdigest()[:8], 16) / 2**32
            sides["test" if number >= 0.8 else "valid" if number >= 0.7 else "train"].append(
                {"audio_filepath": str(sound), "text": words, "speaker": name.split("-")[1][:1] if "-" in name else "?"})
    return [{side: put(work, side, rows) for side, rows in sides.items()} | {"name": ""}]


MAKERS = {"fsdd": fsdd, "fsdd-speakers": fsdd_speakers, "digits": digits, "yesno": yesno, "fillets": fillets}


def make(kind, data_folder, work):
    """[{name, train, valid, test: names of lists below work}]."""
    work.mkdir(parents=True, exist_ok=True)
    return MAKERS[kind](work, source(kind, data_folder))


def list_digest(work, parts):
    """Of all lists: which clips and words are in which part."""
    whole = hashlib.sha256()
    for part in parts:
        for side in ("train", "valid", "test"):
            whole.update((work / part[side]).read_bytes())
    return whole.hexdigest()[:16]
