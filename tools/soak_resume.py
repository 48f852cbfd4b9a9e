"""Why: a run that is killed at any moment, by any signal, and resumed, ends in the bits of one that was left alone (for soak.py)."""
import json
import random
import shutil
import signal
import struct
import subprocess
import time

NOUNS, VERBS = "cat dog bird horse fish girl boy farmer".split(), "sees likes finds follows feeds".split()
COMMON = ["--patience", "0", "--force", "--eval-every", "20"]
# Name and flags; each takes a second or two when it is left alone.
VARIANTS = [
    ("stream", ["--mode", "stream", "--tokens", "word", "--cell", "lstm", "--hidden", "96", "--layers", "2", "--dropout", "0.3", "--batch",
                "8", "--bptt", "10", "--epochs", "6", "--schedule", "stall", "--threads", "1"]),
    ("sentence", ["--mode", "sentence", "--tokens", "word", "--cell", "gru", "--hidden", "96", "--batch", "8", "--epochs", "8",
                  "--optimizer", "sgd", "--average", "nt-asgd", "--threads", "2"]),
]
ENDED_BY = {signal.SIGINT: (130, -signal.SIGINT), signal.SIGTERM: (143, -signal.SIGTERM), signal.SIGKILL: (-signal.SIGKILL,)}
MOST_KILLS = 200  # of one run


def story(lines, seed):
    chance = random.Random(seed)
    return "".join(f"The {chance.choice(NOUNS)} {chance.choice(VERBS)} the {chance.choice(NOUNS)}.\n" for _ in range(lines))


def make_models(soak, rnn, folder):
    """Small models for soak_load; False when they could not be made."""
    folder.mkdir(parents=True)
    (folder / "story.txt").write_text(story(400, 1))
    (folder / "pairs.tsv").write_text("".join(f"{a} {b}\t{b}a {a}\n" for a in ("ab", "ba", "bb", "aab") for b in ("a", "b", "ab")) * 8)
    small = ["--hidden", "24", "--epochs", "2", "--batch", "8", "--threads", "1", "--valid-share", "0.2", "--quiet"]
    for name, data, flags in (("language", "story.txt", ["--tokens", "word", "--mode", "stream", "--bptt", "8"]),
                              ("translator", "pairs.tsv", ["--task", "translate", "--tokens", "char"])):
        log = soak.work / "logs" / f"model_{name}.log"
        if soak.run([rnn, "train", data, *flags, *small, "-o", name], log, cwd=folder) != 0:
            soak.note(f"load/{name}", False, f"the model could not be trained, see {log}")
            return False
    return True


def tensors(path):
    data = path.read_bytes()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]


def evaluations(folder):
    events = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {event["step"]: event["val_loss"] for event in events if event["type"] == "eval"}


def difference(whole, parts):
    """What of the two finished runs is not the same; empty: nothing."""
    if (whole / "model.safetensors").read_bytes() != (parts / "model.safetensors").read_bytes():
        return "the best models differ"
    if tensors(whole / "last.ckpt.safetensors") != tensors(parts / "last.ckpt.safetensors"):
        return "the last checkpoints differ"
    if evaluations(whole) != evaluations(parts):
        return "the evaluations differ"
    return ""


def train(soak, rnn, folder, words):
    log = open(folder / "log", "ab")
    try:
        return soak.start([rnn, "train", *words], cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    finally:
        log.close()


def broken_run(soak, rnn, folder, flags, seconds, chance):
    """Trains into folder/run, killed again and again. (number of kills, what went wrong or empty)."""
    kills, gap = 0, seconds
    fresh = ["../story.txt", *flags, "-o", "run"]
    while True:
        resumable = (folder / "run/last.ckpt.safetensors").exists()
        child = train(soak, rnn, folder, ["--resume", "run"] if resumable else fresh)
        status = soak.wait(child, chance.uniform(0.02, gap) if kills < MOST_KILLS else None)
        if status is None:
            number = chance.choice(list(ENDED_BY))
            soak.end(child, number)
            status = soak.wait(child, 60)
            kills += 1
            gap *= 1.05  # a run that is killed before its first checkpoint must come further one day
            if status in ENDED_BY[number]:
                continue
            if status is None:
                soak.end(child, signal.SIGKILL)
                return kills, f"it did not end within a minute of signal {number}"
        return kills, "" if status == 0 else f"status {status}, see {folder}/log"


def kill_and_resume(soak, rnn, slot, seed):
    """One straight run of each variant, then broken ones until the time is over; each must end in the same bits."""
    chance = random.Random(seed)
    base = soak.work / "resume" / str(slot)
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    (base / "story.txt").write_text(story(1500, 7))
    straight = {}
    for name, flags in VARIANTS:
        (base / name).mkdir()
        began = time.monotonic()
        status = soak.wait(train(soak, rnn, base / name, ["../story.txt", *flags, *COMMON, "-o", "run"]))
        straight[name] = time.monotonic() - began
        if status != 0:
            soak.note(f"load/resume {slot}", False, f"the straight run '{name}' ended with {status}, see {base / name}/log")
            return
    runs = kills = 0
    until = time.monotonic() + soak.seconds
    while runs < len(VARIANTS) or time.monotonic() < until:
        name, flags = VARIANTS[runs % len(VARIANTS)]
        folder = base / "broken"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        more, wrong = broken_run(soak, rnn, folder, [*flags, *COMMON], straight[name] / 3, chance)
        runs, kills = runs + 1, kills + more
        wrong = wrong or difference(base / name / "run", folder / "run")
        if wrong:
            kept = base / f"failed_{runs}"
            folder.rename(kept)
            soak.note(f"load/resume {slot}", False, f"run {runs} ('{name}', killed {more} times): {wrong}; kept in {kept}")
            return
    soak.note(f"load/resume {slot}", kills > 0, f"{runs} runs, killed {kills} times, all with the bits of a straight run")
