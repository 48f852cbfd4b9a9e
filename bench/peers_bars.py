# Why: what speed is asked for, as data: a regime, its cases, the peer or limit to compare with, the least ratio and the one aimed at.
"""Bars and what the measured figures make of them; see peers.py."""

import statistics
from collections import namedtuple

from peers_programs import AVX2, LIMITS, ONEDNN, ORT, OURS, TORCH
from peers_quiet import state

# Where RTNeural is not at hand: its time as a fraction of oneDNN's on one thread, measured where both were.
RTNEURAL = "RTNeural (estimated)"
RTNEURAL_OF_ONEDNN = {("lstm", 64): 0.56, ("lstm", 128): 0.83}

# against: "best" of the peers on all threads; "best of 1 and 2" threads, ours too; an engine; a kind of PyTorch's ragged suite;
# "peak" (share of the machine's multiply-adds); "uniform" (our cost per token against a uniform batch: at most); "avx512" (AVX2's
# share of its peak against AVX-512's share of its own).
Bar = namedtuple("Bar", "regime suite cell H B T kind against least aim")

STREAM_1 = "Streaming, one step, one thread, against RTNeural"
STREAM = "Streaming, one step, best of one and two threads, against the best peer"
SEQUENCE = "Sequence inference, batch 1, T=100, against the best peer"
BATCHED = "Batched inference, B=32, T=100, share of peak"
TRAIN = "Training step, B=20, T=35, all gradients, weight packing included, against the best peer"
TRAIN_GRU = "Training step, GRU, against oneDNN and against PyTorch"
RAGGED = "Ragged forward + backward, B=64, lengths uniform in 1..T, against PyTorch"
RAGGED_COST = "Ragged: our cost per real token, relative to our uniform batch of the same mean size (at most)"
LM = "Language models, whole training steps, against tuned PyTorch"
TRANSLATORS = "Translators, training steps and beam search over batches of 64 sentences, against tuned PyTorch"
ISA = "AVX2 forced: the share of its peak, relative to the share that AVX-512 reaches of its own"


def bars():
    rows = [Bar(STREAM_1, "stream", "lstm", h, 1, 1, "", RTNEURAL, least, aim) for h, least, aim in ((64, 1.5, 1.8), (128, 1.85, 2.0))]
    rows += [Bar(STREAM, "stream", "lstm", h, 1, 1, "", "best of 1 and 2", least, aim)
             for h, least, aim in ((64, 1.7, 2.3), (128, 2.3, 3.0), (256, 1.4, 1.6), (512, 1.15, 1.25))]
    rows += [Bar(STREAM, "stream", "gru", h, 1, 1, "", "best of 1 and 2", least, aim)
             for h, least, aim in ((64, 1.3, 2), (128, 1.3, 2), (256, 1.3, 2), (512, 1.1, 1.3))]
    rows += [Bar(SEQUENCE, "infer", "lstm", h, 1, 100, "", "best", least, aim)
             for h, least, aim in ((64, 2.2, 2.8), (128, 1.8, 2.2), (256, 1.5, 1.8))]
    rows += [Bar(BATCHED, "infer", cell, h, 32, 100, "", "peak", 0.75, 0.90) for cell in ("lstm", "gru") for h in (64, 128, 256, 512, 1024)]
    rows += [Bar(TRAIN, "train", "lstm", h, 20, 35, "", "best", least, aim)
             for h, least, aim in ((64, 1.7, 1.9), (128, 1.2, 1.35), (256, 0.95, 1.12), (512, 0.95, 1.12), (1024, 0.92, 1.06),
                                   (1500, 0.92, 1.06))]
    rows += [Bar(TRAIN_GRU, "train", "gru", h, 20, 35, "", ONEDNN, 1.8 if h == 64 else 0.94, 2.4 if h == 64 else 1.07)
             for h in (64, 128, 256, 512, 1024)]
    rows += [Bar(TRAIN_GRU, "train", "gru", h, 20, 35, "", TORCH, 1.6, 2.2) for h in (64, 128, 256, 512, 1024)]
    for h, t, packed, padded_lstm, padded_gru in (
            (128, 50, (3, 4.5), (1.7, 2.4), (4.4, 6.5)), (128, 200, (6, 9), (1.7, 2.4), (4.4, 6.5)),
            (128, 1000, (50, 80), (1.7, 2.4), (4.4, 6.5)), (512, 50, (2.0, 2.3), (1.6, 1.85), (2.3, 2.7)),
            (512, 200, (3.8, 4.5), (1.6, 1.85), (2.3, 2.7))):
        for cell, padded in (("lstm", padded_lstm), ("gru", padded_gru)):
            rows += [Bar(RAGGED, "ragged", cell, h, 64, t, "ragged", "packed", *packed),
                     Bar(RAGGED, "ragged", cell, h, 64, t, "ragged", "padded", *padded),
                     Bar(RAGGED_COST, "ragged", cell, h, 64, t, "ragged", "uniform", 1.25, 1.05)]
    rows += [Bar(LM, "lm", "lstm", h, b, t, kind, TORCH, least, aim)
             for kind, h, b, t, least, aim in (("word 2x200", 200, 20, 20, 1.35, 1.77), ("word 2x650", 650, 20, 35, 1.08, 1.32),
                                               ("word 2x1500", 1500, 20, 35, 0.93, 1.25), ("char 2x128", 128, 50, 50, 1.2, 1.5),
                                               ("char 2x512", 512, 50, 50, 1.05, 1.16), ("char 1x1024", 1024, 64, 100, 0.93, 1.06))]
    rows += [Bar(TRANSLATORS, suite, "lstm", 512, 64, 26, "lstm 2x512" + kind, TORCH, least, aim)
             for suite, kind, least, aim in (("pairs", "", 1.3, 1.6), ("pairs", ", input feeding", 2, 2.5), ("beam", ", beam 5", 3, 4))]
    rows += [Bar(ISA, suite, cell, h, b, t, "", "avx512", 0.8, 1.0) for suite, b, t in (("infer", 32, 100), ("train", 20, 35))
             for cell in ("lstm", "gru") for h in (64, 128, 256, 512, 1024)]
    return rows


def median(values):
    return statistics.median(values) if values else None


class Medians:
    """Medians over the runs in one state of the barrier (None: all runs), which does not concern one thread alone."""

    def __init__(self, runs, wanted, threads):
        self.threads, self.values, self.peaks, self.machine_peaks = threads, {}, {}, []
        for run in runs:
            if run["engine"] == LIMITS:  # a peak has nothing to do with the barrier
                self.machine_peaks += [run["limits"]["fma"][str(threads)]] if str(threads) in run["limits"]["fma"] else []
            elif "limits" in run:
                self.peaks.setdefault(run["engine"], []).append(run["limits"]["fma_gflops"]["all"])
            for f in run["figures"]:
                if wanted is None or f["threads"] == 1 or state(run["barrier"]) == wanted:
                    self.values.setdefault(self.key(f), []).append(f)

    @staticmethod
    def key(f):
        return tuple(f[name] for name in ("engine", "suite", "cell", "H", "B", "T", "kind", "threads"))

    def figures(self, engine, bar, threads=None, kind=None):
        kind = bar.kind if kind is None else kind
        return self.values.get((engine, bar.suite, bar.cell, bar.H, bar.B, bar.T, kind, threads or self.threads), [])

    def us(self, engine, bar, threads=None, kind=None):
        return median([f["us"] for f in self.figures(engine, bar, threads, kind)])

    def gflops(self, engine, bar):
        return median([f["gflops"] for f in self.figures(engine, bar)])

    def fastest(self, engine, bar):
        """Of one thread and of all threads."""
        times = [t for t in (self.us(engine, bar, 1), self.us(engine, bar)) if t is not None]
        return min(times) if times else None

    def rtneural(self, bar):
        fraction, us = RTNEURAL_OF_ONEDNN.get((bar.cell, bar.H)), self.us(ONEDNN, bar, 1)
        return fraction * us if fraction and us and bar.suite == "stream" else None

    def uniform_us_per_token(self, bar):
        """The cheaper of our two uniform batches with as many tokens: as many steps, or as many streams."""
        best = None
        tokens = median([f["tokens"] for f in self.figures(OURS, bar)])
        for key, figures in self.values.items():
            engine, suite, cell, h, b, t, kind, _ = key
            if (engine, suite, cell, h, kind) != (OURS, "ragged", bar.cell, bar.H, "uniform") or tokens is None:
                continue
            if (t == bar.T or b == bar.B) and abs(b * t - tokens) <= max(b, t):
                cost = median([f["us"] / f["tokens"] for f in figures])
                best = cost if best is None else min(best, cost)
        return best

    def spread(self, engine, bar, us):
        """Largest less smallest of the rounds whose median is `us`, as a share of it."""
        for threads in (1, self.threads):
            times = [f["us"] for f in self.figures(engine, bar, threads)]
            if len(times) > 1 and median(times) == us:
                return (max(times) - min(times)) / us
        return None


# One line of a table: our time, each peer's, what is compared and what came of it.
Row = namedtuple("Row", "bar ours peers value verdict spread")


def verdict(bar, value):
    if value is None:
        return "not measured"
    sign = -1 if bar.against == "uniform" else 1
    if sign * value >= sign * bar.aim:
        return "aim"
    return "yes" if sign * value >= sign * bar.least else "no"


def ratio(peer, ours):
    return peer / ours if peer and ours else None


def peers_of(bar, m):
    """Times of all peers that did the same work, by name, and our own time."""
    if bar.suite == "ragged":
        kinds = ("packed", "padded", "loop")
        return {f"{TORCH} {kind}": m.us(TORCH, bar, kind=kind) for kind in kinds}, m.us(OURS, bar)
    if bar.regime == STREAM_1:
        return {RTNEURAL: m.rtneural(bar), ONEDNN: m.us(ONEDNN, bar, 1)}, m.us(OURS, bar, 1)
    if bar.suite == "stream":
        peers = {engine: m.fastest(engine, bar) for engine in (TORCH, ONEDNN, ORT)}
        return {**peers, RTNEURAL: m.rtneural(bar)}, m.fastest(OURS, bar)
    return {engine: m.us(engine, bar) for engine in (TORCH, ONEDNN, ORT)}, m.us(OURS, bar)


def value_of(bar, m, peers, ours):
    if bar.against == "peak":
        return ratio(m.gflops(OURS, bar), median(m.machine_peaks) or median(m.peaks.get(OURS)))
    if bar.against == "avx512":
        shares = [ratio(m.gflops(engine, bar), median(m.peaks.get(engine))) for engine in (AVX2, OURS)]
        return ratio(*shares)
    if bar.against == "uniform":
        tokens = median([f["tokens"] for f in m.figures(OURS, bar)])
        cost = m.uniform_us_per_token(bar)
        return ours / tokens / cost if cost else None
    if bar.against in ("packed", "padded"):
        return ratio(peers[f"{TORCH} {bar.against}"], ours)
    if bar.against in ("best", "best of 1 and 2"):
        times = [t for t in peers.values() if t]
        return ratio(min(times), ours) if times else None
    return ratio(peers.get(bar.against), ours)


def row_of(bar, m):
    peers, ours = peers_of(bar, m)
    if bar.against == "avx512":
        peers, ours = {OURS: m.us(OURS, bar)}, m.us(AVX2, bar)
    elif bar.against == "uniform":
        cost, tokens = m.uniform_us_per_token(bar), median([f["tokens"] for f in m.figures(OURS, bar)])
        peers = {"uniform": cost * tokens if cost else None}
    value = value_of(bar, m, peers, ours)
    return Row(bar, ours, {name: t for name, t in peers.items() if t}, value, verdict(bar, value),
               m.spread(AVX2 if bar.against == "avx512" else OURS, bar, ours))
