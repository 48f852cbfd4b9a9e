# Why: what is compared bit by bit: the tensors of a model file, the figures of a run, the outputs of a verb.
"""Items of tools/pins.py: each has a digest, and can say where it first differs from another of its kind."""

import hashlib
import json
import struct

DIGITS = 8  # of a digest, hexadecimal: 32 bits
# Of an update's metrics only those are always logged whose number is a multiple of this; the others depend on the clock.
ALWAYS_LOGGED = 100
# Events of metrics.jsonl, and what their items are called.
EVENTS = {"metric": "losses of updates", "eval": "losses of checks", "sample": "samples", "result": "result"}
# What differs although the bits are the same: times, paths, what was asked for, and zstd, whose version decides.
NO_BITS = {"model", "elapsed_s", "tokens_per_s", "left_s", "seconds", "real_time_factor", "listening", "step_microseconds", "request",
           "zstd_bits_per_byte", "zstd -19"}


class Tensor:
    """dtype, shape and bytes as the file has them."""

    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, shape, data

    def digest(self):
        return digest_of(f"{self.dtype} {self.shape} ".encode() + self.data)

    def difference(self, other):
        if (self.dtype, self.shape) != (other.dtype, other.shape):
            return f"{self.dtype} {self.shape} -> {other.dtype} {other.shape}"
        size = 4 if self.dtype == "F32" else 1
        at = [i for i in range(0, len(self.data), size) if self.data[i:i + size] != other.data[i:i + size]]
        first, index = at[0] // size, []
        for n in reversed(self.shape):
            first, last = divmod(first, n)
            index.insert(0, last)
        values = [struct.unpack("<f", x.data[at[0]:at[0] + 4])[0] if size == 4 else x.data[at[0]] for x in (self, other)]
        bits = [x.data[at[0]:at[0] + size][::-1].hex() for x in (self, other)]
        return (f"{len(at)} of {len(self.data) // size} numbers, first {index}: "
                f"{values[0]:.9g} ({bits[0]}) -> {values[1]:.9g} ({bits[1]})")


class Tensors:
    """Several by name, with one digest."""

    def __init__(self, tensors):
        self.tensors = tensors

    def digest(self):
        return digest_of("\n".join(f"{name} {tensor.digest()}" for name, tensor in sorted(self.tensors.items())).encode())

    def difference(self, other):
        if self.tensors.keys() != other.tensors.keys():
            return f"{sorted(self.tensors)} -> {sorted(other.tensors)}"
        name = next(name for name in self.tensors if self.tensors[name].digest() != other.tensors[name].digest())
        return f"{name}: {self.tensors[name].difference(other.tensors[name])}"


class Figures:
    """Rows (where, text): numbers keep the decimal text that was written."""

    def __init__(self, rows):
        self.rows = rows

    def digest(self):
        return digest_of("\n".join(f"{where}\t{text}" for where, text in self.rows).encode())

    def difference(self, other):
        for (where, mine), (place, theirs) in zip(self.rows, other.rows):
            if where != place:
                return f"{where} -> {place}"
            if mine != theirs:
                return f"{where}: {mine} -> {theirs}"
        return f"{len(self.rows)} figures -> {len(other.rows)}"


class Bytes:
    """Text that was written, or a file that is no tensors."""

    def __init__(self, data):
        self.data = data

    def digest(self):
        return digest_of(self.data)

    def difference(self, other):
        same = next((i for i, (a, b) in enumerate(zip(self.data, other.data)) if a != b), min(len(self.data), len(other.data)))
        line = self.data.count(b"\n", 0, same) + 1
        begin = self.data.rfind(b"\n", 0, same) + 1
        mine, theirs = (x[begin:same + 30].split(b"\n")[0].decode(errors="replace") for x in (self.data, other.data))
        return f"line {line}: {mine!r} -> {theirs!r}"


def digest_of(data):
    return hashlib.sha256(data).hexdigest()[:DIGITS]


def flat(value, where="", skip=()):
    """Rows (JSON pointer, text) of a value read with numbers_as_text()."""
    if isinstance(value, dict):
        return [row for key, inner in value.items() if key not in skip for row in flat(inner, f"{where}/{key}", skip)]
    if isinstance(value, list):
        return [row for i, inner in enumerate(value) for row in flat(inner, f"{where}/{i}", skip)]
    return [(where or "/", value if isinstance(value, str) else json.dumps(value))]


def numbers_as_text(text):
    return json.loads(text, parse_float=str, parse_int=str)


def read_tensors(path):
    """(name -> Tensor, metadata) of a .safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + size])
    metadata = head.pop("__metadata__", {})
    begin = {name: 8 + size + entry["data_offsets"][0] for name, entry in head.items()}
    end = {name: 8 + size + entry["data_offsets"][1] for name, entry in head.items()}
    return {name: Tensor(entry["dtype"], entry["shape"], data[begin[name]:end[name]]) for name, entry in head.items()}, metadata


def items_of_model(path):
    tensors, metadata = read_tensors(path)
    items = {f"tensor {name}": tensor for name, tensor in tensors.items()}
    if "rnn.tokenizer" in metadata:
        items["tokenizer"] = Bytes(metadata["rnn.tokenizer"].encode())
    return items


def items_of_checkpoint(path):
    """The weights as one item, each of the slabs beside them (moments, mean, carried state), the numbers of its state."""
    tensors, metadata = read_tensors(path)
    own = "checkpoint."
    items = {"checkpoint weights": Tensors({name: tensor for name, tensor in tensors.items() if not name.startswith(own)})}
    items.update({f"checkpoint {name[len(own):]}": tensor for name, tensor in tensors.items() if name.startswith(own)})
    items["checkpoint state"] = Figures(flat(numbers_as_text(metadata["rnn.checkpoint"]), skip=NO_BITS))
    return items


def items_of_metrics(path):
    """An item per kind of event that does not depend on the clock: all its figures, update after update."""
    events = {kind: [] for kind in EVENTS}
    for line in path.read_text().splitlines():
        event = numbers_as_text(line)
        kind, step = event.pop("type"), event.pop("step", "0")
        if kind in EVENTS and (kind != "metric" or int(step) % ALWAYS_LOGGED == 0):
            events[kind] += [(f"update {step} {where[1:]}", text) for where, text in flat(event, skip=NO_BITS)]
    return {EVENTS[kind]: Figures(rows) for kind, rows in events.items() if rows}


def items_of_run(folder):
    """The losses first: they show at which update a difference begins."""
    return {**items_of_metrics(folder / "metrics.jsonl"), **items_of_model(folder / "model.safetensors"),
            **items_of_checkpoint(folder / "last.ckpt.safetensors")}


def item_of_output(data):
    """What a verb printed: JSON lines as figures, other text as it is."""
    lines = data.splitlines()
    if not lines or not all(line.startswith(b"{") for line in lines):
        return Bytes(data)
    rows = []
    for i, line in enumerate(lines):
        where = f"line {i + 1} " if len(lines) > 1 else ""
        rows += [(where + pointer, text) for pointer, text in flat(numbers_as_text(line), skip=NO_BITS)]
    return Figures(rows)
