#!/usr/bin/env python3
"""Why: filter banks, cepstra and their slopes as torchaudio computes them by Kaldi's definition, in double precision.

Writes tests/golden/audio_features.json: two made signals (whole numbers of 16 bits) and the frames of each case. Called by gen_golden.py; alone:
    /usr/bin/python3 tools/golden_audio.py [FOLDER]
torchaudio has no second slopes; they are a loop over Kaldi's definition (DeltaFeatures), which must agree with torchaudio's first ones.
"""
import json
import math
import os
import random
import sys

import torch
import torchaudio
from torchaudio.compliance import kaldi

COMMON = dict(dither=0.0, energy_floor=1.0)
# name, signal, our options, torchaudio's names for them
CASES = [
    ("wide", "speechlike", dict(kind="fbank", rate=16000, bins=80)),
    ("wide_all", "speechlike", dict(kind="fbank", rate=16000, bins=80, snip_edges=False)),
    ("narrow", "noise", dict(kind="fbank", rate=8000, bins=40)),
    ("narrow_all", "noise", dict(kind="fbank", rate=8000, bins=40, snip_edges=False)),
    ("energy", "speechlike", dict(kind="fbank", rate=16000, bins=30, energy=True, window="hamming", pre_emphasis=0.9, low_hz=64.0,
                                  high_hz=-400.0)),
    ("odd_rate", "noise", dict(kind="fbank", rate=11025, bins=32, snip_edges=False, window="hann", frame_ms=20.0)),
    ("mfcc", "speechlike", dict(kind="mfcc", rate=16000, bins=23, cepstra=13)),
    ("mfcc_slopes", "speechlike", dict(kind="mfcc", rate=16000, bins=30, cepstra=20, energy=True, snip_edges=False, lifter=0.0, deltas=1)),
    ("mfcc_second_slopes", "noise", dict(kind="mfcc", rate=8000, bins=23, cepstra=13, deltas=2)),
]
NAMES = {"rate": "sample_frequency", "bins": "num_mel_bins", "energy": "use_energy", "window": "window_type", "pre_emphasis":
         "preemphasis_coefficient", "low_hz": "low_freq", "high_hz": "high_freq", "frame_ms": "frame_length", "cepstra": "num_ceps",
         "lifter": "cepstral_lifter"}


def signals():
    draw = random.Random("audio")
    n = 2720
    pitch = [sum(math.sin(2 * math.pi * k * 120 * t / 16000 * (1 + t / 20000)) / k for k in range(1, 40)) for t in range(n)]
    loud = [0.5 - 0.5 * math.cos(2 * math.pi * t / 900) for t in range(n)]
    return {"speechlike": [round(4000 * p * e + 300 + draw.gauss(0, 20)) for p, e in zip(pitch, loud)],
            "noise": [round(draw.gauss(0, 1500)) for _ in range(1403)]}


def clamped(x, t):
    return x[min(max(t, 0), len(x) - 1)]


def slopes(x, order):
    """Kaldi's DeltaFeatures: the weights of a regression over two frames on either side, convolved `order` times."""
    weights = [1.0]
    for _ in range(order):
        now = [0.0] * (len(weights) + 4)
        for j in range(-2, 3):
            for k, w in enumerate(weights):
                now[k + j + 2] += j * w / 10
        weights = now
    half = len(weights) // 2
    return torch.stack([sum(w * clamped(x, t + k - half) for k, w in enumerate(weights)) for t in range(len(x))])


def frames(samples, options):
    arguments = {NAMES.get(key, key): value for key, value in options.items() if key not in ("kind", "deltas")}
    if arguments.get("window_type") == "hann":
        arguments["window_type"] = "hanning"
    wave = torch.tensor([samples], dtype=torch.float64)
    x = (kaldi.mfcc if options["kind"] == "mfcc" else kaldi.fbank)(wave, **COMMON, **arguments)
    parts = [x]
    for order in range(1, options.get("deltas", 0) + 1):
        parts.append(slopes(x, order))
    if len(parts) > 1:
        of_torchaudio = torchaudio.functional.compute_deltas(x.T.float()).T
        assert torch.allclose(parts[1].float(), of_torchaudio, atol=1e-4)
    return torch.cat(parts, 1)


def write(folder):
    made = signals()
    cases = [{"name": name, "signal": signal, "options": options,
              "frames": [[round(v, 5) for v in row] for row in frames(made[signal], options).tolist()]}
             for name, signal, options in CASES]
    with open(os.path.join(folder, "audio_features.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps({"signals": made, "cases": cases}, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden")
    write(sys.argv[1] if len(sys.argv) > 1 else here)
