"""Why: a model file written by this project must run in plain PyTorch: load_state_dict, strict, and the same logits.

usage: run_in_torch.py TOLERANCE NAME...   reads NAME.safetensors and NAME.expected.safetensors of the working directory
"""
import json
import math
import struct
import sys

import torch


def read(path):
    """The tensors and the metadata of a safetensors file of F32 tensors."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    metadata, tensors = header.pop("__metadata__", {}), {}
    for name, t in header.items():
        assert t["dtype"] == "F32", name
        begin, end = t["data_offsets"]
        assert end - begin == 4 * math.prod(t["shape"]), name
        tensors[name] = torch.tensor(struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])).reshape(t["shape"])
    return tensors, metadata


class LanguageModel(torch.nn.Module):
    def __init__(self, c):
        super().__init__()
        sizes = dict(input_size=c["input"], hidden_size=c["hidden"], num_layers=c["layers"])
        if c["projection"]:
            sizes["proj_size"] = c["projection"]
        if c["cell"] == "rnn":
            sizes["nonlinearity"] = "relu" if c["relu"] else "tanh"
        self.embedding = torch.nn.Embedding(c["vocabulary"], c["input"])
        self.rnn = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[c["cell"]](**sizes)
        self.output = torch.nn.Linear(c["projection"] or c["hidden"], c["vocabulary"])

    def forward(self, ids):
        return self.output(self.rnn(self.embedding(ids))[0])


def main():
    tolerance, failed = float(sys.argv[1]), False
    assert tolerance > 0 and len(sys.argv) > 2
    for name in sys.argv[2:]:
        weights, metadata = read(name + ".safetensors")
        assert metadata["format"] == "pt", "other loaders want this key"
        config = json.loads(metadata["rnn.config"])
        if config["tied"]:
            assert "output.weight" not in weights
            weights["output.weight"] = weights["embedding.weight"]
        model = LanguageModel(config)
        model.load_state_dict(weights, strict=True)
        expected, _ = read(name + ".expected.safetensors")
        with torch.no_grad():
            logits = model(expected["ids"].long())
        error = ((logits - expected["logits"]).abs().max() / logits.abs().max()).item()
        print(f"{name}: {error:.1e}")
        failed = failed or logits.shape != expected["logits"].shape or not error <= tolerance
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
