#!/usr/bin/env python3
# Why: audio effects whose truth is known: a plucked string made by a program, and three effects computed sample by sample.
"""effects.py EFFECT FOLDER [--seed N] [--seconds TRAIN,VALID,TEST] [--rate HZ]: FOLDER/train-dry.wav, train-wet.wav, valid-..., test-....

EFFECT: lowpass (second order, 1 kHz), overdrive (high-pass, gain, asymmetric tanh, low-pass), compressor (ratio 4, attack 5 ms, release
300 ms). The strings follow Karplus and Strong 1983; the parts have notes and levels of their own: the test's notes lie between those that
teach, and some are louder or softer than any of them.
"""

import argparse
import array
import math
import pathlib
import random
import sys


def strings(seconds, rate, seed, notes, levels):
    """Plucked notes one after another, some together; full scale is 1."""
    r, n = random.Random(seed), int(seconds * rate)
    out = [0.0] * n
    at = 0
    while at < n:
        together = r.choice([1, 1, 1, 2, 3])
        length = int(rate * r.uniform(0.15, 1.2))
        for _ in range(together):
            hertz = 440 * 2 ** ((r.choice(notes) - 69) / 12)
            period = max(2, int(rate / hertz))
            line = [r.uniform(-1, 1) for _ in range(period)]
            bright, decay = r.uniform(0.3, 0.9), r.uniform(0.990, 0.999)
            smooth = 0.0  # how hard it is plucked
            for i in range(period):
                smooth += bright * (line[i] - smooth)
                line[i] = smooth
            mean = sum(line) / period
            peak = max(abs(x - mean) for x in line) or 1
            level, ring = r.uniform(*levels) / together, min(n, at + length + int(0.2 * rate))
            line = [(x - mean) / peak * level for x in line]
            for i in range(at, ring):
                k = (i - at) % period
                now = line[k]
                line[k] = decay * 0.5 * (now + line[(k + 1) % period])
                out[i] += now if i < at + length else now * (ring - i) / (0.2 * rate)
        at += length
    return [max(-0.99, min(0.99, x)) for x in out]


def one_pole(x, rate, hertz):
    a, y, out = 1 - math.exp(-2 * math.pi * hertz / rate), 0.0, []
    for s in x:
        y += a * (s - y)
        out.append(y)
    return out


def lowpass(x, rate):
    """Second order, 1 kHz, Q 0.9 (Audio EQ Cookbook)."""
    w, q = 2 * math.pi * 1000 / rate, 0.9
    alpha, c = math.sin(w) / (2 * q), math.cos(w)
    b0, b1, a0, a1, a2 = (1 - c) / 2, 1 - c, 1 + alpha, -2 * c, 1 - alpha
    x1 = x2 = y1 = y2 = 0.0
    out = []
    for s in x:
        y = (b0 * s + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2) / a0
        x1, x2, y1, y2 = s, x1, y, y1
        out.append(y)
    return out


def overdrive(x, rate):
    low = one_pole(x, rate, 150)
    bent = [0.5 * (math.tanh(8 * (s - l) + 0.25) - math.tanh(0.25)) for s, l in zip(x, low)]
    return one_pole(bent, rate, 5000)


def compressor(x, rate):
    """Feed-forward, on the logarithm of the level: threshold -30 dB, ratio 4, attack 5 ms, release 300 ms, 9 dB of gain."""
    attack, release = math.exp(-1 / (0.005 * rate)), math.exp(-1 / (0.3 * rate))
    reduction, out = 0.0, []
    for s in x:
        over = max(0.0, 20 * math.log10(abs(s) + 1e-6) + 30)
        wanted = over * (1 - 1 / 4)
        pole = attack if wanted > reduction else release
        reduction = pole * reduction + (1 - pole) * wanted
        out.append(s * 10 ** ((9 - reduction) / 20))
    return [max(-0.999, min(0.999, y)) for y in out]


EFFECTS = {"lowpass": lowpass, "overdrive": overdrive, "compressor": compressor}
# MIDI numbers: every other semitone teaches, those between are the test.
PARTS = {"train": (range(40, 77, 2), (0.08, 0.7)), "valid": (range(40, 77, 2), (0.08, 0.7)), "test": (range(41, 76, 2), (0.05, 0.8))}


def write(path, samples, rate):
    """32-bit numbers, so that no rounding is learnt."""
    data = array.array("f", samples)
    if sys.byteorder == "big":
        data.byteswap()
    payload = data.tobytes()
    head = b"RIFF" + (36 + len(payload)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + (3).to_bytes(2, "little") + (1).to_bytes(2, "little")
    head += rate.to_bytes(4, "little") + (4 * rate).to_bytes(4, "little") + (4).to_bytes(2, "little") + (32).to_bytes(2, "little")
    path.write_bytes(head + b"data" + len(payload).to_bytes(4, "little") + payload)


def make(effect, folder, seed=1, seconds=(120, 20, 40), rate=48000):
    folder.mkdir(parents=True, exist_ok=True)
    for i, (part, (notes, levels)) in enumerate(PARTS.items()):
        dry = strings(seconds[i], rate, 1000 * seed + i, list(notes), levels)
        write(folder / f"{part}-dry.wav", dry, rate)
        write(folder / f"{part}-wet.wav", EFFECTS[effect](dry, rate), rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("effect", choices=EFFECTS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", default="120,20,40")
    parser.add_argument("--rate", type=int, default=48000)
    a = parser.parse_args()
    make(a.effect, a.folder, a.seed, tuple(float(s) for s in a.seconds.split(",")), a.rate)


if __name__ == "__main__":
    main()
