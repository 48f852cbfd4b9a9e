"""Why: the training methods of AWD-LSTM and of fine-tuning as PyTorch does them, with the masks and window lengths of ours.

The losses are those of Merity, Keskar and Socher 2018 as they wrote them:
    cross_entropy + alpha * dropped_h.pow(2).mean() + beta * (h[1:] - h[:-1]).pow(2).mean()
the embedding is dropped as a masked matrix, layers learn by parameter groups, what is frozen has requires_grad = False.
Called by gen_golden.py.
"""
import math

import torch

import gen_golden as g

g.PURPOSES.update({"embedding_dropout": 11, "word_dropout": 12, "window_length": 13})
UPDATES = 20


class Words:
    """The sequence src/base/rng.h calls Random: words of Philox, one after the other."""

    def __init__(self, purpose, stream):
        self.key = (g.SEED * 0x9E3779B97F4A7C15 + g.PURPOSES[purpose]) & 0xFFFFFFFFFFFFFFFF
        self.purpose, self.stream, self.position = g.PURPOSES[purpose], stream, 0

    def word(self):
        at = self.position // 4
        four = g.philox((at & 0xFFFFFFFF, at >> 32, self.stream, self.purpose), self.key)
        self.position += 1
        return four[(self.position - 1) % 4]

    def uniform(self):
        high, low = self.word() >> 5, self.word() >> 6
        return (high * 67108864 + low) / 2 ** 53

    def normal(self):
        u, v = 1 - self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)


def random_lengths(bptt, steps):
    """Of the windows of the first epoch."""
    random, lengths = Words("window_length", 0), []
    while sum(lengths) < steps:
        mean = bptt if random.uniform() < 0.95 else bptt / 2
        lengths.append(min(max(5, int(mean + 5 * random.normal())), bptt + 20, steps - sum(lengths)))
    return lengths


class AwdModel(g.RegularisedModel):
    def forward(self, inputs, state, lengths):
        o, self.read = self.o, torch.ones(inputs.shape)
        if o["word_dropout"]:
            hit = torch.stack([torch.stack([g.chosen("word_dropout", 1, o["word_dropout"], lambda i: (i, t, b, self.update))[0]
                                            for t in range(inputs.shape[1])]) for b in range(inputs.shape[0])])
            inputs = torch.where(hit, torch.full_like(inputs, max(0, o["unknown"])), inputs)
            if o["unknown"] < 0:
                self.read = 1 - hit.to(torch.float64)
        self.inputs = inputs
        return super().forward(inputs, state, lengths)

    def drop(self, x, site):
        o = self.o
        share = {1: o["input_dropout"], 2: o["output_dropout"]}.get(site, o["dropout"])
        if site == 1:
            keep = torch.ones(g.VOCABULARY, 1, dtype=x.dtype)
            if o["embedding_dropout"]:
                hits = [g.chosen("embedding_dropout", 1, o["embedding_dropout"], lambda i: (word, 0, 0, self.update))
                        for word in range(g.VOCABULARY)]
                keep = ~torch.stack(hits) / (1 - o["embedding_dropout"])
            x = torch.nn.functional.embedding(self.inputs, keep.to(x.dtype) * self.embedding.weight)
            x = x * self.read.unsqueeze(2).to(x.dtype)
        y = x
        if share:
            steps = None if o["variational"] else x.shape[1]
            y = x * ~g.unit_masks("dropout", self.update, x.shape[0], steps, site, x.shape[2], share) / (1 - share)
        if site == 2:
            self.raw, self.dropped = x, y
        return y


def factor_of(o, name):
    """The learning rate's factor of a parameter, 0: frozen."""
    layer = name.split(".")[0] if "_l" not in name else f"rnn.{name[-1]}"
    layers = ["embedding"] + [f"rnn.{i}" for i in range(o["layers"])] + ["output"]
    factor = o["layer_lr_decay"] ** -(len(layers) - 1 - layers.index(layer))
    factor = {**{layer: factor}, **o["factors"]}[layer]
    return 0 if layer in o["frozen"] else factor


def batches(o, tokens):
    if o["sentences"]:
        yield from g.sentences(tokens)
        return
    per_stream = len(tokens) // g.STREAMS
    streams, at, steps = torch.tensor(tokens).reshape(g.STREAMS, per_stream), 0, per_stream - 1
    lengths = random_lengths(o["window"], steps) if o["bptt_random"] else [o["window"]] * math.ceil(steps / o["window"])
    for length in lengths:
        part = streams[:, at:at + length + 1]
        yield part[:, :-1], part[:, 1:], [part.shape[1] - 1] * g.STREAMS
        at += length


def penalised(o, model, loss, lengths):
    ends = torch.tensor(lengths).unsqueeze(1)
    raw, dropped = model.raw, model.dropped
    mask = torch.arange(raw.shape[1]).unsqueeze(0) < ends
    loss = loss + o["ar"] * dropped[mask].pow(2).mean()
    pairs = mask[:, 1:]
    return loss + o["tar"] * (raw[:, 1:] - raw[:, :-1])[pairs].pow(2).mean() if pairs.any() else loss


def train(o, initial, tokens, dtype):
    model = AwdModel(o).to(dtype)
    model.load_state_dict({k: t.to(dtype) for k, t in initial.items()}, strict=not o["tied"])
    groups, rates = [], []
    for name, parameter in model.named_parameters():
        factor = factor_of(o, name)
        parameter.requires_grad = factor > 0
        if factor > 0:
            groups.append({"params": [parameter], "lr": o["lr"] * factor})
            rates.append(o["lr"] * factor)
    optimizer = g.make_optimizer(o, groups)
    state, losses, norms, steps = None, [], [], []
    for inputs, targets, lengths in batches(o, tokens):
        share = inputs.shape[1] / o["window"] if o["bptt_random"] else 1
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * share
        optimizer.zero_grad()
        logits, state = model(inputs, state, lengths)
        state = None if o["sentences"] else g.detached(state)
        mask = torch.tensor([[t < n for t in range(inputs.shape[1])] for n in lengths])
        loss = torch.nn.CrossEntropyLoss()(logits[mask], targets[mask])
        losses.append(loss.item())
        penalised(o, model, loss, lengths).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), o["clip"]).item())
        optimizer.step()
        steps.append(inputs.shape[1])
    final = {f"last/{k}": t.detach().clone() for k, t in model.named_parameters()}
    numbers = {k: torch.tensor(v, dtype=torch.float64) for k, v in (("loss", losses), ("norm", norms), ("steps", steps))}
    return {**numbers, **final}


DEFAULTS = {**g.TRAINING, **dict(layers=2, window=12, updates=UPDATES, input_dropout=0.0, output_dropout=0.0,
                                 embedding_dropout=0.0, word_dropout=0.0, unknown=-1, ar=0.0, tar=0.0, bptt_random=False,
                                 layer_lr="", layer_lr_decay=1.0, freeze="")}
CASES = {
    "awd_lstm": dict(cell="lstm", hidden=12, tied=True, variational=True, weight_drop=0.3, embedding_dropout=0.2, dropout=0.2,
                     input_dropout=0.3, output_dropout=0.4, ar=2.0, tar=1.0, bptt_random=True),
    "words_gru": dict(cell="gru", hidden=11, embedding_dropout=0.2, word_dropout=0.3, unknown=3, ar=1.0, tar=2.0,
                      output_dropout=0.25),
    "words_tanh": dict(cell="rnn", hidden=10, word_dropout=0.4, embedding_dropout=0.1, bptt_random=True),
    "sentences_lstm": dict(cell="lstm", hidden=10, sentences=True, window=g.WINDOW, output_dropout=0.3, ar=2.0, tar=3.0),
    "layers_lstm": dict(cell="lstm", hidden=10, layer_lr="embedding=0.5,rnn.1=0.25", freeze="rnn.0", momentum=0.5,
                        weight_decay=0.01),
    "decay_gru": dict(cell="gru", hidden=9, layer_lr_decay=2.6, optimizer="adamw", lr=3e-3, weight_decay=0.01,
                      freeze="embedding")}


def awd_file(folder):
    golden = g.Golden()
    for name, options in CASES.items():
        o = {**DEFAULTS, **options}
        o["factors"] = dict((k, float(v)) for k, v in (item.split("=") for item in o["layer_lr"].split(",") if item))
        o["frozen"] = [item for item in o["freeze"].split(",") if item]
        draw, hidden = g.Draw("awd " + name), o["hidden"]
        initial = {"embedding.weight": draw.uniform(g.VOCABULARY, o["input"], scale=1 / math.sqrt(hidden) if o["tied"] else 1)}
        initial.update({f"rnn.{k}": draw.uniform(*s, scale=1 / math.sqrt(hidden)) for k, s in g.weight_shapes(o).items()})
        if not o["tied"]:
            initial["output.weight"] = draw.uniform(g.VOCABULARY, hidden, scale=1 / math.sqrt(hidden))
        initial["output.bias"] = draw.uniform(g.VOCABULARY, scale=1 / math.sqrt(hidden))
        tokens = g.text(draw, g.STREAMS * (UPDATES * o["window"] + 1))
        exact, single = (train(o, initial, tokens, dtype) for dtype in (torch.float64, torch.float32))
        o["updates"] = len(exact["loss"])
        o["float32_error"] = {k: ((single[k] - exact[k]).abs() / exact[k]).max().item() for k in ("loss", "norm")}
        o["float32_error"].update(g.errors(single, exact, [("weights", "last/")]))
        golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "tokens": torch.tensor(tokens), **exact})
    golden.write(folder, "awd.safetensors")
