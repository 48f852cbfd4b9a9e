"""Why: encoder, bridge, decoder and attention are PyTorch's: gradients and attention weights, losses and weights of updates.

The encoder runs in torch.nn on packed sequences, the decoder step by step in the cells of torch.nn on padded ones whose
steps behind the end count nothing. Attention as Bahdanau, Cho and Bengio 2015 and Luong, Pham and Manning 2015 write it.

What seq2seq.safetensors says of a case: cell, input, hidden and layers are the decoder's (input without what is fed);
encoder_layers and encoder_bidirectional the encoder's, whose outputs are hidden wide, too; source_embedding: the source has
an embedding of its own. `source` and `target` hold the ids of all pairs one after the other, each sentence with its end
(id 0, which begins the decoder's inputs as well); `source_lengths` and `target_lengths` [batches * streams] count the end.
Update u reads batch u % batches. `loss` and `norm` (before clipping) are each update's own, first/ and last/ the weights.
Of batch 0 before the first update: gradient/NAME, of the mean loss and not clipped; attention_weights [target, source] of
its first pair. Called by gen_golden.py.
"""
import math

import torch
from torch.nn import functional as F

import gen_golden as g

VOCABULARY, EMBED, HIDDEN, ATTENTION, END = 13, 6, 8, 5, 0
BATCHES, PAIRS = 4, 5


# ------------------------------------------------------------------------------------------------------------- the network

def encoder_options(o):
    both = o["encoder_bidirectional"]
    return {**o, "layers": o["encoder_layers"], "bidirectional": both, "hidden": o["hidden"] // 2 if both else o["hidden"]}


def parameters(o):
    """Names and shapes, as a model file has them."""
    V, E, H, A = o["vocabulary"], o["input"], o["hidden"], o["attention_size"]
    decoder = {**o, "input": E + H if o["input_feeding"] else E}
    shapes = {"embedding.weight": (V, E)}
    if o["source_embedding"]:
        shapes["encoder.embedding.weight"] = (V, E)
    shapes.update({f"encoder.{k}": s for k, s in g.weight_shapes(encoder_options(o)).items()})
    shapes.update({f"decoder.{k}": s for k, s in g.weight_shapes(decoder).items()})
    if o["bridge"] == "dense":
        width = o["layers"] * H * (2 if o["cell"] == "lstm" else 1)
        shapes.update({"bridge.weight": (width, H), "bridge.bias": (width,)})
    if o["attention"] == "additive":
        shapes.update({"attention.query.weight": (A, H), "attention.key.weight": (A, H), "attention.key.bias": (A,),
                       "attention.score.weight": (A,)})
    if o["attention"] == "general":
        shapes["attention.key.weight"] = (H, H)
    if o["attention"] != "none":
        shapes["attention.output.weight"] = (H, 2 * H)
    if not o["tied"]:
        shapes["output.weight"] = (V, H)
    return {**shapes, "output.bias": (V,)}


def layer_weights(w, net, layer):
    """Of one layer of the encoder or decoder, named as those of a torch.nn net that has no other."""
    mark = f"_l{layer}"
    return {k[len(net) + 1:].replace(mark, "_l0"): t for k, t in w.items() if k.startswith(net + ".") and mark in k}


def encode(o, w, ids, lengths):
    """ids [B, S] -> outputs [B, S, H], zeros behind each end; of each layer the last h, of an LSTM c behind it, [B, H]."""
    net, finals = encoder_options(o), []
    x = w["encoder.embedding.weight" if o["source_embedding"] else "embedding.weight"][ids]
    zeros = torch.zeros(2 if net["bidirectional"] else 1, len(lengths), net["hidden"], dtype=x.dtype)
    for layer in range(net["layers"]):
        one = {**net, "layers": 1, "input": x.shape[2], "lengths": lengths}
        y, h, c = g.packed_run(one, layer_weights(w, "encoder", layer), x, zeros, zeros)
        finals.append([torch.cat(list(last), 1) for last in (h, c) if last.numel()])  # forward, then backward
        x = y + x if o["residual"] and layer > 0 else y
    return x, finals


def bridge(o, w, finals):
    """The states that the decoder starts from, in the form of `finals`."""
    top, count = finals[-1][0], 2 if o["cell"] == "lstm" else 1
    if o["bridge"] == "copy":
        return finals
    rows = torch.tanh(F.linear(top, w["bridge.weight"], w["bridge.bias"])).chunk(o["layers"] * count, 1)
    return [list(rows[i:i + count]) for i in range(0, len(rows), count)]


def keys_of(o, w, memory):
    """What queries are compared with, [B, S, .]."""
    if o["attention"] in ("additive", "general"):
        return F.linear(memory, w["attention.key.weight"], w.get("attention.key.bias"))
    return memory / math.sqrt(memory.shape[2]) if o["attention"] == "scaled-dot" else memory


def attend(o, w, q, keys, memory, real):
    """q [B, H], real [B, S] -> h~ [B, H], attention weights [B, S]"""
    if o["attention"] == "none":
        return q, None
    if o["attention"] == "additive":
        scores = torch.tanh(F.linear(q, w["attention.query.weight"]).unsqueeze(1) + keys) @ w["attention.score.weight"]
    else:
        scores = (keys @ q.unsqueeze(2)).squeeze(2)
    a = torch.softmax(scores.masked_fill(~real, -math.inf), 1)
    context = (a.unsqueeze(1) @ memory).squeeze(1)
    return torch.tanh(F.linear(torch.cat([context, q], 1), w["attention.output.weight"])), a


def cell_step(o, w, x, state):
    """One step of one decoder layer, [B, .]: the new state, h first."""
    weights = [w[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    if o["cell"] == "lstm":
        return list(torch.lstm_cell(x, state, *weights))
    return [{"gru": torch.gru_cell, "rnn": torch.rnn_tanh_cell}[o["cell"]](x, state[0], *weights)]


def forward(o, w, source, lengths, inputs):
    """source [B, S], inputs [B, T] -> logits [B, T, V] and the attention weights of each step"""
    memory, finals = encode(o, w, source, lengths)
    real = torch.arange(source.shape[1]) < torch.tensor(lengths).unsqueeze(1)
    keys, states = keys_of(o, w, memory), bridge(o, w, finals)
    layers = [layer_weights(w, "decoder", layer) for layer in range(o["layers"])]
    fed, answers, attention = torch.zeros_like(memory[:, 0]), [], []
    for t in range(inputs.shape[1]):
        x = w["embedding.weight"][inputs[:, t]]
        if o["input_feeding"]:
            x = torch.cat([x, fed], 1)
        for layer, weights in enumerate(layers):
            states[layer] = cell_step(o, weights, x, states[layer])
            x = states[layer][0] + x if o["residual"] and layer > 0 else states[layer][0]
        fed, a = attend(o, w, x, keys, memory, real)
        answers.append(fed)
        attention.append(a)
    output = w["embedding.weight" if o["tied"] else "output.weight"]
    return F.linear(torch.stack(answers, 1), output, w["output.bias"]), attention


# --------------------------------------------------------------------------------------------------------------- the pairs

def pairs(draw):
    """[batches][streams] of (source, target), both with their end. Targets can be learned: the source backwards in other
    symbols, every second symbol said twice. A batch has one source of each length from 1 to 5."""
    symbols, batches = VOCABULARY - 1, []
    for number in range(BATCHES):
        batch = []
        for stream in range(PAIRS):
            count = 1 + (3 * stream + 2 * number + 2) % PAIRS
            source = [1 + int(symbols * draw.random.random() ** 3) for _ in range(count)]
            target = [1 + 5 * x % symbols for x in reversed(source) for _ in range(1 + x % 2)]
            batch.append((source + [END], target + [END]))
        batches.append(batch)
    return batches


def padded(sentences):
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sentences], batch_first=True, padding_value=END)


def train(o, initial, batches, dtype):
    w = {k: t.to(dtype).clone().requires_grad_() for k, t in initial.items()}
    optimizer, first, losses, norms = g.make_optimizer(o, w.values()), {}, [], []
    for update in range(o["updates"]):
        batch = batches[update % len(batches)]
        targets = padded([target for _, target in batch])
        inputs = torch.cat([torch.full((len(batch), 1), END), targets[:, :-1]], 1)
        real = torch.arange(targets.shape[1]) < torch.tensor([len(target) for _, target in batch]).unsqueeze(1)
        optimizer.zero_grad()
        sources = [source for source, _ in batch]
        logits, attention = forward(o, w, padded(sources), [len(source) for source in sources], inputs)
        loss = F.cross_entropy(logits[real], targets[real], label_smoothing=o["label_smoothing"])
        loss.backward()
        if update == 0:
            first = {f"gradient/{k}": t.grad.clone() for k, t in w.items()}
            if o["attention"] != "none":
                source, target = (len(sentence) for sentence in batch[0])
                first["attention_weights"] = torch.stack([a[0, :source].detach() for a in attention[:target]])
        norms.append(torch.nn.utils.clip_grad_norm_(w.values(), o["clip"]).item())
        optimizer.step()
        losses.append(loss.item())
    final = {f"last/{k}": t.detach().clone() for k, t in w.items()}
    numbers = {k: torch.tensor(v, dtype=torch.float64) for k, v in (("loss", losses), ("norm", norms))}
    return {**numbers, **first, **final}


DEFAULTS = {**g.TRAINING, **dict(vocabulary=VOCABULARY, streams=PAIRS, batches=BATCHES, end=END, input=EMBED, hidden=HIDDEN,
                                 encoder_layers=1, encoder_bidirectional=True, source_embedding=False, bridge="copy",
                                 attention="none", attention_size=ATTENTION, input_feeding=False, residual=False, clip=0.5)}
CASES = {
    "gru_additive": dict(cell="gru", bridge="dense", attention="additive"),
    "lstm_general_feeding": dict(cell="lstm", layers=2, encoder_layers=2, attention="general", input_feeding=True),
    "dot_residual": dict(cell="lstm", layers=2, encoder_layers=2, encoder_bidirectional=False, attention="scaled-dot",
                         residual=True, tied=True, input=HIDDEN, source_embedding=True, updates=3),
    # No attention, as Sutskever, Vinyals and Le 2014.
    "lstm_dense": dict(cell="lstm", layers=2, bridge="dense", label_smoothing=0.1, updates=3)}


def flat(batches, side):
    """The ids of all sentences of one side (0 source, 1 target), and how many each has."""
    sentences = [pair[side] for batch in batches for pair in batch]
    return torch.tensor([i for s in sentences for i in s]), torch.tensor([len(s) for s in sentences])


def seq2seq_file(folder):
    golden = g.Golden()
    for name, options in CASES.items():
        o = {**DEFAULTS, **options}
        draw, initial = g.Draw("seq2seq " + name), {}
        for key, shape in parameters(o).items():
            wide = "embedding" in key and not (o["tied"] and key == "embedding.weight")
            initial[key] = draw.uniform(*shape, scale=1 if wide else 1 / math.sqrt(o["hidden"]))
        batches = pairs(draw)
        exact, single = (train(o, initial, batches, dtype) for dtype in (torch.float64, torch.float32))
        loss = exact["loss"]
        assert o["updates"] < g.UPDATES or loss[-BATCHES:].mean() < 0.9 * loss[0], (name, loss)  # it learns
        o["float32_error"] = {k: ((single[k] - exact[k]).abs() / exact[k]).max().item() for k in ("loss", "norm")}
        groups = [("gradient", "gradient/"), ("weights", "last/"), ("attention", "attention_weights")]
        o["float32_error"].update(g.errors(single, exact, groups[:2] if o["attention"] == "none" else groups))
        (source, source_lengths), (target, target_lengths) = flat(batches, 0), flat(batches, 1)
        golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "source": source, "target": target,
                             "source_lengths": source_lengths, "target_lengths": target_lengths, **exact})
    golden.write(folder, "seq2seq.safetensors")
