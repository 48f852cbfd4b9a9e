#!/usr/bin/env python3
# Why: the same forecaster, recogniser and taggers in PyTorch, whole training steps, in turn with this program; a ratio for each.
"""peers_tasks.py --rnn PROGRAM --data FOLDER [--torch "chroot DIR env ... python3"] [--rounds 3] [--what segments,ctc,tagger,crf,effect]
peers_tasks.py --child segments|ctc|tagger|crf|effect [--threads 2]       (what --torch runs: prints one number)

segments  a segment GRU (Lin et al. 2023) on all variables of ETTh1: context 336, horizon 96, segments of 24, width 128, dropout .1, squared
          error, batches of 64 windows; Adam, clipping. Windows per second. Both decode all future segments as one batch.
ctc       a bidirectional GRU of 3 layers of 320 on AN4's training clips as lists of steps: 240 numbers a step, 28 classes, batches of 8 of
          similar length; CTC, Adam, clipping. PyTorch packs the batches (padded ones are timed, too; the faster counts). Steps per second.
tagger    a bidirectional LSTM of 128 units on the words of SNIPS, a softmax over the tags of each: batches of 16 of similar length, dropout .5,
          Adam, clipping. PyTorch packed or padded, the faster counts. Words per second.
crf       the same with a chain over the tags (Lample et al. 2016): in PyTorch one scripted loop over the steps of a batch.
effect    an LSTM of 16 units, one layer and two, sample by sample through 30 seconds at 48 kHz on one thread: the share of a core. PyTorch's
          nn.LSTM reads all samples in one call, which no player of sound can do.
Ours is `rnn train` as users run it, without validation in the time that it reports. Both on 2 threads, PyTorch as bench/peers_programs.py
tunes it; medians of the rounds. Nothing else may run.
"""

import argparse
import array
import collections
import json
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import wave

CONTEXT, HORIZON, SEGMENT, WIDTH, WINDOWS = 336, 96, 24, 128, 64
STEP, CLASSES, HIDDEN, LAYERS, CLIPS = 240, 28, 320, 3, 8
WORD, TAGGED = 128, 16            # units and numbers of a word; sentences of a batch
RATE, UNITS, SOUND = 48000, 16, 30  # of an effect: samples per second, units, seconds


# ------------------------------------------------------------------------------------------------------------------- PyTorch

def update(optimizer, parameters, loss, clip):
    import torch

    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, clip)
    optimizer.step()


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
        update(optimizer, list(model.parameters()), loss, 1.0)
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
        update(optimizer, parameters, loss, 5.0)
        return int(own.sum())

    return work


# TorchScript. -ln of the probability of the tags, summed over sentences; scores [T, B, K], tags and mask [T, B].
CHAIN = """
def chain_loss(scores, tags, mask, transition, begin, end):
    # type: (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor) -> Tensor
    said = scores.gather(2, tags.unsqueeze(2)).squeeze(2)
    right = begin[tags[0]] + said[0]
    alpha = begin + scores[0]
    for t in range(1, scores.size(0)):
        here = mask[t]
        right = right + (transition[tags[t - 1], tags[t]] + said[t]) * here
        after = torch.logsumexp(alpha.unsqueeze(2) + transition, 1) + scores[t]
        alpha = torch.where(here.unsqueeze(1) > 0, after, alpha)
    last = mask.sum(0).long() - 1
    right = right + end[tags.gather(0, last.unsqueeze(0)).squeeze(0)]
    return (torch.logsumexp(alpha + end, 1) - right).sum()
"""


def torch_tagger(about, packed, chained):
    import torch
    from torch import nn

    lengths, words, tags = about
    embedding, lstm, head = nn.Embedding(words, WORD), nn.LSTM(WORD, WORD, bidirectional=True), nn.Linear(2 * WORD, tags)
    drop = nn.Dropout(0.5)
    chain = [nn.Parameter(torch.zeros(*size)) for size in ((tags, tags), (tags,), (tags,))] if chained else []
    loss_of_chain = torch.jit.CompilationUnit(CHAIN).chain_loss if chained else None
    parameters = [*embedding.parameters(), *lstm.parameters(), *head.parameters(), *chain]
    optimizer = torch.optim.Adam(parameters, 2e-3, foreach=True)
    batches = []
    for i in range(0, len(lengths) - TAGGED + 1, TAGGED):
        own = torch.tensor(lengths[i:i + TAGGED])
        mask = (torch.arange(int(own[0]))[:, None] < own[None]).float()
        batches.append((torch.randint(0, words, mask.shape), own, torch.randint(0, tags, mask.shape), mask))
    order = random.Random(1)

    def work(_):
        ids, own, targets, mask = batches[order.randrange(len(batches))]
        x = drop(embedding(ids))
        out, _ = lstm(nn.utils.rnn.pack_padded_sequence(x, own) if packed else x)
        if packed:
            out, _ = nn.utils.rnn.pad_packed_sequence(out)
        scores = head(drop(out))
        if chained:
            loss = loss_of_chain(scores, targets, mask, *chain) / mask.sum()
        else:
            chosen = targets.masked_fill(mask == 0, -100)
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), chosen.flatten(), ignore_index=-100)
        update(optimizer, parameters, loss, 5.0)
        return int(own.sum())

    return work


def torch_effect(layers):
    """The share of a core."""
    import torch
    from torch import nn

    lstm, say = nn.LSTM(1, UNITS, layers).eval(), nn.Linear(UNITS, 1)
    x = torch.randn(SOUND * RATE, 1, 1)
    with torch.inference_mode():
        say(lstm(x[:RATE])[0])
        begin = time.perf_counter()
        say(lstm(x)[0])
    return (time.perf_counter() - begin) / SOUND


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
    about = json.loads(sys.stdin.read())
    if a.child == "ctc":
        print(max(speed(torch_ctc(about, packed), a.seconds) for packed in (True, False)))
    elif a.child == "effect":
        torch.set_num_threads(1)
        print(torch_effect(about))
    else:
        print(max(speed(torch_tagger(about, packed, a.child == "crf"), a.seconds) for packed in (True, False)))


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


def sentences(a):
    """Lengths of the training sentences of SNIPS, sorted as batches are; the words that are seen twice or more, and the tags."""
    folder = a.data / "classification/snips/train"
    words, tags = ([line.split() for line in (folder / name).read_text().splitlines()] for name in ("seq.in", "seq.out"))
    seen = collections.Counter(word.lower() for sentence in words for word in sentence)
    return [sorted(map(len, words), reverse=True), sum(n > 1 for n in seen.values()), len({tag for sentence in tags for tag in sentence})]


def our_tagger(a, folder, chained):
    data = [str(a.data / "classification/snips/train" / name) for name in ("seq.in", "seq.out")]
    words = [*data, "--task", "tag", "--features", "word", "--scheme", "bio", "--crf", "on" if chained else "off", "--cell", "lstm", "--hidden", str(WORD),
             "--embed", str(WORD), "--batch", str(TAGGED), "--epochs", "3", "--patience", "0", "--calibrate", "off", "--threads", "2"]
    return events(a.rnn, words, folder)["tokens_per_s"]


def made_effect(a, folder, layers):
    """A model of this size, hardly trained, and a sound for it."""
    noise = random.Random(1)
    for name in ("dry.wav", "wet.wav"):
        with wave.open(str(pathlib.Path(folder) / name), "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(RATE)
            file.writeframes(array.array("h", (noise.randrange(-9000, 9000) for _ in range(SOUND * RATE))).tobytes())
    words = ["dry.wav", "wet.wav", "--cell", "lstm", "--hidden", str(UNITS), "--layers", str(layers), "--max-updates", "2", "--epochs", "1", "--threads", "2"]
    events(a.rnn, words, folder)


def our_effect(a, folder, layers):
    made_effect(a, folder, layers)
    said = subprocess.run([a.rnn, "process", "run", "dry.wav", "-o", "out.wav", "--force"], cwd=folder, capture_output=True, text=True, check=True)
    return float(re.search(r"computed in ([0-9.]+)%", said.stdout + said.stderr).group(1)) / 100


def measure(what, a):
    """(title, unit, ours(folder), the name of the child, what it is told) of every line."""
    if what == "segments":
        return [(what, "windows/s", lambda folder: our_segments(a, folder), None)]
    if what == "ctc":
        return [(what, "steps/s", lambda folder: our_ctc(a, folder), clip_lengths(a))]
    if what in ("tagger", "crf"):
        return [(what, "words/s", lambda folder: our_tagger(a, folder, what == "crf"), sentences(a))]
    return [(f"effect, {layers} x {UNITS}", "of a core", lambda folder, layers=layers: our_effect(a, folder, layers), layers) for layers in (1, 2)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rnn"), parser.add_argument("--data", type=pathlib.Path), parser.add_argument("--torch", default=f"{sys.executable}")
    parser.add_argument("--rounds", type=int, default=3), parser.add_argument("--what", default="segments,ctc,tagger,crf,effect"), parser.add_argument("--child")
    parser.add_argument("--threads", type=int, default=2), parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--updates", type=int, default=600)
    a = parser.parse_args()
    if a.child:
        child(a)
        return
    a.rnn, a.data = str(pathlib.Path(a.rnn).resolve()), a.data.resolve()
    source = pathlib.Path(__file__).read_text()
    for what in a.what.split(","):
        for title, unit, own, about in measure(what, a):
            ours, theirs = [], []
            for _ in range(a.rounds):
                with tempfile.TemporaryDirectory() as folder:
                    ours.append(own(folder))
                words = [*a.torch.split(), "-c", source, "--child", what, "--seconds", str(a.seconds)]
                theirs.append(float(subprocess.run(words, input=json.dumps(about), capture_output=True, text=True, check=True).stdout))
            mine, peer = statistics.median(ours), statistics.median(theirs)
            shown, ratio = ((f"{x:.2%}" for x in (mine, peer)), peer / mine) if what == "effect" else ((f"{x:,.0f}" for x in (mine, peer)), mine / peer)
            mine_shown, peer_shown = shown
            print(f"{title}: rnn {mine_shown} {unit} (spread {100 * (max(ours) - min(ours)) / mine:.0f} %), PyTorch {peer_shown} {unit} "
                  f"(spread {100 * (max(theirs) - min(theirs)) / peer:.0f} %), ratio {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
