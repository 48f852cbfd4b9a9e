"""Why: the losses of speech recognition are torch's CTC and torchaudio's RNN transducer, at the logits.

Writes tests/golden/speech.safetensors; called by gen_golden.py, or alone: /usr/bin/python3 tools/golden_speech.py [FOLDER]. torch's CTC
runs in float64; its gradient w.r.t. log-probabilities is not the partial derivative, so it is taken w.r.t. the logits, where it is right.
torchaudio's transducer is float32 alone: the exact numbers are the lattice below, walked step by step and differentiated by autograd,
and torchaudio must agree with them first.
"""
import os
import sys

import torch

import gen_golden as g

try:
    import torchaudio
except ImportError:
    torchaudio = None

CTC = {"short": (5, 4, [1, 2]), "repeats": (9, 4, [1, 1, 3, 3, 3]), "tight": (5, 3, [1, 1, 2, 1]), "empty": (6, 5, []),
       "long": (60, 30, [k % 29 + 1 for k in range(0, 75, 3)]), "one": (1, 3, [2])}
TRANSDUCER = {"short": (3, 4, [1, 2]), "repeats": (4, 4, [3, 3, 3, 1, 1, 3]), "empty": (5, 6, []), "one": (1, 3, [2, 1]),
              "long": (20, 12, [k % 11 + 1 for k in range(9)])}


def ctc_case(golden, name, rows, classes, labels):
    logits = g.Draw("ctc/" + name).uniform(rows, classes, scale=3)

    def run(dtype):
        x = logits.to(dtype).clone().requires_grad_()
        loss = torch.nn.functional.ctc_loss(x.log_softmax(-1)[:, None], torch.tensor([labels], dtype=torch.long), [rows], [len(labels)],
                                            reduction="sum")
        loss.backward()
        return {"loss": loss.detach().reshape(1), "gradient": x.grad}

    exact, single = run(torch.float64), run(torch.float32)
    golden.add("ctc/" + name, {"labels": labels, "rows": rows, "float32_error": g.errors(single, exact, [("loss", "loss"), ("gradient", "gradient")])},
               {"logits": logits, **exact})


def lattice_loss(logits, labels):
    """-ln P of logits [T, U + 1, K], point by point (Graves 2012, equations 16 to 18)."""
    y, rows, width = logits.log_softmax(-1), logits.shape[0], len(labels) + 1
    alpha = {}
    for t in range(rows):
        for u in range(width):
            ways = []
            if t > 0:
                ways.append(alpha[t - 1, u] + y[t - 1, u, 0])
            if u > 0:
                ways.append(alpha[t, u - 1] + y[t, u - 1, labels[u - 1]])
            alpha[t, u] = torch.logsumexp(torch.stack(ways), 0) if ways else torch.zeros((), dtype=logits.dtype)
    return -(alpha[rows - 1, width - 1] + y[rows - 1, width - 1, 0])


def transducer_case(golden, name, rows, classes, labels):
    logits = g.Draw("transducer/" + name).uniform(rows, len(labels) + 1, classes, scale=3)
    x = logits.clone().requires_grad_()
    loss = lattice_loss(x, labels)
    loss.backward()
    exact = {"loss": loss.detach().reshape(1), "gradient": x.grad.reshape(-1, classes)}
    options = {"labels": labels, "rows": rows}
    if torchaudio and labels:  # it wants at least one label
        x = logits.float().requires_grad_()
        theirs = torchaudio.functional.rnnt_loss(x[None], torch.tensor([labels], dtype=torch.int32), torch.tensor([rows], dtype=torch.int32),
                                                 torch.tensor([len(labels)], dtype=torch.int32), blank=0, reduction="sum")
        theirs.backward()
        single = {"loss": theirs.detach().reshape(1), "gradient": x.grad.reshape(-1, classes)}
        options["float32_error"] = g.errors(single, exact, [("loss", "loss"), ("gradient", "gradient")])
        assert max(options["float32_error"].values()) < 1e-5, (name, options)
    golden.add("transducer/" + name, options, {"logits": logits.reshape(-1, classes), **exact})


def speech_file(folder):
    golden = g.Golden()
    for name, case in CTC.items():
        ctc_case(golden, name, *case)
    for name, case in TRANSDUCER.items():
        transducer_case(golden, name, *case)
    golden.write(folder, "speech.safetensors")


if __name__ == "__main__":
    speech_file(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden"))
