#!/usr/bin/env python3
# Why: the PyTorch twin of a recipe: same text, batches, model, optimizer and evaluation, so that two losses are comparable.
"""torch_lm.py REQUEST.json|- [--max-seconds S] [--max-updates N] [--init-from MODEL.safetensors]

Trains a character or byte language model with PyTorch (1.13 or later) as `rnn train` would in stream mode, and prints one
JSON object: updates, val_loss (nats per token), seconds, tokens_per_s, torch, and every evaluation on the way.
REQUEST holds {"config": options of the run as its start event gives them, "train": text, "valid": text} and perhaps
"epochs", "max-seconds" (600), "max-updates"; `./run results NAME --twin` writes it to build/results/NAME/twin-request.json.
It stops at the first of: its epochs, N updates, S seconds. Initial weights come from the same distributions, not from the
same numbers, unless --init-from names a model.
Exit: 0 done, 2 an option it has no twin of, 5 diverged.
"""

import argparse
import collections
import json
import math
import struct
import sys
import time

import torch
from torch import nn

# Options that must keep the value under which they do nothing; all options not named here are honoured or change no result.
NEUTRAL = {"min-count": 1, "max-vocabulary": 0, "peephole": False, "projection": 0, "chrono": 0, "forget-bias": "auto",
           "clip-value": 0, "warmup": 0}
DOCUMENT_MARK = "<|endoftext|>"
IGNORED = -100  # target of a padded step


def refuse(message):
    print(f"error[twin/option]: {message}", file=sys.stderr)
    sys.exit(2)


def flat_options(config):
    """{"model": {...}, "train": {...}} as one table; refuses what this program cannot repeat."""
    options = {name: value for section in config.values() for name, value in section.items()}
    for name, neutral in NEUTRAL.items():
        if options[name] != neutral:
            refuse(f"{name} = {options[name]} has no twin, only {neutral}")
    for name, possible in {"tokens": ("char", "byte"), "mode": ("stream",), "schedule": ("constant", "decay"),
                           "cell": ("lstm", "gru", "rnn", "rnn-relu"), "optimizer": ("sgd", "adam", "adamw")}.items():
        if options[name] not in possible:
            refuse(f"{name} = {options[name]} has no twin, only {', '.join(possible)}")
    if options["init"] != "pytorch" and not options["init"].startswith("uniform:"):
        refuse(f"init = {options['init']} has no twin, only pytorch and uniform:A")
    if options["lr"] == "auto":
        refuse("lr = auto has no twin: the recipe must give a number")
    return options


# ------------------------------------------------------------------------------------------------------------------- text

def clean(text):
    """As the program reads a file: no byte order mark, LF only, the last line ends."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if DOCUMENT_MARK in text:
        refuse(f"a text of several documents ({DOCUMENT_MARK}) has no twin")
    return text if text.endswith("\n") else text + "\n"


def char_vocabulary(text):
    """<unk>, then characters by falling count, ties by their bytes."""
    counts = collections.Counter(text)
    return ["<unk>"] + sorted(counts, key=lambda c: (-counts[c], c.encode()))


def encoder(tokens, vocabulary):
    if tokens == "byte":
        return lambda text: list(text.encode())
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    return lambda text: [ids.get(c, 0) for c in text]


def training_windows(tokens, streams, window):
    """B contiguous streams of N / B tokens, the rest dropped; windows of at most T steps: inputs and targets [t, B]."""
    length = len(tokens) // streams
    table = torch.tensor(tokens[: length * streams]).view(streams, length).t().contiguous()
    return [(table[first:min(first + window, length - 1)], table[first + 1:min(first + window, length - 1) + 1])
            for first in range(0, length - 1, window)]


def evaluation_windows(tokens, streams, window):
    """Every target once: streams differ by at most one step, the last step of the shorter ones is padded."""
    total = len(tokens) - 1
    count = min(streams, total)
    steps = [total // count + (1 if s < total % count else 0) for s in range(count)]
    inputs = torch.zeros(steps[0], count, dtype=torch.long)
    targets = torch.full((steps[0], count), IGNORED)
    begin = 0
    for s, length in enumerate(steps):
        inputs[:length, s] = torch.tensor(tokens[begin:begin + length])
        targets[:length, s] = torch.tensor(tokens[begin + 1:begin + length + 1])
        begin += length
    return [(inputs[t:t + window], targets[t:t + window]) for t in range(0, steps[0], window)]


# ------------------------------------------------------------------------------------------------------------------ model

class LanguageModel(nn.Module):
    def __init__(self, options, vocabulary_size):
        super().__init__()
        hidden, layers, p = options["hidden"], options["layers"], options["dropout"]
        embed = options["embed"] or hidden
        make = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN, "rnn-relu": nn.RNN}[options["cell"]]
        extra = {"nonlinearity": "relu"} if options["cell"] == "rnn-relu" else {}
        self.embedding = nn.Embedding(vocabulary_size, embed)  # N(0, 1)
        self.rnn = make(embed, hidden, layers, dropout=p if layers > 1 else 0, **extra)  # U(+-1 / sqrt(hidden))
        self.output = nn.Linear(hidden, vocabulary_size)  # U(+-1 / sqrt(hidden))
        self.dropout = nn.Dropout(p)
        if options["tied"]:
            self.output.weight = self.embedding.weight
        if options["init"].startswith("uniform:"):
            a = float(options["init"].split(":")[1])
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -a, a)

    def forward(self, inputs, state):
        h, state = self.rnn(self.dropout(self.embedding(inputs)), state)
        return self.output(self.dropout(h)), state


def load_safetensors(path):
    """Float tensors and string metadata of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {name: torch.frombuffer(data[slice(*info["data_offsets"])], dtype=torch.float32).view(info["shape"]).clone()
               for name, info in header.items() if info["dtype"] == "F32"}
    return tensors, metadata


def detach(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def cross_entropy(logits, targets, **how):
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, **how)


def evaluate(model, windows):
    """Nats per token, the state carried from window to window."""
    model.eval()
    nats, count, state = 0.0, 0, None
    with torch.no_grad():
        for inputs, targets in windows:
            logits, state = model(inputs, state)
            nats += cross_entropy(logits, targets, reduction="sum").item()
            count += int((targets != IGNORED).sum())
    model.train()
    return nats / count


def make_optimizer(options, parameters):
    lr, decay = options["lr"], options["weight-decay"]
    if options["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, lr=lr, momentum=options["momentum"], weight_decay=decay)
    make = torch.optim.Adam if options["optimizer"] == "adam" else torch.optim.AdamW
    return make(parameters, lr=lr, betas=(options["beta1"], options["beta2"]), eps=options["epsilon"], weight_decay=decay)


# --------------------------------------------------------------------------------------------------------------- training

class Run:
    """One training: what was measured on the way and when to stop."""

    def __init__(self, options, model, train, valid, max_seconds, max_updates):
        self.options, self.model, self.train, self.valid = options, model, train, valid
        self.max_seconds, self.max_updates = max_seconds, max_updates
        self.parameters = list(model.parameters())
        self.optimizer = make_optimizer(options, self.parameters)
        self.updates, self.tokens, self.evaluations = 0, 0, []
        self.started = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.started

    def look(self, epoch):
        if self.evaluations and self.evaluations[-1]["update"] == self.updates:
            return
        loss = evaluate(self.model, self.valid)
        self.evaluations.append({"update": self.updates, "epoch": epoch, "val_loss": loss, "seconds": self.seconds()})
        print(f"update {self.updates}  epoch {epoch:.2f}  val_loss {loss:.4f}  {self.tokens / self.seconds():.0f} tokens/s",
              file=sys.stderr, flush=True)

    def step(self, inputs, targets, state):
        logits, state = self.model(inputs, state)
        loss = cross_entropy(logits, targets, label_smoothing=self.options["label-smoothing"])
        if not math.isfinite(loss.item()):
            print(f"error[twin/diverged]: the loss is {loss.item()} at update {self.updates}", file=sys.stderr)
            sys.exit(5)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.options["clip"] > 0:
            nn.utils.clip_grad_norm_(self.parameters, self.options["clip"])
        self.optimizer.step()
        self.updates += 1
        self.tokens += targets.numel()
        return detach(state)

    def over(self):
        return (0 < self.max_updates <= self.updates) or (0 < self.max_seconds <= self.seconds())

    def go(self):
        o = self.options
        for epoch in range(o["epochs"]):
            if o["schedule"] == "decay":
                for group in self.optimizer.param_groups:
                    group["lr"] = o["lr"] * o["decay"] ** max(0, epoch + 1 - o["decay-from"])
            state = None
            for position, (inputs, targets) in enumerate(self.train, 1):
                state = self.step(inputs, targets, state)
                if (o["eval-every"] > 0 and self.updates % o["eval-every"] == 0) or self.over():
                    self.look(epoch + position / len(self.train))
                if self.over():
                    return
            if o["eval-every"] == 0:
                self.look(epoch + 1.0)
        self.look(float(o["epochs"]))

    def report(self):
        seconds, last = self.seconds(), self.evaluations[-1]
        return {"updates": self.updates, "epoch": last["epoch"], "val_loss": last["val_loss"], "seconds": seconds,
                "tokens_per_s": self.tokens / seconds, "torch": torch.__version__,
                "threads": torch.get_num_threads(), "parameters": sum(p.numel() for p in self.parameters),
                "evaluations": self.evaluations}


def main():
    parser = argparse.ArgumentParser(description="the PyTorch twin of a recipe")
    parser.add_argument("request", help="JSON file, or - for standard input")
    parser.add_argument("--max-seconds", type=float)
    parser.add_argument("--max-updates", type=int)
    parser.add_argument("--init-from", help="a model.safetensors of the same shape: the very same start")
    a = parser.parse_args()
    with (sys.stdin if a.request == "-" else open(a.request, encoding="utf-8")) as file:
        request = json.load(file)
    options = flat_options(request["config"])
    options["epochs"] = request.get("epochs", options["epochs"])
    torch.set_num_threads(options["threads"] or 2)
    torch.manual_seed(options["seed"])
    train_text, valid_text = clean(request["train"]), clean(request["valid"])
    weights, metadata = load_safetensors(a.init_from) if a.init_from else ({}, {})
    vocabulary = range(256)
    if options["tokens"] == "char":
        stored = json.loads(metadata["rnn.tokenizer"])["pieces"] if a.init_from else None
        vocabulary = stored or char_vocabulary(train_text)
    encode = encoder(options["tokens"], vocabulary)
    model = LanguageModel(options, len(vocabulary))
    if weights:
        model.load_state_dict(weights, strict=not options["tied"])
    run = Run(options, model, training_windows(encode(train_text), options["batch"], options["bptt"]),
              evaluation_windows(encode("\n" + valid_text), options["batch"], options["bptt"]),
              request.get("max-seconds", 600) if a.max_seconds is None else a.max_seconds,
              request.get("max-updates", 0) if a.max_updates is None else a.max_updates)
    run.go()
    print(json.dumps(run.report()))


if __name__ == "__main__":
    main()
