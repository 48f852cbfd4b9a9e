"""Why: the adaptive softmax of tests/golden is torch.nn.AdaptiveLogSoftmaxWithLoss: log-probabilities, losses, weights after 20 updates."""
import math

import torch

import gen_golden as g

VOCABULARY, STREAMS, WINDOW, UPDATES = 61, 4, 7, 20
CASES = {"divide_4": dict(hidden=18, divide=4.0, cutoffs=[10, 30]), "divide_1": dict(hidden=13, divide=1.0, cutoffs=[8, 20, 40]),
         "divide_2_one_cluster": dict(hidden=16, divide=2.0, cutoffs=[20])}


class AdaptiveModel(torch.nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, o["input"])
        self.rnn = torch.nn.LSTM(o["input"], o["hidden"])
        self.output = torch.nn.AdaptiveLogSoftmaxWithLoss(o["hidden"], VOCABULARY, o["cutoffs"], div_value=o["divide"],
                                                          head_bias=False)

    def hidden(self, inputs, state):
        y, state = self.rnn(self.embedding(inputs), state)
        return y.flatten(0, 1), state


def initial_weights(o, draw):
    """Of the model's own names and shapes, so that they are PyTorch's."""
    shapes = {name: tuple(t.shape) for name, t in AdaptiveModel(o).named_parameters()}
    return {name: draw.uniform(*shape, scale=1 if name.startswith("embedding") else 1 / math.sqrt(shape[-1]))
            for name, shape in shapes.items()}


def train(o, initial, tokens, dtype):
    model = AdaptiveModel(o).to(dtype)
    model.load_state_dict({name: t.to(dtype) for name, t in initial.items()})
    optimizer = torch.optim.SGD(model.parameters(), lr=o["lr"])
    text = torch.tensor(tokens).reshape(STREAMS, -1).t()  # [UPDATES * WINDOW + 1, STREAMS]
    losses, state, first = [], None, None
    for update in range(UPDATES):
        at = update * WINDOW
        optimizer.zero_grad()
        h, state = model.hidden(text[at:at + WINDOW], state)
        if first is None:
            first = model.output.log_prob(h).detach()
        loss = model.output(h, text[at + 1:at + WINDOW + 1].flatten()).loss
        loss.backward()
        optimizer.step()
        state = tuple(s.detach() for s in state)
        losses.append(loss.item())
    final = {f"last/{name}": t.detach().clone() for name, t in model.named_parameters()}
    return {"loss": torch.tensor(losses, dtype=torch.float64), "log_prob": first, **final}


def adaptive_file(folder):
    golden = g.Golden()
    for name, options in CASES.items():
        o = dict(input=12, lr=1.0, vocabulary=VOCABULARY, streams=STREAMS, window=WINDOW, updates=UPDATES, **options)
        draw = g.Draw(name)
        initial = initial_weights(o, draw)
        # Falling frequencies, so that every cluster has targets in some updates and none in others.
        tokens = [min(int(VOCABULARY * draw.random.random() ** 3), VOCABULARY - 1) for _ in range(STREAMS * (UPDATES * WINDOW + 1))]
        exact, single = (train(o, initial, tokens, dtype) for dtype in (torch.float64, torch.float32))
        o["float32_error"] = g.errors(single, exact, [("loss", "loss"), ("log_prob", "log_prob"), ("weights", "last/")])
        golden.add(name, o, {**{f"first/{k}": t for k, t in initial.items()}, "tokens": torch.tensor(tokens), **exact})
    golden.write(folder, "adaptive.safetensors")
