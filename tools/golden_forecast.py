"""Why: heads of forecasts are torch.distributions and torch's losses, and the network of segments is SegRNN, written in its terms.

Values that are missing are NaN in the file; a row's loss is weight / steps * the sum over the others. Called by gen_golden.py.
"""
import math

import torch
from torch.distributions import NegativeBinomial, Normal, StudentT
from torch.nn.functional import huber_loss, softplus

import gen_golden as g
from golden_exact import LEAST_DEVIATION, LEAST_SHAPE, exact_cases

LEVELS = [0.05, 0.1, 0.3, 0.5, 0.8, 0.95]


def quantiles(o):
    """[.., levels]: the middle one is free, the others cumulated steps of softplus away."""
    middle = len(LEVELS) // 2
    up = o[..., middle:middle + 1] + torch.cumsum(softplus(o[..., middle + 1:]), -1)
    down = o[..., middle:middle + 1] - torch.cumsum(softplus(o[..., :middle]).flip(-1), -1).flip(-1)
    return torch.cat([down, o[..., middle:middle + 1], up], -1)


def pinball(o, y, scale):
    error = y.unsqueeze(-1) - quantiles(o)
    levels = torch.tensor(LEVELS, dtype=o.dtype)
    return 2 * torch.maximum(levels * error, (levels - 1) * error).mean(-1)


def negative_binomial(o, y, scale):
    mean = scale * softplus(o[..., 0])
    shape = (softplus(o[..., 1]) + LEAST_SHAPE) / scale.sqrt()
    return -NegativeBinomial(1 / shape, logits=torch.log(shape * mean)).log_prob(y)


HEADS = {
    "squared": (1, lambda o, y, scale: (o[..., 0] - y) ** 2),
    "huber": (1, lambda o, y, scale: huber_loss(o[..., 0], y, reduction="none")),
    "quantiles": (len(LEVELS), pinball),
    "gaussian": (2, lambda o, y, scale: -Normal(o[..., 0], softplus(o[..., 1]) + LEAST_DEVIATION).log_prob(y)),
    "student-t": (3, lambda o, y, scale: -StudentT(2 + softplus(o[..., 2]), o[..., 0],
                                                   softplus(o[..., 1]) + LEAST_DEVIATION).log_prob(y)),
    "negative-binomial": (2, negative_binomial),
}


def head_case(golden, name, rows=9, steps=5):
    numbers, loss = HEADS[name]
    draw = g.Draw("forecast/" + name)
    o, y = draw.uniform(rows, steps, numbers, scale=3), draw.uniform(rows, steps, scale=4)
    scales, weights = torch.ones(rows, dtype=torch.float64), draw.uniform(rows).abs()
    if name == "negative-binomial":
        y = (y.abs() * 5).round()
        scales = (1 + draw.uniform(rows, scale=20).abs()).float().double()
    weights[4] = 0
    missing = draw.uniform(rows, steps) < -0.5
    missing[6] = True

    def run(dtype):
        out = o.to(dtype).clone().requires_grad_()
        losses = loss(out, y.to(dtype), scales.to(dtype).unsqueeze(-1))
        losses = torch.where(missing, torch.zeros_like(losses), losses)
        row_losses = weights.to(dtype) / steps * losses.sum(-1)
        row_losses.sum().backward()
        return {"loss": row_losses.detach(), "gradient": out.grad}

    exact, single = run(torch.float64), run(torch.float32)
    present = weights * (~missing).double().mean(-1)
    options = {"head": name, "rows": rows, "steps": steps, "levels": LEVELS, "weight": present.sum().item(),
               "float32_error": g.errors(single, exact, [("loss", "loss"), ("gradient", "gradient")])}
    y = torch.where(missing, torch.full_like(y, math.nan), y)
    golden.add("head/" + name, options, {"outputs": o, "values": y, "weights": weights, "scales": scales, **exact})


class SegRNN(torch.nn.Module):
    """Lin et al. 2023, with parallel decoding: the decoder is the encoder's own recurrence, one step per segment of the future."""

    def __init__(self, o):
        super().__init__()
        d, beside = o["input"], o["input"] // 2 if o["channels"] else 0
        self.segment = torch.nn.Linear(o["frame"], d)
        self.position = torch.nn.Embedding(o["positions"], d - beside)
        self.channel = torch.nn.Embedding(o["channels"], beside) if o["channels"] else None
        self.known = torch.nn.Linear(o["known"], d, bias=False) if o["known"] else None
        self.rnn = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[o["cell"]](d, o["hidden"], o["layers"])
        self.output = torch.nn.Linear(o["hidden"], o["outputs"])

    def forward(self, past, channel, known):
        """One series: past [segments, frame], known [positions, known] -> [positions, outputs]."""
        state = None
        if len(past):
            _, state = self.rnn(torch.relu(self.segment(past)).unsqueeze(1))
        positions = self.position.weight.shape[0]
        x = self.position.weight
        if self.channel is not None:
            x = torch.cat([x, self.channel.weight[channel].expand(positions, -1)], -1)
        if self.known is not None:
            x = x + self.known(known)
        repeat = (lambda s: s.expand(-1, positions, -1).contiguous())
        if state is not None:
            state = tuple(map(repeat, state)) if isinstance(state, tuple) else repeat(state)
        y, _ = self.rnn(x.unsqueeze(0), state)
        return self.output(y[0])


NETWORKS = {
    "plain": dict(cell="gru", layers=1, input=6, hidden=6, known=0, channels=0),
    "channels": dict(cell="gru", layers=1, input=7, hidden=9, known=0, channels=4),
    "two_layers": dict(cell="lstm", layers=2, input=8, hidden=5, known=0, channels=3),
    "known": dict(cell="gru", layers=1, input=6, hidden=8, known=2, channels=4),
}


def network_case(golden, name, options):
    o = dict(frame=4, positions=3, outputs=2, lengths=[3, 1, 5, 0, 5], stream_ids=[2, 0, 1, 2, 9], **options)
    draw, streams = g.Draw("segments/" + name), len(o["lengths"])
    shapes = {key: tuple(t.shape) for key, t in SegRNN(o).named_parameters()}
    first = {key: draw.uniform(*shape, scale=0.6) for key, shape in shapes.items()}
    past = draw.uniform(streams, max(o["lengths"]), o["frame"], scale=2)
    known = draw.uniform(streams, o["positions"], max(o["known"], 1))
    values = draw.uniform(streams, o["positions"], o["outputs"])

    def run(dtype):
        model = SegRNN(o).to(dtype)
        model.load_state_dict({key: t.to(dtype) for key, t in first.items()})
        ids = [i if i < o["channels"] else 0 for i in o["stream_ids"]]
        y = torch.stack([model(past[s, :n].to(dtype), ids[s], known[s].to(dtype)) for s, n in enumerate(o["lengths"])])
        ((y - values.to(dtype)) ** 2).mean(-1).sum().backward()
        grads = {f"grad/{key}": t.grad for key, t in model.named_parameters()}
        return {"outputs": y.detach(), **grads}

    exact, single = run(torch.float64), run(torch.float32)
    o["float32_error"] = g.errors(single, exact, [("outputs", "outputs"), ("gradient", "grad/")])
    golden.add("segments/" + name, o, {"past": past, "known": known, "values": values,
                                       **{f"first/{key}": t for key, t in first.items()}, **exact})


def forecast_file(folder):
    golden = g.Golden()
    for name in HEADS:
        head_case(golden, name)
    for name, options in NETWORKS.items():
        network_case(golden, name, options)
    exact_cases(golden)
    golden.write(folder, "forecast.safetensors")
