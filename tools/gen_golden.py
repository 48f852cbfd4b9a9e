#!/usr/bin/env python3
"""Why: the expected numbers of tests/golden come from PyTorch, and anyone can make them again: ./run golden [FOLDER].

Every number drawn is rounded to float32 first; PyTorch then computes in float64, so a golden value is the exact answer up to
its own rounding to float32. PyTorch's float32 run is made, too: how far it is from the float64 run stands in the metadata of
each file (float32_error) and tells what any float32 program can be asked for. What PyTorch lacks (GRU with reset before,
peepholes, minGRU, IndRNN, resets inside a sequence) is written out step by step below and differentiated by autograd; the same loop without
those options must agree with torch.nn first. One thread, Python's Mersenne twister seeded by the name of the case: the same
files every time.
"""
import json
import math
import os
import random
import struct
import sys

import torch

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
VOCABULARY, STREAMS, WINDOW, UPDATES, SEED = 20, 4, 7, 50, 1
REGULARISATION = dict(dropout=0.0, variational=False, state_dropout=0.0, zoneout=0.0, zoneout_cell=0.0, weight_drop=0.0)
GATES = {"rnn": 1, "lstm": 4, "gru": 3, "gru-reset-before": 3, "mingru": 2, "indrnn": 1}
OF_TORCH = ("rnn", "lstm", "gru")


# ------------------------------------------------------------------------------------------------------- files and numbers

def safetensors(tensors, metadata):
    """The bytes of a safetensors file: 8-byte length, JSON header, tensors one after another."""
    header, data = {"__metadata__": metadata}, b""
    for name, t in tensors.items():
        dtype, code = ("F16", "e") if t.dtype == torch.float16 else ("F32", "f")
        values = t.detach().contiguous().flatten().tolist()
        raw = struct.pack(f"<{len(values)}{code}", *values)
        header[name] = {"dtype": dtype, "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


class Draw:
    """Random float32 numbers that depend on the seed text alone, held in float64."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def uniform(self, *shape, scale=1.0):
        values = [self.random.uniform(-scale, scale) for _ in range(math.prod(shape))]
        return torch.tensor(values, dtype=torch.float32).reshape(shape).double()


class Golden:
    """The cases of one file: tensors under 'case/name', options as JSON in the metadata."""

    def __init__(self):
        self.tensors, self.cases = {}, []

    def add(self, name, options, tensors):
        self.cases.append({"name": name, **options})
        self.tensors.update({f"{name}/{key}": t.float() for key, t in tensors.items()})

    def write(self, folder, file):
        path = os.path.join(folder, file)
        with open(path, "wb") as out:
            out.write(safetensors(self.tensors, {"cases": json.dumps(self.cases), "torch": torch.__version__}))
        worst = {}
        for case in self.cases:
            for key, value in case.get("float32_error", {}).items():
                worst[key] = max(worst.get(key, 0), value)
        shown = ", ".join(f"{key} {value:.1e}" for key, value in worst.items())
        print(f"{file}: {len(self.cases)} cases, {os.path.getsize(path)} bytes; float32 PyTorch is off by {shown or '-'}")


def relative(actual, exact):
    """Largest difference, relative to the largest exact value of the tensor."""
    return ((actual.double() - exact).abs().max() / exact.abs().max().clamp_min(1e-30)).item()


def errors(actual, exact, groups):
    """float32 against float64 for the tensors whose names begin with a group's prefix."""
    return {group: max(relative(actual[k], exact[k]) for k in exact if k.startswith(prefix)) for group, prefix in groups}


# ---------------------------------------------------------------------------------------------------------- torch's layers

def module(cell, sizes, relu=False):
    if cell == "rnn":
        return torch.nn.RNN(nonlinearity="relu" if relu else "tanh", **sizes)
    return {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](**sizes)


def sizes_of(o):
    sizes = dict(input_size=o["input"], hidden_size=o["hidden"], num_layers=o["layers"], bidirectional=o["bidirectional"])
    return {**sizes, "proj_size": o["projection"]} if o["projection"] else sizes


def weight_shapes(o):
    """Names and shapes of PyTorch's parameters, peepholes added."""
    shapes, width = {}, o["projection"] or o["hidden"]
    rows, directions = GATES[o["cell"]] * o["hidden"], 2 if o["bidirectional"] else 1
    for layer in range(o["layers"]):
        below = o["input"] if layer == 0 else width * directions
        for suffix in ("", "_reverse")[:directions]:
            end = f"_l{layer}{suffix}"
            if o["cell"] in ("mingru", "indrnn"):  # no recurrent matrix, one bias
                shapes.update({"weight_ih" + end: (rows, below), "bias_ih" + end: (rows,)})
                if o["cell"] == "indrnn":
                    shapes["weight_hh" + end] = (width,)
                continue
            shapes.update({"weight_ih" + end: (rows, below), "weight_hh" + end: (rows, width), "bias_ih" + end: (rows,),
                           "bias_hh" + end: (rows,)})
            if o["projection"]:
                shapes["weight_hr" + end] = (width, o["hidden"])
            if o["peephole"]:
                shapes["weight_peephole" + end] = (3, o["hidden"])
    return shapes


def packed_run(o, weights, x, h0, c0):
    """torch.nn on a ragged batch: x [B, T, I] with zeros behind each end -> outputs [B, T, .], h_n, c_n."""
    net = module(o["cell"], sizes_of(o), o["relu"]).to(x.dtype)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, o["lengths"], batch_first=True, enforce_sorted=False)
    state = (h0, c0) if o["cell"] == "lstm" else h0
    net._flat_weights = [weights[name] for name in net._flat_weights_names]  # the very tensors, so that autograd sees them
    y, last = net(packed, state)
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
    return (y, *last) if o["cell"] == "lstm" else (y, last, torch.zeros(0))


# ----------------------------------------------------------------------------------------------- the equations, step by step

def cell_step(o, w, x, h, c):
    """One step of one unit vector: the equations of src/cells in torch operations. Returns h', c'."""
    a = w["weight_ih"] @ x + w["bias_ih"]
    if o["cell"] == "rnn":
        a = a + w["weight_hh"] @ h + w["bias_hh"]
        return (torch.relu(a) if o["relu"] else torch.tanh(a)), c
    if o["cell"] == "gru":
        xr, xz, xn = a.chunk(3)
        hr, hz, hn = (w["weight_hh"] @ h + w["bias_hh"]).chunk(3)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        return (1 - z) * torch.tanh(xn + r * hn) + z * h, c
    if o["cell"] == "gru-reset-before":
        xr, xz, xn = a.chunk(3)
        (wr, wz, wn), (br, bz, bn) = w["weight_hh"].chunk(3), w["bias_hh"].chunk(3)
        r, z = torch.sigmoid(xr + wr @ h + br), torch.sigmoid(xz + wz @ h + bz)
        return (1 - z) * torch.tanh(xn + wn @ (r * h) + bn) + z * h, c
    if o["cell"] == "mingru":  # Feng et al. 2024, section 3.1.3
        z, candidate = torch.sigmoid(a[:o["hidden"]]), a[o["hidden"]:]
        return (1 - z) * h + z * candidate, c
    if o["cell"] == "indrnn":  # Li et al. 2018
        a = a + w["weight_hh"] * h
        return (torch.relu(a) if o["relu"] else torch.tanh(a)), c
    i, f, g, out = (a + w["weight_hh"] @ h + w["bias_hh"]).chunk(4)
    p = w["weight_peephole"] if o["peephole"] else torch.zeros(3, o["hidden"], dtype=x.dtype)
    i, f, g = torch.sigmoid(i + p[0] * c), torch.sigmoid(f + p[1] * c), torch.tanh(g)
    c = f * c + i * g
    h = torch.sigmoid(out + p[2] * c) * torch.tanh(c)
    return (w["weight_hr"] @ h if o["projection"] else h), c


def stepped_run(o, weights, x, h0, c0):
    """The same as packed_run, each stream by itself and step after step; resets [B][T] start a stream from zero again."""
    directions = 2 if o["bidirectional"] else 1
    outputs, h_last, c_last = [], [[] for _ in h0], [[] for _ in h0]
    for b, length in enumerate(o["lengths"]):
        rows = [x[b, t] for t in range(length)]
        for layer in range(o["layers"]):
            sides = []
            for d in range(directions):
                end, k = f"_l{layer}" + ("_reverse" if d else ""), layer * directions + d
                w = {name[:-len(end)]: t for name, t in weights.items() if name.endswith(end)}
                h, c, seen = h0[k, b], c0[k, b] if o["cell"] == "lstm" else None, {}
                for t in reversed(range(length)) if d else range(length):
                    if o["resets"] and o["resets"][b][t]:
                        h, c = torch.zeros_like(h), None if c is None else torch.zeros_like(c)
                    h, c = cell_step(o, w, rows[t], h, c)
                    seen[t] = h
                sides.append(seen)
                h_last[k].append(h)
                c_last[k].append(c)
            rows = [torch.cat([side[t] for side in sides]) for t in range(length)]
        outputs.append(torch.stack(rows + [torch.zeros_like(rows[0])] * (x.shape[1] - length)))
    cs = torch.stack([torch.stack(c) for c in c_last]) if o["cell"] == "lstm" else torch.zeros(0)
    return torch.stack(outputs), torch.stack([torch.stack(h) for h in h_last]), cs


# ------------------------------------------------------------------------------------------------------------------- layers

def layer_case(o, run, given, dtype):
    """Forward, and the gradients of <y, ry> + <h_n, rh> + <c_n, rc> by everything that goes in."""
    leaves = {k: t.to(dtype).requires_grad_() for k, t in given.items() if not k.startswith("r")}
    weights = {k[2:]: t for k, t in leaves.items() if k.startswith("w/")}
    y, h, c = run(o, weights, leaves["x"], leaves["h0"], leaves.get("c0"))
    loss = (y * given["ry"].to(dtype)).sum() + (h * given["rh"].to(dtype)).sum()
    results = {"y": y, "y_h": h}
    if o["cell"] == "lstm":
        loss = loss + (c * given["rc"].to(dtype)).sum()
        results["y_c"] = c
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return {**{k: t.detach() for k, t in results.items()}, **{f"d/{k}": g for k, g in zip(leaves, gradients)}}


def add_layer(golden, name, run, cell, hidden, layers=1, bidirectional=False, relu=False, projection=0, peephole=False,
              lengths=(3, 6, 1, 6, 4), resets=None, inputs=5):
    o = dict(cell=cell, relu=relu, peephole=peephole, input=inputs, hidden=hidden, layers=layers, projection=projection,
             bidirectional=bidirectional, lengths=list(lengths), resets=resets)
    draw, streams, steps = Draw(name), len(lengths), max(lengths)
    sides, width = layers * (2 if bidirectional else 1), projection or hidden
    out = width * (2 if bidirectional else 1)
    mask = torch.tensor([[float(t < n) for t in range(steps)] for n in lengths]).double().unsqueeze(2)
    given = {"x": draw.uniform(streams, steps, inputs) * mask, "h0": draw.uniform(sides, streams, width)}
    if cell == "lstm":
        given["c0"] = draw.uniform(sides, streams, hidden)
    given.update({f"w/{k}": draw.uniform(*s, scale=1 / math.sqrt(hidden)) for k, s in weight_shapes(o).items()})
    given.update({"ry": draw.uniform(streams, steps, out) * mask, "rh": draw.uniform(sides, streams, width)})
    if cell == "lstm":
        given["rc"] = draw.uniform(sides, streams, hidden)
    exact, single = layer_case(o, run, given, torch.float64), layer_case(o, run, given, torch.float32)
    if run is stepped_run and cell in OF_TORCH and not peephole:
        # The loop without its extras must be torch.nn: so it is trusted with them.
        plain = {**o, "resets": None}
        ours, theirs = (layer_case(plain, way, given, torch.float64) for way in (stepped_run, packed_run))
        for key, value in theirs.items():
            assert relative(ours[key], value) < 1e-12, (name, key)
    o["float32_error"] = errors(single, exact, [("forward", "y"), ("gradient", "d/")])
    golden.add(name, o, {**given, **exact})


def layers_file(folder):
    golden = Golden()
    for name, (one, two), options in [("tanh", (9, 16), dict(cell="rnn")), ("relu", (24, 9), dict(cell="rnn", relu=True)),
                                      ("lstm", (17, 9), dict(cell="lstm")), ("gru", (11, 8), dict(cell="gru")),
                                      ("lstm_projection", (13, 10), dict(cell="lstm", projection=6))]:
        for layers, hidden in ((1, one), (2, two)):
            for bidirectional in (False, True):
                end = f"{layers}_layer{'s' if layers > 1 else ''}{'_bidirectional' if bidirectional else ''}"
                add_layer(golden, f"{name}_{end}", packed_run, hidden=hidden, layers=layers, bidirectional=bidirectional,
                          **options)
    golden.write(folder, "layers.safetensors")


def cells_file(folder):
    golden, two = Golden(), dict(layers=2, bidirectional=True)
    resets = [[1, 0, 1], [0, 0, 0, 1, 0, 0], [1], [0, 1, 1, 0, 0, 1], [0, 0, 0, 0]]
    reset_before, peephole = dict(cell="gru-reset-before", hidden=11), dict(cell="lstm", hidden=10, peephole=True)
    projected = dict(cell="lstm", hidden=12, projection=5, peephole=True)
    for name, options in {
            "gru_reset_before": reset_before, "gru_reset_before_2_layers_bidirectional": {**reset_before, **two},
            "peephole": peephole, "peephole_2_layers_bidirectional": {**peephole, **two}, "peephole_projection": projected,
            "gru_reset_before_17": dict(cell="gru-reset-before", hidden=17), "peephole_16": {**peephole, "hidden": 16},
            "resets_tanh": dict(cell="rnn", hidden=9, resets=resets),
            "resets_relu_2_layers": dict(cell="rnn", hidden=10, relu=True, layers=2, resets=resets),
            "resets_lstm_2_layers": dict(cell="lstm", hidden=9, layers=2, resets=resets),
            "resets_gru_2_layers": dict(cell="gru", hidden=9, layers=2, resets=resets),
            "resets_gru_reset_before": {**reset_before, "resets": resets},
            "resets_peephole_projection": {**projected, "resets": resets}}.items():
        add_layer(golden, name, stepped_run, **options)
    golden.write(folder, "cells.safetensors")


def input_cells_file(folder):
    """Cells without recurrent matrix."""
    golden, two = Golden(), dict(layers=2, bidirectional=True)
    resets = [[1, 0, 1], [0, 0, 0, 1, 0, 0], [1], [0, 1, 1, 0, 0, 1], [0, 0, 0, 0]]
    for name, cell in {"mingru": dict(cell="mingru"), "indrnn": dict(cell="indrnn", relu=True),
                       "indrnn_tanh": dict(cell="indrnn")}.items():
        for end, options in {"": dict(hidden=11), "_2_layers_bidirectional": dict(hidden=9, **two), "_16": dict(hidden=16),
                             "_resets_2_layers": dict(hidden=17, layers=2, resets=resets)}.items():
            add_layer(golden, name + end, stepped_run, **cell, **options)
    golden.write(folder, "input_cells.safetensors")


# ----------------------------------------------------------------------------------------------------------------- training

class LanguageModel(torch.nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, o["input"])
        self.rnn = module(o["cell"], sizes_of(o), o["relu"])
        self.output = torch.nn.Linear(o["projection"] or o["hidden"], VOCABULARY)
        if o["tied"]:
            self.output.weight = self.embedding.weight

    def forward(self, inputs, state, lengths):
        x = torch.nn.utils.rnn.pack_padded_sequence(self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False)
        y, state = self.rnn(x, state)
        return self.output(torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0]), state


# Random words as a function of what they are for (Philox 4x32-10, Salmon et al. 2011), as src/base/rng.h has them: the masks of a
# PyTorch run are those of ours, so that regularised updates can be compared number by number.
PURPOSES = {"dropout": 2, "state_dropout": 8, "zoneout": 9, "weight_drop": 10}
WHOLE_SEQUENCE = 0xFFFFFFFF


def philox(counter, key):
    c, k0, k1 = list(counter), key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def chosen(purpose, count, p, counter):
    """Which of `count` numbers are hit with chance p; counter(i) says what words 4 i to 4 i + 3 are for."""
    key = (SEED * 0x9E3779B97F4A7C15 + PURPOSES[purpose]) & 0xFFFFFFFFFFFFFFFF
    words = [w for i in range((count + 3) // 4) for w in philox(counter(i), key)]
    return torch.tensor([w < int(p * 2 ** 32) for w in words[:count]])


def unit_masks(purpose, update, streams, steps, site, width, p):
    """[B, T, width] of 0 and 1; steps None: one mask per sequence, [B, 1, width]."""
    def one(b, t):
        return chosen(purpose, width, p, lambda i: (i | site << 24, t, b, update))
    times = [WHOLE_SEQUENCE] if steps is None else range(steps)
    return torch.stack([torch.stack([one(b, t) for t in times]) for b in range(streams)])


class RegularisedModel(LanguageModel):
    """The same step by step, with dropout (per step or variational), state dropout, zoneout and weight drop as the papers write them."""

    def __init__(self, o):
        super().__init__(o)
        self.o, self.update = o, 0

    def drop(self, x, site):
        o = self.o
        if not o["dropout"]:
            return x
        steps = None if o["variational"] else x.shape[1]
        return x * ~unit_masks("dropout", self.update, x.shape[0], steps, site, x.shape[2], o["dropout"]) / (1 - o["dropout"])

    def forward(self, inputs, state, lengths):
        o, out, last = self.o, self.drop(self.embedding(inputs), 1), []
        streams, steps, hidden = inputs.shape[0], inputs.shape[1], o["hidden"]
        for layer in range(o["layers"]):
            w = {name: getattr(self.rnn, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
            if o["weight_drop"]:
                parameter = 2 + 4 * layer  # behind the embedding, in each layer the second
                hit = chosen("weight_drop", w["weight_hh"].numel(), o["weight_drop"], lambda i: (i, 0, parameter, self.update))
                w["weight_hh"] = w["weight_hh"] * ~hit.reshape(w["weight_hh"].shape) / (1 - o["weight_drop"])
            seen = torch.ones(streams, hidden, dtype=out.dtype)
            if o["state_dropout"]:
                hit = unit_masks("state_dropout", self.update, streams, None, 2 * layer, hidden, o["state_dropout"])[:, 0]
                seen = ~hit / (1 - o["state_dropout"])
            keep = [unit_masks("zoneout", self.update, streams, steps, 4 * layer + k, hidden, p).to(out.dtype) if p else None
                    for k, p in enumerate((o["zoneout"], o["zoneout_cell"]))]
            zeros = torch.zeros(streams, hidden, dtype=out.dtype)
            h, c = state[layer] if state else (zeros, zeros)
            x = self.drop(out, 16 + layer) if layer > 0 else out
            rows = []
            for t in range(steps):
                new = self.step(w, x[:, t], h * seen, h, c)
                h, c = (n if k is None else k[:, t] * old + (1 - k[:, t]) * n for n, k, old in zip(new, keep, (h, c)))
                rows.append(h)
            last.append((h, c))
            out = torch.stack(rows, 1)
        answer = self.output(self.drop(out, 2))
        self.update += 1
        return answer, last

    def step(self, w, x, seen, h, c):
        a, b = x @ w["weight_ih"].T + w["bias_ih"], seen @ w["weight_hh"].T + w["bias_hh"]
        if self.o["cell"] == "rnn":
            return torch.tanh(a + b), c
        if self.o["cell"] == "gru":
            (xr, xz, xn), (hr, hz, hn) = a.chunk(3, 1), b.chunk(3, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            return (1 - z) * torch.tanh(xn + r * hn) + z * h, c
        i, f, g, out = (a + b).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(out) * torch.tanh(c), c


def detached(state):
    return [tuple(s.detach() for s in pair) for pair in state]


def make_optimizer(o, parameters):
    if o["optimizer"] == "sgd" and not o["average"]:
        return torch.optim.SGD(parameters, o["lr"], momentum=o["momentum"], weight_decay=o["weight_decay"])
    if o["average"]:
        return torch.optim.ASGD(parameters, o["lr"], lambd=0.0, t0=0, weight_decay=o["weight_decay"])
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad}
    return kind[o["optimizer"]](parameters, o["lr"], weight_decay=o["weight_decay"], eps=o["epsilon"])


def text(draw, count):
    """Tokens that can be learned in part: three of four follow from the one before."""
    tokens = [0]
    for _ in range(count - 1):
        follows = draw.random.random() < 0.75
        tokens.append((7 * tokens[-1] + 3) % VOCABULARY if follows else draw.random.randrange(VOCABULARY))
    return tokens


def windows(tokens):
    """B contiguous streams, T steps at a time: inputs and targets [B, T]."""
    per_stream = len(tokens) // STREAMS
    streams = torch.tensor(tokens).reshape(STREAMS, per_stream)
    for at in range(0, per_stream - 1, WINDOW):
        yield streams[:, at:at + WINDOW], streams[:, at + 1:at + 1 + WINDOW], [WINDOW] * STREAMS


def sentences(tokens):
    """Ragged batches with a fresh state: sentence b of an update has 1 + (5 b + 3 update) mod 7 tokens of its window."""
    for update, (inputs, targets, _) in enumerate(windows(tokens)):
        lengths = [1 + (5 * b + 3 * update) % WINDOW for b in range(STREAMS)]
        yield inputs[:, :max(lengths)], targets[:, :max(lengths)], lengths


def train(o, initial, tokens, dtype):
    regularised = any(o[key] for key in REGULARISATION)
    model = (RegularisedModel if regularised else LanguageModel)(o).to(dtype)
    model.load_state_dict({k: t.to(dtype) for k, t in initial.items()}, strict=not o["tied"])
    optimizer, state, losses, norms = make_optimizer(o, model.parameters()), None, [], []
    for inputs, targets, lengths in (sentences if o["sentences"] else windows)(tokens):
        optimizer.zero_grad()
        logits, state = model(inputs, state, lengths)
        if regularised:
            state = detached(state)
        else:
            state = None if o["sentences"] else tuple(s.detach() for s in state) if o["cell"] == "lstm" else state.detach()
        mask = torch.tensor([[t < n for t in range(inputs.shape[1])] for n in lengths])
        loss = torch.nn.CrossEntropyLoss(label_smoothing=o["label_smoothing"])(logits[mask], targets[mask])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), o["clip"] or math.inf).item())
        if o["clip_value"]:
            torch.nn.utils.clip_grad_value_(model.parameters(), o["clip_value"])
        optimizer.step()
        losses.append(loss.item())
    final = {f"last/{k}": t.detach().clone() for k, t in model.named_parameters()}
    if o["average"]:
        final.update({f"mean/{k}": optimizer.state[t]["ax"].clone() for k, t in model.named_parameters()})
    return {"loss": torch.tensor(losses, dtype=torch.float64), "norm": torch.tensor(norms, dtype=torch.float64), **final}


TRAINING = dict(input=12, layers=1, relu=False, peephole=False, projection=0, bidirectional=False, tied=False,
                optimizer="sgd", average=False, epsilon=1e-8, lr=1.0, momentum=0.0, weight_decay=0.0, clip=0.25, clip_value=0.0, label_smoothing=0.0,
                sentences=False, vocabulary=VOCABULARY, streams=STREAMS, window=WINDOW, updates=UPDATES, **REGULARISATION)


def add_training(golden, name, options):
    o = {**TRAINING, **options}
    hidden, tied, out = o["hidden"], o["tied"], o["projection"] or o["hidden"]
    draw = Draw(name)
    initial = {"embedding.weight": draw.uniform(VOCABULARY, o["input"], scale=1 / math.sqrt(out) if tied else 1)}
    initial.update({f"rnn.{k}": draw.uniform(*s, scale=1 / math.sqrt(hidden)) for k, s in weight_shapes(o).items()})
    if not tied:
        initial["output.weight"] = draw.uniform(VOCABULARY, out, scale=1 / math.sqrt(out))
    initial["output.bias"] = draw.uniform(VOCABULARY, scale=1 / math.sqrt(out))
    tokens = text(draw, STREAMS * (UPDATES * WINDOW + 1))
    exact, single = (train(o, initial, tokens, dtype) for dtype in (torch.float64, torch.float32))
    assert len(exact["loss"]) == UPDATES
    o["float32_error"] = {k: ((single[k] - exact[k]).abs() / exact[k]).max().item() for k in ("loss", "norm")}
    o["float32_error"].update(errors(single, exact, [("weights", "last/")]))
    golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "tokens": torch.tensor(tokens), **exact})


def training_file(folder):
    golden = Golden()
    for name, options in {
            "sgd_tanh": dict(cell="rnn", hidden=13), "sgd_relu": dict(cell="rnn", hidden=10, relu=True),
            "sgd_lstm": dict(cell="lstm", hidden=19), "sgd_lstm_projection": dict(cell="lstm", hidden=20, projection=9),
            "sgd_gru": dict(cell="gru", hidden=17),
            "sgd_lstm_2_layers": dict(cell="lstm", hidden=10, layers=2, lr=2.0),
            "adam_lstm": dict(cell="lstm", hidden=16, optimizer="adam", lr=1e-3, clip=0.0),
            "adam_gru": dict(cell="gru", hidden=16, optimizer="adam", lr=1e-3),
            "adam_decay_gru": dict(cell="gru", hidden=9, optimizer="adam", lr=1e-3, weight_decay=0.01),
            "adamw_lstm": dict(cell="lstm", hidden=14, optimizer="adamw", lr=1e-3, weight_decay=0.01),
            "adamw_gru": dict(cell="gru", hidden=15, optimizer="adamw", lr=1e-3, weight_decay=0.01),
            "momentum_lstm": dict(cell="lstm", hidden=12, lr=0.1, momentum=0.9),
            "decay_gru": dict(cell="gru", hidden=12, weight_decay=0.01),
            "clip_value_lstm": dict(cell="lstm", hidden=12, clip=0.0, clip_value=0.01),
            "smoothing_lstm": dict(cell="lstm", hidden=11, label_smoothing=0.1),
            "tied_gru": dict(cell="gru", hidden=12, tied=True),
            "tied_lstm_projection": dict(cell="lstm", hidden=16, projection=12, tied=True),
            "sentences_lstm": dict(cell="lstm", hidden=12, sentences=True),
            "sentences_gru": dict(cell="gru", hidden=10, sentences=True),
            "rmsprop_lstm": dict(cell="lstm", hidden=12, optimizer="rmsprop", lr=1e-3, epsilon=1e-3),
            "adagrad_gru": dict(cell="gru", hidden=12, optimizer="adagrad", lr=1e-2),
            "asgd_lstm": dict(cell="lstm", hidden=13, average=True),
            "dropout_gru": dict(cell="gru", hidden=11, layers=2, dropout=0.3),
            "variational_lstm": dict(cell="lstm", hidden=13, layers=2, dropout=0.3, variational=True, state_dropout=0.25),
            "state_dropout_gru": dict(cell="gru", hidden=12, state_dropout=0.3),
            "state_dropout_tanh": dict(cell="rnn", hidden=14, state_dropout=0.2),
            "zoneout_lstm": dict(cell="lstm", hidden=12, layers=2, zoneout=0.1, zoneout_cell=0.4),
            "zoneout_gru": dict(cell="gru", hidden=11, zoneout=0.3),
            "zoneout_tanh": dict(cell="rnn", hidden=12, zoneout=0.3),
            "weight_drop_lstm": dict(cell="lstm", hidden=13, layers=2, weight_drop=0.5),
            "weight_drop_gru": dict(cell="gru", hidden=10, weight_drop=0.3),
            "all_lstm": dict(cell="lstm", hidden=12, layers=2, dropout=0.2, variational=True, state_dropout=0.2, zoneout=0.1,
                             zoneout_cell=0.1, weight_drop=0.2)}.items():
        add_training(golden, name, options)
    golden.write(folder, "training.safetensors")


# --------------------------------------------------------------------------------------------------------------- sequences

class SequenceModel(torch.nn.Module):
    """Numbers or symbols in; one answer from the last step of each sequence, or one per step (task tag)."""

    def __init__(self, o):
        super().__init__()
        if o["symbols"]:
            self.embedding = torch.nn.Embedding(o["symbols"], o["input"])
        self.rnn = module(o["cell"], sizes_of(o), o["relu"])
        self.output = torch.nn.Linear(o["hidden"], o["outputs"])
        self.task = o["task"]

    def forward(self, inputs, lengths):
        x = self.embedding(inputs) if hasattr(self, "embedding") else inputs
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(self.rnn(x)[0], batch_first=True)
        return self.output(y if self.task == "tag" else y[torch.arange(len(lengths)), torch.tensor(lengths) - 1])


def sequence_lengths(update):
    return [1 + (5 * b + 3 * update) % WINDOW for b in range(STREAMS)]


def train_sequences(o, initial, inputs, targets, dtype):
    model = SequenceModel(o).to(dtype)
    model.load_state_dict({k: t.to(dtype) for k, t in initial.items()})
    optimizer, losses, norms = torch.optim.SGD(model.parameters(), o["lr"]), [], []
    for update in range(UPDATES):
        lengths = sequence_lengths(update)
        x, y = inputs[update, :, :max(lengths)], targets[update]
        optimizer.zero_grad()
        answer = model(x if o["symbols"] else x.to(dtype), lengths)
        if o["task"] == "regress":
            loss = torch.nn.MSELoss()(answer, y.to(dtype))
        elif o["task"] == "classify":
            loss = torch.nn.CrossEntropyLoss()(answer, y)
        else:
            mask = torch.tensor([[t < n for t in range(x.shape[1])] for n in lengths])
            loss = torch.nn.CrossEntropyLoss()(answer[mask], y[:, :x.shape[1]][mask])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), o["clip"]).item())
        optimizer.step()
        losses.append(loss.item())
    final = {f"last/{k}": t.detach().clone() for k, t in model.named_parameters()}
    return {"loss": torch.tensor(losses, dtype=torch.float64), "norm": torch.tensor(norms, dtype=torch.float64), **final}


def sequences_file(folder):
    golden = Golden()
    for name, options in {"regress_gru": dict(task="regress", cell="gru", hidden=12, input=3, outputs=2),
                          "regress_tanh": dict(task="regress", cell="rnn", hidden=11, input=2, outputs=1),
                          "classify_lstm": dict(task="classify", cell="lstm", hidden=10, input=5, symbols=6, outputs=4),
                          "classify_gru_numbers": dict(task="classify", cell="gru", hidden=9, input=3, outputs=3, layers=2),
                          "tag_lstm": dict(task="tag", cell="lstm", hidden=10, input=5, symbols=6, outputs=5)}.items():
        o = {"layers": 1, "relu": False, "peephole": False, "projection": 0, "bidirectional": False, "symbols": 0, "lr": 0.5,
             "clip": 0.25, "streams": STREAMS, "window": WINDOW, "updates": UPDATES, **options}
        draw = Draw(name)
        initial = {"embedding.weight": draw.uniform(o["symbols"], o["input"])} if o["symbols"] else {}
        initial.update({f"rnn.{k}": draw.uniform(*s, scale=1 / math.sqrt(o["hidden"])) for k, s in weight_shapes(o).items()})
        initial["output.weight"] = draw.uniform(o["outputs"], o["hidden"], scale=1 / math.sqrt(o["hidden"]))
        initial["output.bias"] = draw.uniform(o["outputs"], scale=1 / math.sqrt(o["hidden"]))

        def ids(count, *shape):
            return torch.tensor([draw.random.randrange(count) for _ in range(math.prod(shape))]).reshape(shape)

        shape = (UPDATES, STREAMS, WINDOW)
        inputs = ids(o["symbols"], *shape) if o["symbols"] else draw.uniform(*shape, o["input"])
        if o["task"] == "regress":
            targets = draw.uniform(UPDATES, STREAMS, o["outputs"])
        else:
            targets = ids(o["outputs"], *(shape if o["task"] == "tag" else shape[:2]))
        exact, single = (train_sequences(o, initial, inputs, targets, dtype) for dtype in (torch.float64, torch.float32))
        o["float32_error"] = {k: ((single[k] - exact[k]).abs() / exact[k]).max().item() for k in ("loss", "norm")}
        o["float32_error"].update(errors(single, exact, [("weights", "last/")]))
        golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "inputs": inputs, "targets": targets, **exact})
    golden.write(folder, "sequences.safetensors")


# --------------------------------------------------------------------------------------------------------------------- loss

def cross_entropy(o, logits, targets, weights, dtype):
    x = logits.to(dtype).requires_grad_()
    row = torch.nn.CrossEntropyLoss(reduction="none", ignore_index=-1, label_smoothing=o["smoothing"])(x, targets)
    nll = torch.nn.CrossEntropyLoss(reduction="none", ignore_index=-1)(x, targets)
    w = weights.to(dtype)
    gradient, = torch.autograd.grad((w * row).sum(), x)
    return {"loss": (w * row).detach(), "nll": (w * nll).detach(), "gradient": gradient}


def loss_file(folder):
    golden = Golden()
    for classes in (2, 20, 33):
        for smoothing in (0.0, 0.1):
            for scale in (1, 30):
                name, rows = f"{classes}_classes_smoothing_{smoothing}_scale_{scale}", 9
                draw, o = Draw(name), dict(classes=classes, smoothing=smoothing)
                logits = draw.uniform(rows, classes, scale=scale)
                logits[1] = (logits[1] + 90).float().double()  # e^90 is no float
                targets = torch.tensor([draw.random.randrange(classes) for _ in range(rows)])
                weights = torch.tensor([1.0, 1.0, 0.0, 0.5, 2.0, 1.0, 0.0, 0.25, 1.0]).double()
                targets[2] = targets[6] = -1  # ignored: weight 0 and no class at all
                exact, single = (cross_entropy(o, logits, targets, weights, d) for d in (torch.float64, torch.float32))
                o["float32_error"] = errors(single, exact, [("loss", "loss"), ("gradient", "gradient")])
                golden.add(name, o, {"logits": logits, "targets": targets, "weights": weights, **exact})
    golden.write(folder, "loss.safetensors")


# -------------------------------------------------------------------------------------------------------- bare state dicts

def bare_files(folder):
    """State dicts as people save them, and what torch.nn makes of an input with them."""
    golden = Golden()
    for name, prefix, half, o in [("bare_lstm", "", False, dict(cell="lstm", hidden=10, layers=2, bidirectional=True)),
                                  ("bare_lstm_projection", "", False, dict(cell="lstm", hidden=12, projection=5)),
                                  ("bare_gru", "encoder.rnn.", False, dict(cell="gru", hidden=9, layers=2)),
                                  ("bare_gru_half", "", True, dict(cell="gru", hidden=8)),
                                  ("bare_tanh", "rnn.", False, dict(cell="rnn", hidden=9, layers=2))]:
        o = {"layers": 1, "bidirectional": False, "projection": 0, "relu": False, "peephole": False, "input": 6,
             "lengths": [5, 5], **o}
        draw = Draw(name)
        weights = {k: draw.uniform(*s, scale=1 / math.sqrt(o["hidden"])) for k, s in weight_shapes(o).items()}
        weights = {k: t.half() if half else t.float() for k, t in weights.items()}
        with open(os.path.join(folder, name + ".safetensors"), "wb") as out:
            out.write(safetensors({prefix + k: t for k, t in weights.items()}, {"format": "pt"}))
        x, sides = draw.uniform(2, 5, o["input"]), o["layers"] * (2 if o["bidirectional"] else 1)
        zeros = [torch.zeros(sides, 2, n, dtype=torch.float64) for n in (o["projection"] or o["hidden"], o["hidden"])]
        y, _, _ = packed_run(o, {k: t.double() for k, t in weights.items()}, x, *zeros)
        golden.add(name, o, {"x": x, "y": y.detach()})
    golden.write(folder, "bare.safetensors")


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(root, "tests", "golden")
    os.makedirs(folder, exist_ok=True)
    from golden_adaptive import adaptive_file  # these modules read this one
    from golden_layer_norm import layer_norm_file
    for write in (layers_file, cells_file, input_cells_file, training_file, sequences_file, loss_file, bare_files, layer_norm_file, adaptive_file):
        write(folder)
    import golden_audio
    import golden_awd  # they build on this module
    import golden_forecast
    import golden_forecasts
    import golden_seq2seq
    import golden_speech
    golden_awd.awd_file(folder)
    golden_forecast.forecast_file(folder)
    golden_forecasts.forecasts_file(folder)
    golden_audio.write(folder)
    golden_seq2seq.seq2seq_file(folder)
    golden_speech.speech_file(folder)


if __name__ == "__main__":
    main()
