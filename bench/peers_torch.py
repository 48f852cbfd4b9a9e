#!/usr/bin/env python3
# Why: PyTorch as it is installed here, timed over the cases of rnn bench; one line per case, in the form that peers_programs.py reads.
"""peers_torch.py [--threads 2] [--suite stream,infer,train,ragged,lm] [--cells lstm,gru] [--H 64,128] [--budget SECONDS]

Input size = H. stream: batch 1, one step, state carried, the fastest of nn.LSTM, nn.LSTMCell and a traced module. infer: T=100, batches of 1
and 32. train: forward and backward, gradients by weights and inputs, B=20, T=35. ragged: B=64, lengths uniform in 1..T (seed 1), packed,
padded and masked, or a loop of cells; only real tokens count. lm: whole steps: embedding, LSTM, logits, loss, backward, clip, SGD.
methods: steps of lm with the methods that papers add to it. What nn.LSTM cannot do is a loop over steps, written out: input parts of all
steps in one product, a step eager or compiled by TorchScript, or nn.LSTMCell; the fastest counts.
"""

import argparse
import math
import sys

from peers_timing import median_time

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit("PyTorch is not installed")

MODULES = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
CELLS = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell}
GATES = {"lstm": 4, "gru": 3, "rnn": 1}
STREAM_STEPS = 50  # between two looks at the clock
LANGUAGE_MODELS = (("word-small", 10000, 200, 2, 20, 20), ("word-medium", 10000, 650, 2, 20, 35), ("word-large", 10000, 1500, 2, 20, 35),
                   ("char-128", 96, 128, 2, 50, 50), ("char-512", 96, 512, 2, 50, 50), ("char-1024", 96, 1024, 1, 64, 100),
                   ("word-adaptive", 100000, 650, 2, 20, 35))
CUTOFFS = [2000, 10000, 50000]  # of the adaptive one, as rnn chooses them by itself


def flops(cell, hidden, layers, tokens):
    """Of a forward pass: matrix products only, 2 per multiply-add."""
    return 2.0 * tokens * GATES[cell] * hidden * 2 * hidden * layers


def print_case(options, suite, cell, size, seconds, operations, extra=""):
    hidden, layers, batch, steps = size
    print(f"torch-{torch.__version__} thr={options.threads} f32 {suite:6} {cell:4} H={hidden:<4} L={layers} B={batch:<3} T={steps:<3} "
          f"{seconds * 1e6:12.2f} us {operations / seconds * 1e-9:8.2f} GFLOP/s {extra}", flush=True)


def steps_of(call, state=None):
    def work():
        carried = state
        for _ in range(STREAM_STEPS):
            carried = call(carried)
    return work


def stream(options, cell):
    for hidden in options.H:
        x, zero = torch.randn(1, 1, hidden), torch.zeros(1, 1, hidden)
        with torch.inference_mode():
            module, step = MODULES[cell](hidden, hidden).eval(), CELLS[cell](hidden, hidden).eval()
            state = (zero, zero.clone()) if cell == "lstm" else zero
            traced = torch.jit.freeze(torch.jit.trace(module, (x, state), check_trace=False))
            ways = {"module": steps_of(lambda s: module(x, s)[1]), "cell": steps_of(lambda s: step(x[0], s)),
                    "traced": steps_of(lambda s: traced(x, s)[1], state)}
            times = {name: median_time(work, options.budget) / STREAM_STEPS for name, work in ways.items()}
        best = min(times, key=times.get)
        print_case(options, "stream", cell, (hidden, 1, 1, 1), times[best], flops(cell, hidden, 1, 1), f"best={best}")


def infer(options, cell):
    for hidden in options.H:
        for batch in (1, 32):
            x = torch.randn(100, batch, hidden)
            with torch.inference_mode():
                module = MODULES[cell](hidden, hidden).eval()
                seconds = median_time(lambda: module(x), options.budget)
            print_case(options, "infer", cell, (hidden, 1, batch, 100), seconds, flops(cell, hidden, 1, 100 * batch))


def training_step(parameters_of, x, loss):
    """Forward and backward with fresh gradients."""
    def work():
        parameters_of.zero_grad(set_to_none=True)
        x.grad = None
        loss().backward()
    return work


def train(options, cell):
    for hidden in options.H:
        batch, steps = 20, 35
        x = torch.randn(steps, batch, hidden, requires_grad=True)
        gradient = torch.randn(steps, batch, hidden)
        module = MODULES[cell](hidden, hidden).train()

        def step():
            module.zero_grad(set_to_none=True)
            x.grad = None
            module(x)[0].backward(gradient)
        seconds = median_time(step, options.budget)
        print_case(options, "train", cell, (hidden, 1, batch, steps), seconds, 3 * flops(cell, hidden, 1, batch * steps))


def ragged(options, cell):
    batch = 64
    for hidden, steps in ((128, 50), (128, 200), (128, 1000), (512, 50), (512, 200)):
        if hidden not in options.H:
            continue
        lengths = torch.randint(1, steps + 1, (batch,), generator=torch.Generator().manual_seed(1)).sort(descending=True).values
        lengths[0] = steps
        tokens = int(lengths.sum())
        x = torch.randn(steps, batch, hidden, requires_grad=True)
        mask = (torch.arange(steps)[:, None] < lengths[None]).float()[:, :, None]
        module, one = MODULES[cell](hidden, hidden).train(), CELLS[cell](hidden, hidden).train()

        def loop():
            state, total = None, 0
            for t in range(steps):
                state = one(x[t], state)
                total = total + ((state[0] if cell == "lstm" else state) * mask[t]).sum()
            return total
        ways = {"packed": training_step(module, x, lambda: module(nn.utils.rnn.pack_padded_sequence(x, lengths))[0].data.sum()),
                "padded": training_step(module, x, lambda: (module(x)[0] * mask).sum()), "loop": training_step(one, x, loop)}
        for name, work in ways.items():
            seconds = median_time(work, options.budget)
            print_case(options, "ragged", cell, (hidden, 1, batch, steps), seconds, 3 * flops(cell, hidden, 1, tokens),
                       f"{name} {tokens / seconds:.0f} real tokens/s")


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, hidden, layers, adaptive):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(vocabulary, hidden), nn.LSTM(hidden, hidden, layers)
        self.adaptive, self.cross_entropy = adaptive, nn.CrossEntropyLoss()
        self.output = nn.AdaptiveLogSoftmaxWithLoss(hidden, vocabulary, CUTOFFS) if adaptive else nn.Linear(hidden, vocabulary)

    def forward(self, ids, targets, state):
        """The loss, and the state to go on with."""
        y, state = self.rnn(self.embedding(ids), state)
        y = y.flatten(0, 1)
        return (self.output(y, targets).loss if self.adaptive else self.cross_entropy(self.output(y), targets)), state


def drawn_ids(vocabulary, steps, batch, zipf):
    """Even, or with even logarithms of the rank: the law by which rnn bench draws the ids of an adaptive softmax."""
    if not zipf:
        return torch.randint(0, vocabulary, (steps + 1, batch))
    ranks = torch.exp(torch.rand(steps + 1, batch, dtype=torch.float64) * math.log(vocabulary + 1)).long() - 1
    return ranks.clamp(0, vocabulary - 1)


def lm(options, cell):
    if cell != "lstm":
        return
    for name, vocabulary, hidden, layers, batch, steps in LANGUAGE_MODELS:
        if hidden not in options.H:
            continue
        adaptive = name.endswith("adaptive")
        model = LanguageModel(vocabulary, hidden, layers, adaptive).train()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        ids = drawn_ids(vocabulary, steps, batch, adaptive)
        carried = [torch.zeros(layers, batch, hidden), torch.zeros(layers, batch, hidden)]

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss, state = model(ids[:-1], ids[1:].reshape(-1), tuple(s.detach() for s in carried))
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            carried[:] = state
        seconds = median_time(step, options.budget)
        columns = CUTOFFS[0] + len(CUTOFFS) if adaptive else vocabulary  # of an adaptive one the head, which every token meets
        operations = 3 * (flops("lstm", hidden, layers, batch * steps) + 2.0 * batch * steps * hidden * columns)
        print_case(options, "lm", "lstm", (hidden, layers, batch, steps), seconds, operations,
                   f"{name} V={vocabulary} {batch * steps / seconds:.0f} tokens/s")


def plain_steps(x, h, c, weight, mask):
    # type: (Tensor, Tensor, Tensor, Tensor, Tensor) -> Tuple[Tensor, Tensor, Tensor]
    """x [T, B, 4H] input parts; the state is dropped by one mask for all steps."""
    outputs = []
    for t in range(x.size(0)):
        i, f, g, o = (x[t] + torch.mm(h * mask, weight)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def norm_steps(x, h, c, weight, gain, bias, gain_c, bias_c):
    # type: (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor) -> Tuple[Tensor, Tensor, Tensor]
    outputs = []
    size, wide = [c.size(1)], [x.size(2)]
    for t in range(x.size(0)):
        i, f, g, o = (x[t] + torch.layer_norm(torch.mm(h, weight), wide, gain, bias)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(torch.layer_norm(c, size, gain_c, bias_c))
        outputs.append(h)
    return torch.stack(outputs), h, c


def locked(x, p):
    """Dropout with one mask for all steps (x [T, B, H])."""
    return x * torch.empty_like(x[0]).bernoulli_(1 - p).div_(1 - p)


class MethodModel(nn.Module):
    """Embedding, LSTM layers written out as a loop over steps, output layer."""

    def __init__(self, vocabulary, hidden, layers, how):
        super().__init__()
        self.how, self.hidden = how, hidden
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.layers = nn.ModuleList([nn.LSTM(hidden, hidden) for _ in range(layers)])
        self.cells = nn.ModuleList([nn.LSTMCell(hidden, hidden) for _ in range(layers)] if how.get("loop") == "cell" else [])
        wide = 4 * hidden
        self.norms = nn.ParameterList([nn.Parameter(torch.ones(n) if k % 2 == 0 else torch.zeros(n)) for _ in range(layers)
                                       for k, n in enumerate((wide, wide, wide, wide, hidden, hidden))] if how.get("norm") else [])
        self.output = nn.Linear(hidden, vocabulary)
        self.steps = norm_steps if how.get("norm") else plain_steps
        if how.get("loop") == "script":
            self.steps = torch.jit.script(self.steps)

    def one_layer(self, k, x, state):
        layer, p = self.layers[k], self.how.get("state", 0)
        weight = nn.functional.dropout(layer.weight_hh_l0, self.how.get("weight", 0)).t()
        if self.how.get("norm"):
            gain, bias, gain_h, bias_h, gain_c, bias_c = list(self.norms)[6 * k:6 * k + 6]
            parts = torch.layer_norm(nn.functional.linear(x, layer.weight_ih_l0), [4 * self.hidden], gain, bias) + layer.bias_ih_l0
            y, h, c = self.steps(parts, state[0], state[1], weight, gain_h, bias_h, gain_c, bias_c)
            return y, (h, c)
        mask = torch.empty_like(state[0]).bernoulli_(1 - p).div_(1 - p)
        if self.how["loop"] == "cell":
            cell, outputs = self.cells[k], []
            with_dropped = {"weight_hh": weight.t()}
            h, c = state
            for step in x:
                h, c = torch.func.functional_call(cell, with_dropped, (step, (h * mask, c)))
                outputs.append(h)
            return torch.stack(outputs), (h, c)
        parts = nn.functional.linear(x, layer.weight_ih_l0, layer.bias_ih_l0 + layer.bias_hh_l0)
        y, h, c = self.steps(parts, state[0], state[1], weight, mask)
        return y, (h, c)

    def forward(self, ids, targets, states):
        p, after = self.how.get("dropout", 0), []
        y = locked(self.embedding(ids), p) if p else self.embedding(ids)
        for k in range(len(self.layers)):
            y, state = self.one_layer(k, y, states[k])
            after.append(tuple(s.detach() for s in state))
            y = locked(y, p) if p else y
        return nn.functional.cross_entropy(self.output(y.reshape(-1, self.hidden)), targets.reshape(-1)), after


# What is added, and the ways to do it in PyTorch.
METHODS = {"word-variational": ({"dropout": 0.5, "state": 0.3, "weight": 0.5}, ("eager", "script", "cell")),
           "word-layer-norm": ({"norm": True}, ("eager", "script"))}


def methods(options, cell):
    vocabulary, hidden, layers, batch, steps = 10000, 650, 2, 20, 35
    if cell != "lstm" or hidden not in options.H:
        return
    for name, (how, ways) in METHODS.items():
        times = {}
        for way in ways:
            model = MethodModel(vocabulary, hidden, layers, how | {"loop": way}).train()
            optimizer, ids = torch.optim.SGD(model.parameters(), lr=0.1), drawn_ids(vocabulary, steps, batch, False)
            carried = [[tuple(torch.zeros(batch, hidden) for _ in range(2))] * layers]

            def step():
                optimizer.zero_grad(set_to_none=True)
                loss, carried[0] = model(ids[:-1], ids[1:], carried[0])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
            times[way] = median_time(step, options.budget)
        best = min(times, key=times.get)
        operations = 3 * (flops("lstm", hidden, layers, batch * steps) + 2.0 * batch * steps * hidden * vocabulary)
        print_case(options, "methods", "lstm", (hidden, layers, batch, steps), times[best], operations,
                   f"{name} V={vocabulary} {batch * steps / times[best]:.0f} tokens/s best={best}")


def main():
    suites = {"stream": stream, "infer": infer, "train": train, "ragged": ragged, "lm": lm, "methods": methods}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--suite", default=",".join(suites))
    parser.add_argument("--cells", default="lstm,gru")
    parser.add_argument("--H", default="64,128,200,256,512,650,1024,1500", type=lambda text: [int(h) for h in text.split(",")])
    parser.add_argument("--budget", type=float, default=0.6, help="seconds per case")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    print(f"# torch-{torch.__version__} thr={options.threads}", flush=True)
    for suite in options.suite.split(","):
        for cell in options.cells.split(","):
            suites[suite](options, cell)


if __name__ == "__main__":
    main()
