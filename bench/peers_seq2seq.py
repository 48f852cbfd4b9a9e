#!/usr/bin/env python3
# Why: PyTorch as it is installed here, timed over translation: training and beam search, in lines as peers_torch.py prints.
"""peers_seq2seq.py [--threads 2] [--suite pairs,beam] [--input-feeding] [--forced] [--hidden 512] [--budget SECONDS]

This program is ours: PyTorch has no decoder with attention and no beam search, so both are written here as well as its
operators allow. Where there are several ways all are timed, each in a comment, and the fastest counts. Run it under the
settings that peers_programs.py calls TUNING, with nothing else running.

Network: one embedding of V ids for source and target; encoder and decoder LSTM of L layers, the encoder H/2 units per
direction; the decoder starts from tanh(W h + b), h the encoder's last outputs; additive attention over H units;
--input-feeding as Luong, Pham and Manning 2015. Weights are random, words even in 1..V-1; id 0 ends and begins a sentence.
Lengths are not drawn, so that other engines can take the same ones; they are words, the end is one token more.
  pairs  Pair i of 4096 has 5 + i % 21 source and 5 + floor(i / 21) % 21 target words: every two lengths from 5 to 25 meet.
         Sorted by target, then source length, longest first, and cut into 64 batches of 64, of which 4, 12, 20, ... 60 are
         trained on: forward, loss, backward, clip, SGD. Target tokens count.
  beam   Sentence i of 1000 has 5 + i % 21 words; longest first, batches of 64. A beam of 5, at most 1.5 times as many words
         as the source and 10 more. With random weights ends come at random: --forced lets no hypothesis end before it has as
         many words as its source, and there it must, so a sentence of m words takes m + 1 steps. Hypotheses that have ended
         stay in the beam; a sentence leaves the batch when its whole beam has ended.
The time is that of one batch of 64. GFLOP/s counts matrix products of real tokens, 2 per multiply-add, training three times
the forward pass.
"""

import argparse
import itertools
import math
import sys

from peers_timing import median_time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    sys.exit("PyTorch is not installed")

END, BATCH, PAIRS, LEAST, SPREAD = 0, 64, 4096, 5, 21
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
ATTENTION = {}  # way -> (queries [B, T, A], keys [B, S, A], v [A], behind [B, S]) -> weights [B, T, S]


# -------------------------------------------------------------------------------------------------------------------- data

class Sentences:
    """Ids [S, B] of sentences of so many words and an end each."""

    def __init__(self, words, vocabulary):
        self.lengths = torch.tensor(words) + 1
        self.tokens = int(self.lengths.sum())
        steps = torch.arange(int(self.lengths.max())).unsqueeze(1)
        self.real = steps < self.lengths  # [S, B]
        self.ids = torch.randint(1, vocabulary, self.real.shape)
        self.ids[steps >= self.lengths - 1] = END
        self.behind = torch.zeros(self.real.shape).masked_fill(~self.real, -math.inf).t().contiguous()  # [B, S]
        mirrored = torch.where(self.real, self.lengths - 1 - steps, steps)
        self.back = (mirrored * len(words) + torch.arange(len(words))).flatten()  # rows of the sentences read backwards


class Pairs:
    def __init__(self, lengths, vocabulary):
        lengths = sorted(lengths, reverse=True)  # by source: what is packed must be sorted
        self.source = Sentences([s for s, _ in lengths], vocabulary)
        target = Sentences([t for _, t in lengths], vocabulary)
        self.inputs = torch.cat([torch.full((1, len(lengths)), END), target.ids[:-1]])  # [T, B]
        self.real = target.real.t().contiguous()  # [B, T]
        self.targets, self.tokens = target.ids.t()[self.real], target.tokens
        self.meetings = int((self.source.lengths * target.lengths).sum())  # of a target token and a source token


def batches_of_pairs(vocabulary):
    lengths = [(LEAST + i % SPREAD, LEAST + i // SPREAD % SPREAD) for i in range(PAIRS)]
    lengths.sort(key=lambda pair: (pair[1], pair[0]), reverse=True)
    return [Pairs(lengths[BATCH * b:BATCH * (b + 1)], vocabulary) for b in range(4, PAIRS // BATCH, 8)]


def batches_of_sentences(count, vocabulary):
    words = sorted((LEAST + i % SPREAD for i in range(count)), reverse=True)
    return [Sentences(words[first:first + BATCH], vocabulary) for first in range(0, count, BATCH)]


# --------------------------------------------------------------------------------------------------------------- attention

def whole(queries, keys, v, behind):
    scores = torch.tanh(queries.unsqueeze(2) + keys.unsqueeze(1)) @ v
    return torch.softmax(scores + behind.unsqueeze(1), 2)


def by_steps(queries, keys, v, behind):
    """One step of all sentences at a time, which stays in the cache."""
    return torch.cat([whole(q, keys, v, behind) for q in queries.split(1, 1)], 1)


def one_loop(queries, keys, v, behind):
    """A form that a compiler makes one loop of."""
    scores = (torch.tanh(queries.unsqueeze(2) + keys.unsqueeze(1)) * v).sum(3)
    return torch.softmax(scores + behind.unsqueeze(1), 2)


def add_compiled():
    """torch.compile came with PyTorch 2.0 and needs a C++ compiler."""
    try:
        compiled = torch.compile(one_loop, dynamic=True)
        queries = torch.ones(2, 3, 4, requires_grad=True)
        compiled(queries, torch.ones(2, 5, 4), torch.ones(4), torch.zeros(2, 5)).sum().backward()
        ATTENTION["compiled"] = compiled
    except Exception as e:  # whatever is missing, the other ways remain
        print(f"# attention is not compiled: {type(e).__name__}", flush=True)


# ----------------------------------------------------------------------------------------------------------------- network

def turned(x, back):
    """x [S, B, N], each sentence backwards within its length"""
    return x.flatten(0, 1).index_select(0, back).view_as(x)


class Encoder(nn.Module):
    def __init__(self, o, way):
        super().__init__()
        self.way, self.rnn = way, nn.LSTM(o.hidden, o.hidden // 2, o.layers, bidirectional=True)

    def one_way(self, x, end):
        weights = [getattr(self.rnn, name + end) for name in NAMES]
        zeros = x.new_zeros(1, x.shape[1], self.rnn.hidden_size)
        return torch.lstm(x, (zeros, zeros), weights, True, 1, 0.0, self.training, False, False)[0]

    def forward(self, x, source):
        """x [S, B, E] -> outputs [B, S, H], the last ones of both directions [B, H]"""
        if self.way == "packed":
            y, (h, _) = self.rnn(nn.utils.rnn.pack_padded_sequence(x, source.lengths))
            y, last = nn.utils.rnn.pad_packed_sequence(y)[0], torch.cat([h[-2], h[-1]], 1)
        else:
            for layer in range(self.rnn.num_layers):
                forward = self.one_way(x, f"_l{layer}")
                backward = turned(self.one_way(turned(x, source.back), f"_l{layer}_reverse"), source.back)
                x = torch.cat([forward, backward], 2)
            y, last = x, torch.cat([forward[source.lengths - 1, torch.arange(x.shape[1])], backward[0]], 1)
        return y.transpose(0, 1).contiguous(), last


def lstm(gates, c):
    i, f, g, out = gates.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(out) * torch.tanh(c), c


def one_step(layer, way):
    """(x [B, I], h, c) -> h, c"""
    if way == "module":
        def step(x, h, c):
            y, (_, c) = layer(x.unsqueeze(0), (h.unsqueeze(0), c.unsqueeze(0)))
            return y[0], c[0]
        return step
    if way == "cell":
        weights = [getattr(layer, name + "_l0") for name in NAMES]
        return lambda x, h, c: torch.lstm_cell(x, (h, c), *weights)
    weight = torch.cat([layer.weight_ih_l0, layer.weight_hh_l0], 1).t()  # one product instead of two
    bias = layer.bias_ih_l0 + layer.bias_hh_l0
    return lambda x, h, c: lstm(torch.addmm(bias, torch.cat([x, h], 1), weight), c)


class Translator(nn.Module):
    def __init__(self, o, encoder, attention, step):
        super().__init__()
        self.fed, self.way = o.input_feeding, step
        self.weights = ATTENTION[attention]
        self.embedding, self.encoder = nn.Embedding(o.vocabulary, o.hidden), Encoder(o, encoder)
        self.decoder = nn.ModuleList(nn.LSTM((1 + (self.fed and k == 0)) * o.hidden, o.hidden) for k in range(o.layers))
        self.bridge = nn.Linear(o.hidden, 2 * o.layers * o.hidden)
        self.query, self.key = nn.Linear(o.hidden, o.hidden, bias=False), nn.Linear(o.hidden, o.hidden)
        self.score = nn.Parameter(torch.empty(o.hidden).uniform_(-1, 1) / math.sqrt(o.hidden))
        self.context, self.output = nn.Linear(2 * o.hidden, o.hidden, bias=False), nn.Linear(o.hidden, o.vocabulary)

    def begin(self, source):
        """Memory and keys [B, S, .]; h and c of layer 0, of layer 1, ..."""
        memory, last = self.encoder(self.embedding(source.ids), source)
        return memory, self.key(memory), list(torch.tanh(self.bridge(last)).chunk(2 * len(self.decoder), 1))

    def attend(self, q, memory, keys, behind):
        """q [B, T, H] -> h~ [B, T, H]"""
        weights = self.weights(self.query(q), keys, self.score, behind)
        return torch.tanh(self.context(torch.cat([weights @ memory, q], 2)))

    def forward(self, pairs):
        """The loss."""
        memory, keys, states = self.begin(pairs.source)
        x = self.embedding(pairs.inputs)  # [T, B, E]
        if self.fed:
            h = self.fed_outputs(x, memory, keys, states, pairs.source.behind)
        else:
            for k, layer in enumerate(self.decoder):
                x, _ = layer(x, tuple(s.unsqueeze(0).contiguous() for s in states[2 * k:2 * k + 2]))
            h = self.attend(x.transpose(0, 1).contiguous(), memory, keys, pairs.source.behind)
        return F.cross_entropy(self.output(h[pairs.real]), pairs.targets)

    def fed_outputs(self, x, memory, keys, states, behind):
        """Step by step, since each reads what the attention made of the one before: [B, T, H]."""
        bottom, width = self.decoder[0], x.shape[2]
        if self.way == "split":  # what the embedding adds to the gates of the first layer, of all steps in one product
            parts = F.linear(x, bottom.weight_ih_l0[:, :width], bottom.bias_ih_l0 + bottom.bias_hh_l0)
            weight = torch.cat([bottom.weight_ih_l0[:, width:], bottom.weight_hh_l0], 1).t()
        else:
            cell = one_step(bottom, "cell")
        upper = [one_step(layer, "cell" if self.way == "cell" else "joined") for layer in self.decoder[1:]]
        fed, outputs = torch.zeros_like(states[0]), []
        for t in range(x.shape[0]):
            if self.way == "split":
                states[:2] = lstm(torch.addmm(parts[t], torch.cat([fed, states[0]], 1), weight), states[1])
            else:
                states[:2] = cell(torch.cat([x[t], fed], 1), *states[:2])
            y = states[0]
            for k, step in enumerate(upper, 1):
                states[2 * k:2 * k + 2] = step(y, *states[2 * k:2 * k + 2])
                y = states[2 * k]
            fed = self.attend(y.unsqueeze(1), memory, keys, behind).squeeze(1)
            outputs.append(fed)
        return torch.stack(outputs, 1)

    def step(self, ids, h, steps, states, memory, keys, behind):
        """ids and the h~ before [B * beam] -> logits, h~; states change."""
        y = torch.cat([self.embedding(ids), h], 1) if self.fed else self.embedding(ids)
        for k, step in enumerate(steps):
            states[2 * k:2 * k + 2] = step(y, *states[2 * k:2 * k + 2])
            y = states[2 * k]
        h = self.attend(y.reshape(memory.shape[0], -1, y.shape[1]), memory, keys, behind).flatten(0, 1)
        return self.output(h), h


# ------------------------------------------------------------------------------------------------------------- beam search

class Beam:
    """The hypotheses of one batch of sentences, row b * beam + i; sentences leave when their whole beam has ended."""

    def __init__(self, source, beam, forced):
        count, words = len(source.lengths), source.lengths - 1
        self.beam, self.forced = beam, forced
        self.limits = words if forced else words + words // 2 + 10  # [B] words at most
        self.numbers = torch.arange(count)
        self.texts = torch.full((count * beam, int(self.limits.max()) + 1), END)
        self.scores = torch.full((count, beam), -math.inf)
        self.scores[:, 0] = 0  # all hypotheses are the same one
        self.ended, self.found = torch.zeros(count * beam, dtype=torch.bool), {}

    def grow(self, t, logits):
        """One word more (t are there): the rows that go on, and their words. logits [B * beam, V] change."""
        total = logits.logsumexp(1)
        ending = logits[:, END] - total
        if self.forced:
            logits[:, END] = -math.inf
        gains, ids = logits.topk(self.beam, 1)
        gains -= total.unsqueeze(1)
        closed = (self.limits == t).repeat_interleave(self.beam) | self.ended  # only the end can follow
        only = torch.full_like(gains, -math.inf)
        only[:, 0] = ending.masked_fill(self.ended, 0)  # behind the end it costs nothing
        gains = torch.where(closed.unsqueeze(1), only, gains)
        ids = ids.masked_fill(closed.unsqueeze(1), END)
        square = self.beam * self.beam
        self.scores, chosen = (self.scores.view(-1, 1) + gains).view(-1, square).topk(self.beam, 1)
        first = torch.arange(0, logits.shape[0], self.beam).unsqueeze(1)
        rows = (first + torch.div(chosen, self.beam, rounding_mode="floor")).flatten()
        ids = ids.view(-1, square).gather(1, chosen).flatten()
        self.texts = self.texts[rows]
        self.texts[:, t] = ids
        self.ended = self.ended[rows] | (ids == END)
        return rows, ids

    def leave(self):
        """Keeps the best text of sentences that are done. Those that go on, [B]; None: all of them."""
        done = self.ended.view(-1, self.beam).all(1)
        if not done.any():
            return None
        best = torch.arange(0, self.ended.shape[0], self.beam) + self.scores.argmax(1)
        for number, text in zip(self.numbers[done].tolist(), self.texts[best[done]].tolist()):
            self.found[number] = text[:text.index(END)]
        kept = ~done
        rows = kept.repeat_interleave(self.beam)
        self.limits, self.numbers, self.scores = self.limits[kept], self.numbers[kept], self.scores[kept]
        self.texts, self.ended = self.texts[rows], self.ended[rows]
        return kept


def translate(model, source, o):
    """Texts by the number of the sentence; rows that the decoder computed, and how often a row met a source token."""
    memory, keys, states = model.begin(source)
    search, behind, lengths = Beam(source, o.beam, o.forced), source.behind, source.lengths
    states = [s.repeat_interleave(o.beam, 0) for s in states]
    steps = [one_step(layer, model.way) for layer in model.decoder]
    h, ids = torch.zeros_like(states[0]), torch.full((states[0].shape[0],), END)
    decoded = meetings = t = 0
    while ids.numel():
        decoded, meetings = decoded + ids.numel(), meetings + o.beam * int(lengths.sum())
        logits, h = model.step(ids, h, steps, states, memory, keys, behind)
        rows, ids = search.grow(t, logits)
        kept, t = search.leave(), t + 1
        if kept is not None:
            memory, keys, behind, lengths = memory[kept], keys[kept], behind[kept], lengths[kept]
            going = kept.repeat_interleave(o.beam)
            rows, ids = rows[going], ids[going]
        h, states = h[rows] if model.fed else h, [s[rows] for s in states]
    return search.found, decoded, meetings


# -------------------------------------------------------------------------------------------------------------- measurement

def median_of_long(work, budget):
    return median_time(work, budget, least=3, most=math.inf, group=1)


def flops(o, source, target, meetings):
    """Of a forward pass over source tokens, target tokens (hypotheses) and their meetings."""
    H = o.hidden
    encoder = sum(4 * H * (H + H // 2) for _ in range(o.layers)) + H * H  # and the keys
    decoder = sum(4 * H * (2 + (o.input_feeding and k == 0)) * H for k in range(o.layers)) + 3 * H * H + H * o.vocabulary
    return 2.0 * (source * encoder + target * decoder + meetings * 2 * H)


def fastest(ways, measure):
    """measure(way) -> seconds. A way that needs a compiler may fail, any other one not."""
    times = {}
    for way in ways:
        try:
            times[",".join(way)] = seconds = measure(way)
            print(f"# {','.join(way)} {seconds * 1e3:.1f} ms", flush=True)
        except Exception as e:
            if "compiled" not in way:
                raise
            print(f"# {','.join(way)} failed: {type(e).__name__}", flush=True)
    best = min(times, key=times.get)
    return best, times[best]


def print_case(o, suite, seconds, operations, extra):
    print(f"torch-{torch.__version__} thr={o.threads} f32 {suite:6} lstm H={o.hidden:<4} L={o.layers} B={BATCH:<3} "
          f"T={LEAST + SPREAD:<3} {seconds * 1e6:12.2f} us {operations / seconds * 1e-9:8.2f} GFLOP/s {extra}", flush=True)


def pairs(o):
    torch.manual_seed(1)
    batches, losses = batches_of_pairs(o.vocabulary), []

    def measure(way):
        torch.manual_seed(2)
        model = Translator(o, *way).train()
        with torch.no_grad():
            losses.append(model(batches[0]).item())
        if abs(losses[-1] - losses[0]) > 1e-4 * losses[0]:
            sys.exit(f"{','.join(way)} computes another loss: {losses[-1]}, not {losses[0]}")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        def work():
            for batch in batches:
                optimizer.zero_grad(set_to_none=True)
                model(batch).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
        return median_of_long(work, o.budget)

    steps = ("cell", "split") if o.input_feeding else ("module",)
    forms = [name for name in ATTENTION if name != "steps" or not o.input_feeding]
    best, seconds = fastest(itertools.product(("packed", "padded"), forms, steps), measure)
    tokens, source, meetings = (sum(n) for n in zip(*((b.tokens, b.source.tokens, b.meetings) for b in batches)))
    operations = 3 * flops(o, source, tokens, meetings)
    print_case(o, "pairs", seconds / len(batches), operations / len(batches),
               f"additive{' fed' if o.input_feeding else ''} V={o.vocabulary} {tokens / seconds:.0f} tokens/s best={best}")


def beam(o):
    torch.manual_seed(1)
    batches, counted = batches_of_sentences(o.sentences, o.vocabulary), []

    def measure(way):
        torch.manual_seed(2)
        model = Translator(o, *way).eval()

        def work():
            counted.clear()
            for batch in batches:
                found, decoded, meetings = translate(model, batch, o)
                counted.append((batch.tokens, decoded, meetings))
                texts = [len(found[i]) for i in range(len(batch.lengths))]
                if o.forced and texts != (batch.lengths - 1).tolist():
                    sys.exit(f"{','.join(way)}: texts are not as long as their sources")
        with torch.inference_mode():
            return median_of_long(work, o.budget)

    forms = [name for name in ATTENTION if name != "steps"]
    best, seconds = fastest(itertools.product(("packed", "padded"), forms, ("module", "cell", "joined")), measure)
    operations, share = flops(o, *(sum(n) for n in zip(*counted))), BATCH / o.sentences
    print_case(o, "beam", seconds * share, operations * share,
               f"beam={o.beam}{' forced' if o.forced else ''}{' fed' if o.input_feeding else ''} V={o.vocabulary} "
               f"{o.sentences / seconds:.1f} sentences/s best={best}")


def main():
    suites = {"pairs": pairs, "beam": beam}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = {"threads": 2, "hidden": 512, "layers": 2, "vocabulary": 8000, "beam": 5, "sentences": 1000}
    for name, value in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"({value})")
    parser.add_argument("--suite", default=",".join(suites))
    parser.add_argument("--input-feeding", action="store_true", help="the decoder reads h~ of the step before, too")
    parser.add_argument("--forced", action="store_true", help="hypotheses end where they have as many words as the source")
    parser.add_argument("--budget", type=float, default=5, metavar="SECONDS", help="of each way, after one round (5)")
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)
    print(f"# torch-{torch.__version__} thr={o.threads}", flush=True)
    ATTENTION.update(whole=whole, steps=by_steps)
    add_compiled()
    for suite in o.suite.split(","):
        suites[suite](o)


if __name__ == "__main__":
    main()
