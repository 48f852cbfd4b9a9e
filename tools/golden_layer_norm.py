"""Why: layer normalisation, the coupled LSTM and the bound of the cell state are not in torch.nn: their equations written out step by step
with torch.nn.functional.layer_norm, differentiated by autograd, trained by torch.optim.SGD. gen_golden.py calls layer_norm_file().

Ba, Kiros and Hinton 2016, equations 20 to 22 (LSTM) and 27, 28 (GRU): the products W x and R h of a step are normalised apart, each over
all gates that one equation holds (LSTM: all four; GRU: r and z together, the candidate for itself), then times a gain, plus a bias.
"""
import math

import torch
from torch.nn import functional as F

from gen_golden import STREAMS, TRAINING, VOCABULARY, WINDOW, Draw, Golden, errors, text, windows

UPDATES = 20
GATES = {"rnn": 1, "lstm": 4, "gru": 3, "gru-reset-before": 3, "lstm-coupled": 3}
GROUPS = {"rnn": [1], "lstm": [4], "gru": [2, 1], "gru-reset-before": [2, 1], "lstm-coupled": [3]}  # gates normalised together


def parameters(o):
    """Names and shapes, as a model file has them."""
    H, P, rows = o["hidden"], o["projection"] or o["hidden"], GATES[o["cell"]] * o["hidden"]
    shapes = {"embedding.weight": (VOCABULARY, o["input"])}
    for layer in range(o["layers"]):
        end = f"_l{layer}"
        shapes.update({"rnn.weight_ih" + end: (rows, o["input"] if layer == 0 else P), "rnn.weight_hh" + end: (rows, P),
                       "rnn.bias_ih" + end: (rows,), "rnn.bias_hh" + end: (rows,)})
        if o["projection"]:
            shapes["rnn.weight_hr" + end] = (P, H)
        if o["layer_norm"]:
            shapes.update({f"rnn.layer_norm_ih{end}.weight": (rows,), f"rnn.layer_norm_hh{end}.weight": (rows,)})
            if "lstm" in o["cell"]:
                shapes.update({f"rnn.layer_norm_c{end}.weight": (H,), f"rnn.layer_norm_c{end}.bias": (H,)})
    return {**shapes, "output.weight": (VOCABULARY, P), "output.bias": (VOCABULARY,)}


class Layer:
    def __init__(self, o, w, layer):
        self.o, self.groups = o, GROUPS[o["cell"]]
        self.get = lambda name: w.get(f"rnn.{name}_l{layer}")
        self.gain = lambda name, what="weight": w.get(f"rnn.{name}_l{layer}.{what}")

    def normed(self, a, gain, groups):
        """Rows of gates, each group over all its numbers."""
        if not self.o["layer_norm"]:
            return a
        parts = a.split([g * self.o["hidden"] for g in groups], 1)
        return torch.cat([F.layer_norm(p, p.shape[1:]) for p in parts], 1) * gain

    def shown(self, c):
        if not self.o["layer_norm"]:
            return c
        return F.layer_norm(c, c.shape[1:], self.gain("layer_norm_c"), self.gain("layer_norm_c", "bias"))

    def step(self, x, h, c):
        H, gain = self.o["hidden"], self.gain("layer_norm_hh")
        a = self.normed(x @ self.get("weight_ih").T, self.gain("layer_norm_ih"), self.groups) + self.get("bias_ih")
        W, b = self.get("weight_hh"), self.get("bias_hh")
        if self.o["cell"] == "gru-reset-before":
            first, last = (None, None) if gain is None else (gain[:2 * H], gain[2 * H:])
            (xr, xz, xn), (hr, hz) = a.chunk(3, 1), (self.normed(h @ W[:2 * H].T, first, [2]) + b[:2 * H]).chunk(2, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            n = torch.tanh(xn + self.normed((r * h) @ W[2 * H:].T, last, [1]) + b[2 * H:])
            return (1 - z) * n + z * h, c
        k = self.normed(h @ W.T, gain, self.groups) + b
        if self.o["cell"] == "rnn":
            return torch.tanh(a + k), c
        if self.o["cell"] == "gru":
            (xr, xz, xn), (hr, hz, hn) = a.chunk(3, 1), k.chunk(3, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            return (1 - z) * torch.tanh(xn + r * hn) + z * h, c
        if self.o["cell"] == "lstm":
            i, f, g, out = (a + k).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        else:
            f, g, out = (a + k).chunk(3, 1)
            c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
        if self.o["cell_clip"]:
            c = c.clamp(-self.o["cell_clip"], self.o["cell_clip"])
        h = torch.sigmoid(out) * torch.tanh(self.shown(c))
        return (h @ self.get("weight_hr").T if self.o["projection"] else h), c


def train(o, initial, tokens, dtype):
    w = {k: t.to(dtype).clone().requires_grad_() for k, t in initial.items()}
    optimizer = torch.optim.SGD(w.values(), o["lr"])
    layers = [Layer(o, w, layer) for layer in range(o["layers"])]
    zeros = torch.zeros(STREAMS, o["hidden"], dtype=dtype)
    state = [(zeros[:, :o["projection"] or o["hidden"]], zeros) for _ in layers]
    losses, norms = [], []
    for inputs, targets, _ in windows(tokens):
        optimizer.zero_grad()
        rows = []
        for t in range(inputs.shape[1]):
            x = w["embedding.weight"][inputs[:, t]]
            for i, layer in enumerate(layers):
                state[i] = layer.step(x, *state[i])
                x = state[i][0]
            rows.append(x)
        logits = torch.stack(rows, 1) @ w["output.weight"].T + w["output.bias"]
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(w.values(), o["clip"]).item())
        optimizer.step()
        losses.append(loss.item())
        state = [(h.detach(), c.detach()) for h, c in state]
    final = {f"last/{k}": t.detach().clone() for k, t in w.items()}
    return {"loss": torch.tensor(losses, dtype=torch.float64), "norm": torch.tensor(norms, dtype=torch.float64), **final}


def start(draw, name, shape, hidden):
    """Gains around 0.4, so that rounding does not grow from step to step; all else as torch.nn has it."""
    drawn = draw.uniform(*shape, scale=1 if name.startswith("embedding") else 1 / math.sqrt(hidden))
    return (0.4 + drawn).float().double() if "layer_norm" in name and name.endswith("weight") else drawn


def layer_norm_file(folder):
    golden = Golden()
    for name, options in {
            "norm_lstm": dict(cell="lstm", hidden=19), "norm_lstm_2_layers": dict(cell="lstm", hidden=12, layers=2),
            "norm_lstm_projection": dict(cell="lstm", hidden=16, projection=9, cell_clip=0.3),
            "norm_gru": dict(cell="gru", hidden=17), "norm_gru_reset_before": dict(cell="gru-reset-before", hidden=13),
            "norm_tanh": dict(cell="rnn", hidden=14), "norm_coupled": dict(cell="lstm-coupled", hidden=15),
            "coupled": dict(cell="lstm-coupled", hidden=18, layer_norm=False),
            "clip_lstm": dict(cell="lstm", hidden=16, layer_norm=False, cell_clip=0.15),
            "clip_coupled": dict(cell="lstm-coupled", hidden=12, layer_norm=False, cell_clip=0.15)}.items():
        o = {**TRAINING, "updates": UPDATES, "lr": 0.3, "layer_norm": True, "cell_clip": 0.0, **options}
        draw = Draw("layer_norm/" + name)
        initial = {k: start(draw, k, shape, o["hidden"]) for k, shape in parameters(o).items()}
        tokens = text(draw, STREAMS * (UPDATES * WINDOW + 1))
        exact, single = (train(o, initial, tokens, dtype) for dtype in (torch.float64, torch.float32))
        assert len(exact["loss"]) == UPDATES
        o["float32_error"] = {k: ((single[k] - exact[k]).abs() / exact[k]).max().item() for k in ("loss", "norm")}
        o["float32_error"].update(errors(single, exact, [("weights", "last/")]))
        golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "tokens": torch.tensor(tokens), **exact})
    golden.write(folder, "layer_norm.safetensors")
