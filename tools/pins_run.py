# Why: one binary runs the cases on one instruction set; what must agree within them is compared at once.
"""run_cases() of tools/pins.py."""

import pathlib
import shlex
import shutil
import struct
import subprocess
import sys
import wave

from pins_cases import DATA, OUTPUTS, PROMPT, TASKS
from pins_items import EVENTS, Bytes, Figures, Tensor, Tensors, item_of_output, items_of_model, items_of_run

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "data" / "corpus" / "everyday.txt"
ISAS = ("emulated", "avx2", "avx512")
SECONDS = 120  # of one command at most
SUFFIX = {"language": "txt", "translate": "tsv", "transcribe": "clips", "labels": "csv", "spans": "conll", "effect": "wav"}


class Failed(Exception):
    """A command that did not do what it should; the message is one line."""


class NotHere(Exception):
    """The machine lacks the instruction set."""


class Program:
    """The program at `binary`, on one instruction set, in a folder of its own, with nothing of the caller's environment."""

    def __init__(self, binary, isa, folder):
        self.binary, self.isa, self.folder = str(binary), isa, folder
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "RNN_ISA": isa}

    def run(self, arguments):
        try:
            return subprocess.run([self.binary, *arguments], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(f"rnn {arguments[0]}: {error}") from error

    def output(self, arguments):
        done = self.run(arguments)
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
            command = arguments if len(arguments) < 6 else [*arguments[:2], "...", *arguments[-2:]]
            raise Failed(f"rnn {shlex.join(command)}: exit status {done.returncode}: {told[0]}")
        return done.stdout

    def probe(self):
        """NotHere where this machine does not run the instruction set."""
        (self.folder / "probe.txt").write_bytes(corpus_lines(0, 40))
        try:
            self.output(["train", "probe.txt", "--mode", "sentence", "--max-updates", "1", "--quiet", "-o", "probe"])
        except Failed as failure:
            if "error[cpu/isa]" in str(failure):
                raise NotHere("this machine does not run it") from failure
            raise


def option_words(*texts):
    """Words of a command line from several texts of options: of the same option the last one counts."""
    options = {}
    for text in texts:
        words = shlex.split(text)
        for i, word in enumerate(words):
            if word.startswith("--"):
                options[word] = [words[i + 1]] if i + 1 < len(words) and not words[i + 1].startswith("--") else []
    return [word for option, values in options.items() for word in (option, *values)]


def task_of(case):
    return case.name.split("/")[0]


def label_table(lines):
    """Texts with how long they are as their label."""
    sizes = ("short", "middling", "long")
    rows = [f'"{line.strip()}",{sizes[min(len(line.split()) // 4, 2)]}' for line in lines if '"' not in line]
    return "\n".join(["text,label", *rows, ""])


def tagged_words(lines):
    """CoNLL: articles and what follows them are spans."""
    text = ""
    for line in lines:
        inside = False
        for word in line.split():
            begins = word.lower() in ("the", "a", "his", "her")
            text += f"{word} {'B-THING' if begins else 'I-THING' if inside else 'O'}\n"
            inside = begins
        text += "\n"
    return text


def amplified(samples, path):
    """PATH.wav and what a hard amplifier makes of it: whole numbers, the same on every machine."""
    state, dry, wet, level = 1, [], [], 0
    for i in range(samples):
        state = (state * 1103515245 + 12345) % 2**31
        level += ((state >> 16) % 4001 - 2000 - level // 8) // 2
        dry.append(level * (1 + i // 4000 % 4))
        wet.append(max(-6000, min(6000, 3 * dry[-1])))
    for place, values in ((path, dry), (wet_of(path), wet)):
        with wave.open(str(place), "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
            file.writeframes(struct.pack(f"<{samples}h", *values))


def wet_of(path):
    return f"{path}.wet.wav"


def data_paths(case):
    """Training data, validation data, sources of that, relative to the folder; None where there is none."""
    suffix = SUFFIX.get(task_of(case), "jsonl")
    train, valid = (f"data/{case.data}.{side}.{suffix}" for side in ("train", "valid"))
    return train, (valid if DATA[case.data][1] else None), f"data/{case.data}.sources.txt"


def corpus_lines(first, last):
    return b"".join(CORPUS.read_bytes().splitlines(keepends=True)[first:last])


def make(program, how, path):
    """Writes data to path; returns its bytes, of clips those of all files."""
    words = how.split()
    if words[0] == "tones":
        subprocess.run([sys.executable, ROOT / "tests/support/tones.py", path, *words[1:]], check=True)
        return b"".join(file.read_bytes() for file in sorted(path.rglob("*.*")))
    if words[0] == "amplifier":
        amplified(int(words[1]), path)
        return path.read_bytes() + pathlib.Path(wet_of(path)).read_bytes()
    if words[0] in ("lines", "table", "words"):
        content = corpus_lines(int(words[1]), int(words[2]))
        if words[0] != "lines":
            content = {"table": label_table, "words": tagged_words}[words[0]](content.decode().splitlines()).encode()
    else:
        content = program.output(["data", "make", *words])
    path.write_bytes(content)
    return content


def make_data(program, cases):
    items = {}
    (program.folder / "data").mkdir()
    for case in {case.data: case for case in cases}.values():
        train, valid, sources = data_paths(case)
        for path, how in zip((train, valid), DATA[case.data]):
            if how is None:
                continue
            items[f"{path}: output"] = Bytes(make(program, how, program.folder / path))
        if task_of(case) == "translate":
            pairs = (program.folder / valid).read_text().splitlines()
            (program.folder / sources).write_text("".join(pair.split("\t")[0] + "\n" for pair in pairs))
    return items


def train(program, case, variant, changes=""):
    data, valid, _ = data_paths(case)
    words = option_words(TASKS[task_of(case)], case.options, "--threads 1", changes)
    files = [data, wet_of(data)] if task_of(case) == "effect" else [data]
    program.output(["train", *files, *(["--valid", valid] if valid else []), *words, "-o", f"{case.name}/{variant}"])
    return program.folder / case.name / variant


def resumed(program, case):
    folder = train(program, case, "resumed", f"--max-updates {case.stop}")
    program.output(["train", "--resume", f"{case.name}/resumed", "--max-updates", "0", "--quiet"])
    return folder


def differing(mine, theirs):
    """Names and differences of items that are not the same, in the order of the first; what one side lacks is told, too."""
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        if name not in theirs or name not in mine:
            yield name, f"only {'before' if name in mine else 'now'}"
        elif mine[name].digest() != theirs[name].digest():
            yield name, mine[name].difference(theirs[name])


class CaseRun:
    """One case with its variants and outputs: `items` by name, `broken` is what must agree and does not."""

    def __init__(self, program, case):
        self.program, self.case = program, case
        self.items, self.broken = {}, []

    def add(self, variant, items):
        self.items.update({f"{self.case.name}/{variant}: {name}": item for name, item in items.items()})

    def must_agree(self, variant, whole, items, to="straight"):
        for name, difference in differing(whole, items):
            self.broken.append(f"{self.case.name}/{variant}: {name} is not that of {to}: {difference}")

    def run(self):
        case = self.case
        whole = items_of_run(train(self.program, case, "straight"))
        self.add("straight", whole)
        if case.accumulate:
            name = f"accumulate-{case.accumulate}"
            self.add(name, in_short(items_of_run(train(self.program, case, name, f"--accumulate {case.accumulate}"))))
        for threads in case.threads:
            found = items_of_run(train(self.program, case, f"threads-{threads}", f"--threads {threads}"))
            self.must_agree(f"threads-{threads}", whole, found)
        if case.stop:
            self.must_agree("resumed", whole, without_stop(whole, items_of_run(resumed(self.program, case))))
        for name in case.outputs.split():
            self.ask(name)
        self.prune()

    def prune(self):
        """Other cases may read the model of the straight run; the rest would fill a small file system in memory."""
        for path in (self.program.folder / self.case.name).iterdir():
            if path.name != "straight":
                shutil.rmtree(path)
                continue
            for file in path.iterdir():
                if file.name != "model.safetensors":
                    file.unlink()

    def ask(self, name):
        """An output of the straight run; where its name ends with * also with 3 threads."""
        out = self.program.folder / self.case.name / "out"
        out.mkdir(exist_ok=True)
        before = set(out.iterdir())
        found = self.answer(name, 1)
        self.add(name.rstrip("*"), {"output": item_of_output(found)})
        for path in sorted(set(out.iterdir()) - before):
            items = items_of_model(path) if path.suffix == ".safetensors" else {f"file {path.name}": Bytes(path.read_bytes())}
            self.add(name.rstrip("*"), items)
        if name.endswith("*"):
            self.must_agree(name.rstrip("*") + " with 3 threads", {"output": item_of_output(found)},
                            {"output": item_of_output(self.answer(name, 3))}, "1 thread")

    def answer(self, name, threads):
        data, valid, sources = data_paths(self.case)
        run = f"{self.case.name}/straight"
        sound = sorted(str(p.relative_to(self.program.folder)) for p in (self.program.folder / valid).rglob("*.wav")) if valid else []
        values = {"RUN": [run], "VALID": [valid], "DATA": [data], "DRY": [data], "SOURCES": [sources], "SOUND": sound, "PROMPT": [PROMPT],
                  "THREADS": [str(threads)]}
        words = [value for word in shlex.split(OUTPUTS[name]) for value in values.get(word, [word])]
        return self.program.output([word.replace("OUT/", f"{self.case.name}/out/") for word in words])


def in_short(items):
    """All tensors as one item: of the second run of a case the digests need not tell which one differs."""
    kept = {name: item for name, item in items.items() if not isinstance(item, (Tensor, Tensors)) and name != "tokenizer"}
    return {"tensors": Tensors({name: item for name, item in items.items() if isinstance(item, (Tensor, Tensors))}), **kept}


def without_stop(whole, items):
    """Of a resumed run: without the check that the stop itself asked for."""
    kept = dict(items)
    for name, item in items.items():
        if name in whole and name == EVENTS["eval"]:
            places = {where for where, _ in whole[name].rows}
            kept[name] = Figures([row for row in item.rows if row[0] in places])
    return kept


def run_cases(binary, isa, cases, folder, told=lambda line: None):
    """(items, what does not agree or fails) of the cases; Failed where nothing can be run."""
    program = Program(binary, isa, folder)
    items, broken = make_data(program, cases), []
    for case in cases:
        run = CaseRun(program, case)
        try:
            run.run()
        except Failed as failure:
            run.broken.append(f"{case.name}: {failure}")
        items.update(run.items)
        broken += run.broken
        told(case.name)
    return items, broken
