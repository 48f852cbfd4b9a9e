#!/usr/bin/env python3
# Why: the PyTorch twin of a translation run: same pairs, network, optimizer, evaluation, so that two losses are comparable.
"""torch_seq2seq.py TRAIN_SOURCE TRAIN_TARGET VALID_SOURCE VALID_TARGET --vocabulary V --end ID [options]

Trains an encoder and a decoder with PyTorch (1.13 or later) and prints one JSON object per line: update, val_loss (nats per
target token, ends included, without label smoothing) and seconds for every evaluation, then a report with val_loss and
tokens_per_s (target tokens, ends included; evaluation is not timed). Options have the names and meanings of `rnn train`.

The four files hold a sentence per line as numbers, line i of a source and of a target belong together:
    cut -f1 train.tsv | rnn tokenizer encode runs/en-fr-001 --ids > train.source.ids
    cut -f2 train.tsv | rnn tokenizer encode runs/en-fr-001 --ids > train.target.ids
    rnn tokenizer encode runs/en-fr-001 $'\\n' --ids      # the number for --end
The batches are those of `rnn train` with the same --seed, in its order. Initial weights come from the same distributions as ours, not
from the same numbers, unless --init-from names a model; with --updates 0 that model is only evaluated. Masks of dropout are PyTorch's own.
Exit: 0 done, 2 an impossible option, 5 diverged.
"""

import argparse
import json
import math
import re
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

import length_order
from torch_lm import load_safetensors, make_optimizer, refuse

MODULES = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN, "rnn-relu": nn.RNN}
STEPS = {"lstm": torch.lstm_cell, "gru": torch.gru_cell, "rnn": torch.rnn_tanh_cell, "rnn-relu": torch.rnn_relu_cell}
MOST_SCORES = 1 << 23  # numbers of additive attention at once: as many steps together as fit


# ------------------------------------------------------------------------------------------------------------------- pairs

def read_sentences(path, vocabulary):
    with open(path, encoding="ascii") as file:
        sentences = [[int(word) for word in line.split()] for line in file]
    highest = max((i for sentence in sentences for i in sentence), default=0)
    if highest >= vocabulary:
        refuse(f"{path} has the id {highest}, which --vocabulary {vocabulary} does not know")
    return sentences


def read_pairs(source, target, o):
    """(source with its end, target with its end); pairs with an empty side are left out."""
    sources, targets = read_sentences(source, o.vocabulary), read_sentences(target, o.vocabulary)
    if len(sources) != len(targets):
        refuse(f"{source} has {len(sources)} lines, {target} has {len(targets)}")
    pairs = [((s[::-1] if o.reverse_source else s) + [o.end], t + [o.end]) for s, t in zip(sources, targets) if s and t]
    if not pairs:
        refuse(f"{source} and {target} have no pairs")
    return pairs


class Batch:
    """Pairs side by side: source [S, B], inputs [T, B], padded; real [T, B]: the steps before each end and the end; targets
    [real steps]."""

    def __init__(self, pairs, end):
        self.source = pad_sequence([torch.tensor(s) for s, _ in pairs], padding_value=end)
        self.lengths = torch.tensor([len(s) for s, _ in pairs])  # of the sources
        padded = pad_sequence([torch.tensor(t) for _, t in pairs], padding_value=end)
        self.inputs = torch.cat([torch.full((1, len(pairs)), end), padded[:-1]])
        self.real = torch.arange(padded.shape[0]).unsqueeze(1) < torch.tensor([len(t) for _, t in pairs])
        self.targets = padded[self.real]
        self.padding = torch.arange(self.source.shape[0]) >= self.lengths.unsqueeze(1)  # [B, S]


def lengths_of(pair):
    return len(pair[1]), len(pair[0])


def longest_first(pairs, size):
    pairs = sorted(pairs, key=lengths_of, reverse=True)
    return [pairs[i:i + size] for i in range(0, len(pairs), size)]


def shuffled(pairs, size, seed, epoch):
    """Lists of pairs of like lengths."""
    return [[pairs[i] for i in batch] for batch in length_order.batches([lengths_of(pair) for pair in pairs], size, seed, epoch)]


# ------------------------------------------------------------------------------------------------------------------- model

class Stack(nn.Module):
    """Layers with dropout between them; with residual the input of a layer behind the first is added to its output.
    States: of each layer h, of an LSTM c behind it, [B, H]."""

    def __init__(self, o, inputs, hidden, layers, bidirectional):
        super().__init__()
        extra = {"nonlinearity": "relu"} if o.cell == "rnn-relu" else {}
        self.layers = nn.ModuleList(MODULES[o.cell](o.hidden if k else inputs, hidden, bidirectional=bidirectional, **extra)
                                    for k in range(layers))
        self.dropout, self.residual, self.one_step = nn.Dropout(o.dropout), o.residual, STEPS[o.cell]

    def joined(self, k, x, y):
        return y + x if self.residual and k else y

    def read(self, x, lengths):
        """x [S, B, I] -> outputs [S, B, H], and the last state of each layer, both directions side by side."""
        finals = []
        for k, layer in enumerate(self.layers):
            x = self.dropout(x) if k else x
            y, last = layer(pack_padded_sequence(x, lengths, enforce_sorted=False))
            finals.append([torch.cat(list(s), 1) for s in (last if isinstance(last, tuple) else (last,))])
            x = self.joined(k, x, pad_packed_sequence(y)[0])
        return x, finals

    def write(self, x, states):
        """x [T, B, I] -> outputs [T, B, H], all steps at once"""
        for k, (layer, state) in enumerate(zip(self.layers, states)):
            x = self.dropout(x) if k else x
            first = tuple(s.unsqueeze(0).contiguous() for s in state)
            x = self.joined(k, x, layer(x, first if len(first) > 1 else first[0])[0])
        return x

    def step(self, x, states):
        """x [B, I] -> output [B, H], new states"""
        after = []
        for k, (layer, state) in enumerate(zip(self.layers, states)):
            x = self.dropout(x) if k else x
            new = self.one_step(x, state if len(state) > 1 else state[0], layer.weight_ih_l0, layer.weight_hh_l0,
                                layer.bias_ih_l0, layer.bias_hh_l0)
            after.append(list(new) if len(state) > 1 else [new])
            x = self.joined(k, x, after[-1][0])
        return x, after


class Attention(nn.Module):
    """Bahdanau, Cho and Bengio 2015 (additive); Luong, Pham and Manning 2015 (general, dot, what is made of the context)."""

    def __init__(self, kind, size, hidden):
        super().__init__()
        self.kind, self.size = kind, size
        if kind == "additive":
            self.query, self.key = nn.Linear(hidden, size, bias=False), nn.Linear(hidden, size)
            self.score = nn.Linear(size, 1, bias=False)
        if kind == "general":
            self.key = nn.Linear(hidden, hidden, bias=False)
        self.output = nn.Linear(2 * hidden, hidden, bias=False)

    def keys_of(self, memory):
        """memory [B, S, H] -> [B, S, .], once per sentence"""
        if self.kind in ("additive", "general"):
            return self.key(memory)
        return memory / math.sqrt(memory.shape[2]) if self.kind == "scaled-dot" else memory

    def forward(self, q, memory, keys, padding):
        """q [B, T, H], padding [B, S] -> h~ [B, T, H]"""
        if self.kind == "additive":
            steps = max(1, MOST_SCORES // keys.numel())
            if q.shape[1] > steps:
                return torch.cat([self(part, memory, keys, padding) for part in q.split(steps, 1)], 1)
            scores = self.score(torch.tanh(self.query(q).unsqueeze(2) + keys.unsqueeze(1))).squeeze(3)
        else:
            scores = q @ keys.transpose(1, 2)
        weights = scores.masked_fill(padding.unsqueeze(1), -math.inf).softmax(2)
        return torch.tanh(self.output(torch.cat([weights @ memory, q], 2)))


class Translator(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.o, self.rows = o, 2 if o.cell == "lstm" else 1  # of a layer's state
        hidden, inputs = o.hidden, o.embed + (o.hidden if o.input_feeding else 0)
        self.embedding = nn.Embedding(o.vocabulary, o.embed)  # N(0, 1)
        self.source_embedding = nn.Embedding(o.vocabulary, o.embed) if o.source_embedding else None
        self.encoder = Stack(o, o.embed, hidden // 2 if o.bidirectional else hidden, o.encoder_layers, o.bidirectional)
        self.decoder = Stack(o, inputs, hidden, o.layers, False)
        self.bridge = nn.Linear(hidden, o.layers * self.rows * hidden) if o.bridge == "dense" else None
        self.attention = Attention(o.attention, o.attention_size, hidden) if o.attention != "none" else None
        self.output, self.dropout = nn.Linear(hidden, o.vocabulary), nn.Dropout(o.dropout)
        if o.tied:
            self.output.weight = self.embedding.weight
            nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        if o.init.startswith("uniform:"):
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -float(o.init[8:]), float(o.init[8:]))

    def start(self, finals):
        """The decoder's first states from the encoder's last ones."""
        top = finals[-1][0]
        if self.o.bridge == "copy":
            return finals
        if self.o.bridge == "zero":
            return [[torch.zeros_like(top)] * self.rows] * self.o.layers
        parts = torch.tanh(self.bridge(top)).chunk(self.o.layers * self.rows, 1)  # layer 0 h, layer 0 c, layer 1 h, ...
        return [parts[i:i + self.rows] for i in range(0, len(parts), self.rows)]

    def forward(self, batch):
        """Logits of the real targets, [rows, V]."""
        source = self.source_embedding or self.embedding
        memory, finals = self.encoder.read(self.dropout(source(batch.source)), batch.lengths)
        memory, states = memory.transpose(0, 1).contiguous(), self.start(finals)
        keys = self.attention.keys_of(memory) if self.attention else None
        x = self.dropout(self.embedding(batch.inputs))  # [T, B, E]
        if self.o.input_feeding:
            fed, outputs = torch.zeros_like(memory[:, 0]), []
            for step in x:
                q, states = self.decoder.step(torch.cat([step, fed], 1), states)
                fed = self.attention(q.unsqueeze(1), memory, keys, batch.padding).squeeze(1) if self.attention else q
                outputs.append(fed)
            h = torch.stack(outputs)
        else:
            h = self.decoder.write(x, states)
            if self.attention:
                h = self.attention(h.transpose(0, 1), memory, keys, batch.padding).transpose(0, 1)
        return self.output(self.dropout(h[batch.real]))


def our_name(name):
    """encoder.layers.1.weight_ih_l0_reverse -> encoder.weight_ih_l1_reverse"""
    name = re.sub(r"layers\.(\d+)\.(\w+?)_l0", r"\2_l\1", name)
    return name.replace("source_embedding", "encoder.embedding")


def take_weights(model, path):
    weights, _ = load_safetensors(path)
    own = {our_name(name): parameter for name, parameter in model.named_parameters()}
    unlike = own.keys() ^ weights.keys() or {name for name in own if own[name].numel() != weights[name].numel()}
    if unlike:
        refuse(f"{path} is no such model: {', '.join(sorted(unlike))}")
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(weights[name].view_as(parameter))


# --------------------------------------------------------------------------------------------------------------- training

def evaluate(model, pairs, o):
    """Nats per target token."""
    model.eval()
    nats, count = 0.0, 0
    with torch.no_grad():
        for batch in (Batch(part, o.end) for part in longest_first(pairs, o.batch)):
            nats += F.cross_entropy(model(batch), batch.targets, reduction="sum").item()
            count += batch.targets.numel()
    model.train()
    return nats / count


def rate_at(update, o):
    """Linear warm-up in front; cosine: to 0 at the last update (Loshchilov and Hutter 2017)."""
    rate = o.lr
    if o.schedule == "cosine":
        share = (update - o.warmup) / max(1, o.updates - o.warmup)
        rate *= (1 + math.cos(math.pi * min(1, max(0, share)))) / 2
    return rate * min(1, (update + 1) / o.warmup) if o.warmup else rate


class Run:
    def __init__(self, model, train, valid, o):
        self.model, self.train, self.valid, self.o = model, train, valid, o
        options = {name.replace("_", "-"): value for name, value in vars(o).items()}
        self.optimizer = make_optimizer(options, model.parameters())
        self.updates, self.epochs, self.tokens, self.seconds = 0, 0, 0, 0.0
        self.last, self.best = {}, math.inf

    def look(self):
        if self.last.get("update") != self.updates:
            loss = evaluate(self.model, self.valid, self.o)
            self.last, self.best = {"update": self.updates, "val_loss": loss, "seconds": self.seconds}, min(self.best, loss)
            print(json.dumps(self.last), flush=True)

    def step(self, pairs):
        started = time.monotonic()
        batch = Batch(pairs, self.o.end)
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.updates, self.o)
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(batch), batch.targets, label_smoothing=self.o.label_smoothing)
        if not math.isfinite(loss.item()):
            print(f"error[twin/diverged]: the loss is {loss.item()} at update {self.updates}", file=sys.stderr)
            sys.exit(5)
        loss.backward()
        if self.o.clip > 0:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.o.clip)
        self.optimizer.step()
        self.updates += 1
        self.tokens += batch.targets.numel()
        self.seconds += time.monotonic() - started

    def over(self):
        return self.updates >= self.o.updates or 0 < self.o.max_seconds <= self.seconds

    def go(self):
        while not self.over():
            for pairs in shuffled(self.train, self.o.batch, self.o.seed, self.epochs):
                self.step(pairs)
                if self.o.eval_every > 0 and self.updates % self.o.eval_every == 0:
                    self.look()
                if self.over():
                    break
            else:
                self.epochs += 1
        self.look()

    def report(self):
        return {"updates": self.updates, "epochs": self.epochs, "val_loss": self.last["val_loss"],
                "best_val_loss": self.best, "seconds": self.seconds,
                "tokens_per_s": self.tokens / self.seconds if self.seconds else 0.0, "torch": torch.__version__,
                "threads": torch.get_num_threads(), "parameters": sum(p.numel() for p in self.model.parameters())}


# Options that take a number; embed, attention-size: 0 is --hidden, encoder-layers: 0 is --layers.
WHOLE = {"embed": 0, "hidden": 256, "layers": 1, "encoder-layers": 0, "attention-size": 0, "batch": 64, "updates": 1000,
         "eval-every": 0, "warmup": 0, "seed": 1, "threads": 2}
REAL = {"dropout": 0.0, "label-smoothing": 0.0, "lr": 2e-3, "clip": 1.0, "momentum": 0.0, "weight-decay": 0.0, "beta1": 0.9,
        "beta2": 0.999, "epsilon": 1e-8, "max-seconds": 0.0}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("train_source", "train_target", "valid_source", "valid_target"):
        parser.add_argument(name, metavar=name.upper())
    parser.add_argument("--vocabulary", type=int, required=True, help="ids of both languages together")
    parser.add_argument("--end", type=int, required=True, help="id of the end of a line")
    parser.add_argument("--cell", choices=MODULES, default="lstm")
    for name, value in WHOLE.items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"({value})")
    for name, value in REAL.items():
        parser.add_argument(f"--{name}", type=float, default=value, metavar="X", help=f"({value:g})")
    parser.add_argument("--attention", choices=("additive", "general", "dot", "scaled-dot", "none"), default="additive")
    parser.add_argument("--bridge", choices=("dense", "copy", "zero"), default="dense")
    parser.add_argument("--optimizer", choices=("sgd", "adam", "adamw"), default="adamw")
    parser.add_argument("--schedule", choices=("constant", "cosine"), default="constant")
    parser.add_argument("--init", default="pytorch", help="pytorch, or uniform:A")
    parser.add_argument("--no-bidirectional", dest="bidirectional", action="store_false")
    for name in ("input-feeding", "residual", "tied", "source-embedding", "reverse-source"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--init-from", metavar="MODEL", help="a model.safetensors of the same shape: the very same start")
    o = parser.parse_args()
    o.embed, o.attention_size = o.embed or o.hidden, o.attention_size or o.hidden
    o.encoder_layers = o.encoder_layers or o.layers
    if not 0 <= o.end < o.vocabulary:
        refuse(f"--end is {o.end}, it must be an id below --vocabulary {o.vocabulary}")
    if o.bidirectional and o.hidden % 2:
        refuse(f"--hidden is {o.hidden}, of which each direction of the encoder gets half")
    if o.tied and o.embed != o.hidden:
        refuse(f"--tied needs --embed {o.hidden}, as wide as --hidden")
    if o.bridge == "copy" and o.encoder_layers != o.layers:
        refuse("--bridge copy needs as many layers in the encoder as in the decoder")
    if o.init != "pytorch" and not o.init.startswith("uniform:"):
        refuse(f"init = {o.init} has no twin, only pytorch and uniform:A")
    return o


def main():
    o = arguments()
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(o.seed)
    model = Translator(o)
    if o.init_from:
        take_weights(model, o.init_from)
    run = Run(model, read_pairs(o.train_source, o.train_target, o), read_pairs(o.valid_source, o.valid_target, o), o)
    run.go()
    print(json.dumps(run.report()))


if __name__ == "__main__":
    main()
