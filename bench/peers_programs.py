# Why: which programs measure what, with which arguments, and how the lines that they print become figures of one form.
"""A figure: {"engine", "suite", "cell", "H", "B", "T", "kind", "threads", "us", "gflops", "tokens"}. The suites have the names of the
peers' programs: stream, infer, train, ragged, lm, pairs, beam. kind: the model of lm, pairs and beam; packed, padded, loop, ragged or
uniform; else "". Of pairs and beam a figure is that of a batch, and T the longest sentence."""

import json
import os
import re
import subprocess
import sys



def tuning(processor):
    """As strong as the peers get: OpenMP workers that spin, an allocator that keeps its pages and, where `processor` (the text of
    /proc/cpuinfo) has them, AVX-512 kernels in OpenBLAS, which kill the program elsewhere."""
    wide = re.search(r"^flags\s*:.*\bavx512f\b", processor, re.MULTILINE)
    return [*(["OPENBLAS_CORETYPE=SkylakeX"] if wide else []), "GOMP_SPINCOUNT=10000000", "MALLOC_TRIM_THRESHOLD_=100000000000",
            "MALLOC_MMAP_MAX_=0", "MALLOC_TOP_PAD_=268435456"]


def processor_text():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


TUNING = tuning(processor_text())
LM_NAMES = {"word-small": "word 2x200", "word-medium": "word 2x650", "word-large": "word 2x1500", "char-128": "char 2x128",
            "char-512": "char 2x512", "char-1024": "char 1x1024", "word-adaptive": "word 2x650 of 100k, adaptive"}
OUR_SUITES = {"step": "stream", "sequence": "infer", "train": "train", "ragged": "ragged", "lm": "lm", "pairs": "pairs", "beam": "beam"}
TRANSLATION = ("pairs", "beam")
SIZES = {  # suite -> cell -> hidden sizes that the bars ask for
    "stream": {"lstm": (64, 128, 256, 512), "gru": (64, 128, 256, 512)},
    "infer": {"lstm": (64, 128, 256, 512, 1024), "gru": (64, 128, 256, 512, 1024)},
    "train": {"lstm": (64, 128, 256, 512, 1024, 1500), "gru": (64, 128, 256, 512, 1024)},
    "ragged": {"lstm": (128, 512), "gru": (128, 512)},
    "lm": {"lstm": (200, 650, 1500, 128, 512, 1024)},
    **{suite: {"lstm": (512,)} for suite in TRANSLATION},
}
# Engines
OURS, AVX2, TORCH, PLAIN_TORCH, ONEDNN, ORT, LIMITS = ("rnn", "rnn avx2", "PyTorch", "PyTorch as installed", "oneDNN", "ONNX Runtime",
                                                       "limits")


# ------------------------------------------------------------------------------------------------------------- parsing

def parse_ours(output, engine=OURS):
    report = json.loads(output)
    figures = []
    for c in report["cases"]:
        suite = OUR_SUITES[c["suite"]]
        shape = "ragged" if c["ragged"] else "uniform"
        kind = c["name"] if suite in ("lm", *TRANSLATION) else shape if suite == "ragged" else ""
        figures.append({"engine": engine, "suite": suite, "cell": c["cell"], "H": c["hidden"], "B": c["batch"], "T": c["steps"],
                        "kind": kind, "threads": c["threads"], "us": c["us"], "gflops": c["gflops"], "tokens": c["tokens"]})
    return figures


def numbers(line):
    return {key: int(value) for key, value in re.findall(r"\b([HLBT])=(\d+)", line)}


def translator_kind(line, cell, size):
    """The name that rnn bench gives the case of a line of peers_seq2seq.py; "" for other lines."""
    found = re.search(r"\b(additive|beam=(\d+))( forced)?( fed)? V=", line)
    if not found:
        return ""
    kind = f"{cell} {size['L']}x{size['H']}" + (f", beam {found.group(2)}" if found.group(2) else "")
    free = ", free ends" if found.group(2) and not found.group(3) else ""  # ours are forced
    return kind + (", input feeding" if found.group(4) else "") + free


def parse_peers(output, engine):
    """The lines of torch_bench.py, onednn_rnn and ort_bench: one case each, the number of threads in it or in a comment above."""
    figures, comment_threads = [], None
    for line in output.splitlines():
        comment = re.match(r"# threads=(\d+)", line)
        if comment:
            comment_threads = int(comment.group(1))
        if not re.match(r"(torch|onednn|ort)-", line) or "unsupported" in line:
            continue
        suite = re.search(r"\b(stream|infer|train|ragged|lm|pairs|beam)\b", line)
        cell = re.search(r"\b(lstm|gru|rnn)\b", line)
        threads = re.search(r"\bthr=(\d+)", line)
        whole = re.search(r"fwd\+bwd\s+([\d.]+) us\s+([\d.]+) GFLOP/s\s+repack ([\d.]+) us", line)
        if whole:  # weights are packed anew after every update: part of a training step
            us = float(whole.group(1)) + float(whole.group(3))
            gflops = float(whole.group(2)) * float(whole.group(1)) / us
        else:
            us, gflops = (float(x) for x in re.search(r"([\d.]+) us\s+([\d.]+) GFLOP/s", line).groups())
        named = re.search(r"\b((?:word|char)-\w+) V=", line)
        ragged = re.search(r"\b(packed|padded|loop) \d+ real tokens/s", line)
        size = numbers(line)
        kind = LM_NAMES[named.group(1)] if named else ragged.group(1) if ragged else translator_kind(line, cell.group(1), size)
        speed = re.search(r"\b(\d+) (?:real )?tokens/s", line) if ragged or suite.group(1) == "pairs" else None
        figures.append({"engine": engine, "suite": suite.group(1), "cell": cell.group(1), "H": size["H"], "B": size["B"], "T": size["T"],
                        "kind": kind, "threads": int(threads.group(1)) if threads else comment_threads, "us": us, "gflops": gflops,
                        "tokens": round(int(speed.group(1)) * us * 1e-6) if speed else size["B"] * size["T"]})
    return figures


def parse_version(output):
    found = re.search(r"^(?:# )?(?:torch|onednn|ort)-(\S+)", output, re.MULTILINE)
    return found.group(1) if found else ""


def parse_limits(output):
    """Lines of the limits program: {"fma": {threads: GFLOP/s}, "read": {threads: {KiB: GB/s}}, "clock": GHz}."""
    limits = {"fma": {}, "read": {}, "clock": None}
    for line in output.splitlines():
        clock = re.match(r"clock_GHz ([\d.]+)", line)
        fma = re.match(r"fp32_fma\s+threads=(\d+)\s+([\d.]+)", line)
        read = re.match(r"read_bw\s+(\d+) KiB/thread threads=(\d+)\s+([\d.]+)", line)
        if clock:
            limits["clock"] = float(clock.group(1))
        elif fma:
            limits["fma"][fma.group(1)] = float(fma.group(2))
        elif read:
            limits["read"].setdefault(read.group(2), {})[read.group(1)] = float(read.group(3))
    return limits


# ------------------------------------------------------------------------------------------------------------ programs

class Program:
    """One run of one program: what to start and how to read it."""

    def __init__(self, engine, suite, threads, command, environment=None):
        self.engine, self.suite, self.threads = engine, suite, threads
        self.command, self.environment = command, environment

    def name(self):
        return f"{self.engine}, {self.suite}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def read(self, output):
        """What is kept of the output: figures, and the version or the limits where the program tells them."""
        if self.engine == LIMITS:
            return {"figures": [], "limits": parse_limits(output)}
        if self.engine in (OURS, AVX2):
            report = json.loads(output)
            return {"figures": parse_ours(output, self.engine), "isa": report["isa"], "limits": report["limits"]}
        return {"figures": parse_peers(output, self.engine), "version": parse_version(output)}


def our_program(binary, suite, threads, cells, hidden, isa=None, quick=False):
    command = [binary, "bench", "--json", *(["--quick"] if quick else []), "--threads", str(threads), "--suite", suite]
    command += (["--cell", ",".join(cells)] if cells else []) + (["--hidden", ",".join(map(str, hidden))] if hidden else [])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RNN_")}
    if isa:
        environment["RNN_ISA"] = isa
    return Program(AVX2 if isa else OURS, OUR_SUITES.get(suite, suite), threads, command, environment)


class Peers:
    """The installed peers below one folder, as the peers' setup script lays it out."""

    torch_program = ["python3", "/bench/torch_bench.py"]
    translation_program = ["python3", "/bench/peers_seq2seq.py"]

    def __init__(self, folder):
        self.folder, self.root = folder, os.path.join(folder, "trixie")

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def limits(self):
        path = os.path.join(self.folder, "limits")
        return path if os.path.exists(path) else None

    def inside(self, *command, tuned=True):
        return ["chroot", self.root, "env", *(TUNING if tuned else []), *command]

    def torch(self, suite, threads, cell, hidden, tuned=True):
        command = [*self.torch_program, "--threads", str(threads), "--suite", suite, "--cells", cell, "--H",
                   ",".join(map(str, hidden)), "--budget", "0.2"]
        return Program(TORCH if tuned else PLAIN_TORCH, suite, threads, self.inside(*command, tuned=tuned))

    def translation(self, suite, threads, hidden):
        ways = [["--forced"]] if suite == "beam" else [[], ["--input-feeding"]]
        words = [*self.translation_program, "--threads", str(threads), "--suite", suite]
        return [Program(TORCH, suite, threads, self.inside(*words, "--hidden", str(h), *way)) for h in hidden for way in ways]

    def onednn(self, suite, threads, cell, hidden):
        command = [f"OMP_NUM_THREADS={threads}", "/bench/onednn_rnn", suite, cell, ",".join(map(str, hidden)), "f32"]
        return Program(ONEDNN, suite, threads, self.inside(*command))

    def ort(self, suite, threads, cell, hidden):
        command = ["/bench/ort_bench", "/bench/libonnxruntime-npm.so", "/bench/models", str(threads), cell, ",".join(map(str, hidden))]
        return Program(ORT, suite, threads, self.inside(*command))

    def programs(self, suite, threads, cell, hidden, ort_sizes):
        """Programs of one suite and cell; the sizes for ONNX Runtime, which measures stream and infer at once, go to ort_sizes."""
        if suite in TRANSLATION:
            return self.translation(suite, threads, hidden) if self.has("bench/peers_seq2seq.py") else []
        both = sorted({1, threads}) if suite == "stream" else [threads]
        found = []
        if self.has("bench/torch_bench.py"):
            found += [self.torch(suite, n, cell, hidden) for n in both]
        if self.has("bench/onednn_rnn") and suite in ("stream", "infer", "train"):
            found += [self.onednn(suite, n, cell, hidden) for n in both]
        if self.has("bench/ort_bench") and self.has("bench/libonnxruntime-npm.so") and suite in ("stream", "infer"):
            for n in both:
                ort_sizes.setdefault((n, cell), set()).update(hidden)
        return found


class InstalledTorch(Peers):
    """Without a folder of peers: the PyTorch of this system, timed by our own programs; nothing measures the barrier."""

    def __init__(self, python):
        super().__init__("")
        here = os.path.dirname(os.path.abspath(__file__))
        self.torch_program = [python, os.path.join(here, "peers_torch.py")]
        self.translation_program = [python, os.path.join(here, "peers_seq2seq.py")]

    def has(self, path):
        return path in ("bench/torch_bench.py", "bench/peers_seq2seq.py")

    def limits(self):
        return None

    def inside(self, *command, tuned=True):
        return ["env", *(TUNING if tuned else []), *command]


def python_with_torch():
    """Debian's PyTorch belongs to Debian's Python, which need not be the first one on the path."""
    for python in ("/usr/bin/python3", sys.executable):
        if os.path.exists(python) and subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return python
    return None


def plan_round(suites, peers, binary, threads, cells=None, hidden=None):
    """All programs of one round, ours and each peer in turn, suite by suite."""
    programs, ort_sizes, ours_done = [our_program(binary, "limits", threads, None, None)], {}, set()
    if peers.limits():
        programs.insert(0, Program(LIMITS, "limits", threads, [peers.limits(), str(threads)]))

    def add_ours(ours, cell, sizes, isa=None):
        if (ours, cell, isa) not in ours_done:
            ours_done.add((ours, cell, isa))
            programs.append(our_program(binary, ours, threads, [cell], sizes, isa))

    def sizes_of(suite):
        for cell, sizes in SIZES[suite].items():
            chosen = [h for h in sizes if not hidden or h in hidden]
            if chosen and (not cells or cell in cells):
                yield cell, chosen

    for suite in [s for s in suites if s in SIZES]:
        ours = {theirs: name for name, theirs in OUR_SUITES.items()}[suite]
        for cell, sizes in sizes_of(suite):
            add_ours(ours, cell, sizes)
            programs += peers.programs(suite, threads, cell, sizes, ort_sizes)
    programs += [peers.ort("stream,infer", n, cell, sorted(sizes)) for (n, cell), sizes in sorted(ort_sizes.items())]
    if "avx2" in suites:
        for suite, ours in (("infer", "sequence"), ("train", "train")):
            for cell, sizes in sizes_of(suite):
                add_ours(ours, cell, sizes)
                add_ours(ours, cell, sizes, "avx2")
    if "installed" in suites and peers.has("bench/torch_bench.py"):
        add_ours("lm", "lstm", [h for _, sizes in sizes_of("lm") for h in sizes])
        programs.append(peers.torch("lm", threads, "lstm", [64], tuned=False))
    return programs
