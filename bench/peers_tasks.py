#!/usr/bin/env python3
# Why: the same forecaster and the same recogniser in PyTorch, whole training steps, in turn with this program; a ratio for each.
"""peers_tasks.py --rnn PROGRAM --data FOLDER [--torch "chroot DIR env ... python3"] [--rounds 3] [--what segments,ctc]
peers_tasks.py --child segments|ctc [--lengths FILE] [--threads 2]        (what --torch runs: prints one number)

segments  a segment GRU (Lin et al. 2023) on all variables of ETTh1: context 336, horizon 96, segments of 24, width 128, dropout .1, squared
          error, batches of 64 windows; Adam, clipping. Windows per second. Both decode all future segments as one batch.
ctc       a bidirectional GRU of 3 layers of 320 on AN4's training clips as lists of steps: 240 numbers a step, 28 classes, batches of 8 of
          similar length; CTC, Adam, clipping. PyTorch packs the batches (padded ones are timed, too; the faster counts). Steps per second.
Ours is `rnn train` as users run it, without validation in the time that it reports. Both on 2 threads, PyTorch as bench/peers_programs.py
tunes it; medians of the rounds. Nothing else may run.
"""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

CONTEXT, HORIZON, SEGMENT, WIDTH, WINDOWS = 336, 96, 24, 128, 64
STEP, CLASSES, HIDDEN, LAYERS, CLIPS = 240, 28, 320, 3, 8


# ------------------------------------------------------------------------------------------------------------------- PyTorch

def torch_segments():
    import torch
    from torch import nn

    class Segments(nn.Module):
        def __init__(self):
            super().__init__()
            self.read, self.gru = nn.Linear(SEGMENT, WIDTH), nn.GRU(WIDTH, WIDTH)
            self.places = nn.Parameter(torch.randn(HORIZON // SEGMENT, WIDTH))
            self.drop, self.say = nn.Dropout(0.1), nn.Linear(WIDTH, SEGMENT)

        def forward(self, x):  # [windows, CONTEXT]
            n, m = x.shape[0], HORIZON // SEGMENT
            past = torch.relu(self.read(x.view(n, CONTEXT // SEGMENT, SEGMENT).transpose(0, 1)))
            _, h = self.gru(past)
            places = self.places.unsqueeze(0).expand(n, m, WIDTH).reshape(1, n * m, WIDTH)
            future, _ = self.gru(places, h.repeat_interleave(m, 1))
            return self.say(self.drop(future)).view(n, HORIZON)

    model = Segments()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=False, foreach=True)
    data = torch.randn(4096, CONTEXT + HORIZON)

    def work(_):
        rows = torch.randint(0, data.shape[0], (WINDOWS,))
        windows = data[rows]
        last = windows[:, CONTEXT - 1:CONTEXT]
        loss = (model(windows[:, :CONTEXT] - last) - (windows[:, CONTEXT:] - last)).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return WINDOWS

    return work


def torch_ctc(lengths, packed):
    import torch
    from torch import nn

    gru, head = nn.GRU(STEP, HIDDEN, LAYERS, bidirectional=True, dropout=0.3), nn.Linear(2 * HIDDEN, CLASSES)
    parameters = [*gru.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, 1e-3, foreach=True)
    batches = []
    for i in range(0, len(lengths) - CLIPS + 1, CLIPS):
        own = lengths[i:i + CLIPS]
        labels = [max(1, n // 8) for n in own]
        batches.append((torch.randn(max(own), CLIPS, STEP), torch.tensor(own), torch.randint(1, CLASSES, (sum(labels),)), torch.tensor(labels)))
    order = random.Random(1)

    def work(_):
        frames, own, targets, sizes = batches[order.randrange(len(batches))]
        read = nn.utils.rnn.pack_padded_sequence(frames, own, enforce_sorted=True) if packed else frames
        out, _ = gru(read)
        if packed:
            out, _ = nn.utils.rnn.pad_packed_sequence(out)
        loss = nn.functional.ctc_loss(head(out).log_softmax(2), targets, own, sizes)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        return int(own.sum())

    return work


def speed(work, seconds):
    """Units per second, after a quarter of the time to warm up."""
    for budget in (seconds / 4, seconds):
        done, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < budget:
            done += work(None)
        rate = done / (time.perf_counter() - begin)
    return rate


def child(a):
    import torch
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    if a.child == "segments":
        print(speed(torch_segments(), a.seconds))
        return
    lengths = json.loads(sys.stdin.read())
    print(max(speed(torch_ctc(lengths, packed), a.seconds) for packed in (True, False)))


# ---------------------------------------------------------------------------------------------------------------------- ours

def events(program, words, folder):
    subprocess.run([program, "train", *words, "--quiet", "-o", "run", "--force"], cwd=folder, check=True, capture_output=True)
    lines = (pathlib.Path(folder) / "run" / "metrics.jsonl").read_text().splitlines()
    return next(e for e in map(json.loads, reversed(lines)) if e["type"] == "result")


def our_segments(a, folder):
    words = [str(a.data / "timeseries/ett/ETTh1.csv"), "--horizon", str(HORIZON), "--context", str(CONTEXT), "--segment", str(SEGMENT), "--hidden", str(WIDTH),
             "--head", "squared", "--linear", "off", "--transform", "none", "--batch", str(WINDOWS), "--max-updates", str(a.updates), "--epochs", "1", "--threads", "2"]
    result = events(a.rnn, words, folder)
    return WINDOWS * result["step"] / result["elapsed_s"]


def samples_of(flac):
    """The number of samples that the STREAMINFO block of a FLAC file declares (36 bits, from byte 21 on)."""
    head = flac.read_bytes()[:26]
    assert head[:4] == b"fLaC", flac
    return int.from_bytes(head[21:26], "big") & (1 << 36) - 1


def clip_lengths(a):
    """Steps of the training clips, sorted as batches are."""
    folder = a.data / "speech/an4-train"
    names = next(folder.glob("*.fileids")).read_text().split()
    frames = [(samples_of(folder / f"{name}.flac") - 400) // 160 + 1 for name in names]
    return sorted(((n + 2) // 3 for n in frames), reverse=True)


def our_ctc(a, folder):
    words = [str(a.data / "speech/an4-train"), "--task", "transcribe", "--cell", "gru", "--batch", str(CLIPS), "--epochs", "2", "--speeds", "1", "--volume", "0",
             "--no-spec-augment", "--max-updates", "200", "--threads", "2"]
    return events(a.rnn, words, folder)["tokens_per_s"]  # of a recogniser: steps of the network


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rnn"), parser.add_argument("--data", type=pathlib.Path), parser.add_argument("--torch", default=f"{sys.executable}")
    parser.add_argument("--rounds", type=int, default=3), parser.add_argument("--what", default="segments,ctc"), parser.add_argument("--child")
    parser.add_argument("--threads", type=int, default=2), parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--updates", type=int, default=600)
    a = parser.parse_args()
    if a.child:
        child(a)
        return
    a.rnn, a.data = str(pathlib.Path(a.rnn).resolve()), a.data.resolve()
    source = pathlib.Path(__file__).read_text()
    lengths = clip_lengths(a) if "ctc" in a.what else []
    for what in a.what.split(","):
        ours, theirs = [], []
        for _ in range(a.rounds):
            with tempfile.TemporaryDirectory() as folder:
                ours.append(our_segments(a, folder) if what == "segments" else our_ctc(a, folder))
            words = [*a.torch.split(), "-c", source, "--child", what, "--seconds", str(a.seconds)]
            theirs.append(float(subprocess.run(words, input=json.dumps(lengths), capture_output=True, text=True, check=True).stdout))
        unit = "windows" if what == "segments" else "steps"
        mine, peer = statistics.median(ours), statistics.median(theirs)
        print(f"{what}: rnn {mine:,.0f} {unit}/s (spread {100 * (max(ours) - min(ours)) / mine:.0f} %), PyTorch {peer:,.0f} {unit}/s "
              f"(spread {100 * (max(theirs) - min(theirs)) / peer:.0f} %), ratio {mine / peer:.2f}", flush=True)


if __name__ == "__main__":
    main()
