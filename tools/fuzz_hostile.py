"""Why: what a fuzzer finds slowly or never is written by hand: sizes that overflow, trees that are too deep, edges of every format.

all_cases() yields (target, file name, bytes) for tools/gen_fuzz_corpus.py. A name says what is odd; "good_" files are accepted.
"""
import gzip
import json
import struct


DEEP = 6000  # levels of brackets: more than a recursion fits into the stack that tests/fuzz/replay.cc allows


def safetensors(head, tensors=b"", length=None):
    text = head if isinstance(head, bytes) else json.dumps(head, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + tensors


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def containers():
    yield "good_empty", safetensors({})
    yield "good_types", safetensors(
        {"a": entry("F64", [1], 0, 8), "b": entry("F16", [2], 8, 12), "c": entry("BF16", [1, 2], 12, 16), "d": entry("BOOL", [], 16, 17)},
        struct.pack("<d", 1e300) + b"\x01\x00\xff\x7b" + b"\x80\x7f\xc0\x7f" + b"\x01")
    yield "good_no_elements", safetensors({"a": entry("F32", [0, 7], 0, 0), "b": entry("I64", [1 << 40, 0], 0, 0)})
    yield "good_metadata", safetensors({"__metadata__": {"k\u0000": "\u00e9\n", "": ""}, "\u00e9": entry("U8", [1], 0, 1)}, b"x")
    yield "shape_overflows", safetensors({"a": entry("F32", [1 << 33, 1 << 33], 0, 4)}, b"1234")
    yield "shape_overflows_to_size", safetensors({"a": entry("F32", [1 << 62, 4, 1], 0, 0)})
    yield "header_too_long", safetensors({}, length=(1 << 63) + 2)
    yield "header_longer_than_file", safetensors({"a": entry("F32", [1], 0, 4)}, b"1234", length=5000)
    yield "number_beyond_int64", safetensors(b'{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]}}', b"x")
    yield "number_beyond_uint64", safetensors(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,184467440737095516160]}}', b"x")
    yield "deep", safetensors(b'{"a":' + b"[" * 3000)
    yield "overlap", safetensors({"a": entry("U8", [2], 0, 2), "b": entry("U8", [2], 1, 3)}, b"xyz")
    yield "twice", safetensors(b'{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"x")
    yield "short", b"\x08\x00\x00"


def floats(count, start=0.0):
    return struct.pack(f"<{count}f", *[start + 0.01 * i for i in range(count)])


def state_dict(shapes):
    """A state dict of PyTorch: names and shapes, numbers that rise."""
    head, data = {}, b""
    for name, shape in shapes.items():
        count = 1
        for n in shape:
            count *= n
        head[name] = entry("F32", shape, len(data), len(data) + 4 * count)
        data += floats(count)
    return safetensors(head, data)


def own_model(config, shapes, more=None):
    """A file with a configuration of this program; `config` is text, so that it may be any."""
    head, data = {"__metadata__": {"rnn.format": "1", "rnn.config": config, **(more or {})}}, b""
    for name, shape in shapes.items():
        count = 1
        for n in shape:
            count *= n
        head[name] = entry("F32", shape, len(data), len(data) + 4 * count)
        data += floats(count)
    return safetensors(head, data)


BARE = {"task": "recurrent", "cell": "gru", "relu": False, "peephole": False, "input": 2, "hidden": 2, "layers": 1, "projection": 0,
        "bidirectional": False, "dropout": 0.0, "layer_dropout": 0.0, "vocabulary": 0, "tied": False}
BARE_SHAPES = {"weight_ih_l0": [6, 2], "weight_hh_l0": [6, 2], "bias_ih_l0": [6], "bias_hh_l0": [6]}


def models():
    gates = {"rnn": 1, "gru": 3, "lstm": 4}
    for cell, n in gates.items():
        yield f"good_bare_{cell}", state_dict({f"m.weight_ih_l0": [2 * n, 3], "m.weight_hh_l0": [2 * n, 2], "m.bias_ih_l0": [2 * n],
                                               "m.bias_hh_l0": [2 * n]})
    both = {}
    for direction in ("", "_reverse"):
        both |= {f"weight_ih_l0{direction}": [4, 1], f"weight_hh_l0{direction}": [4, 1], f"bias_ih_l0{direction}": [4],
                 f"bias_hh_l0{direction}": [4]}
    yield "good_bare_both_ways", state_dict(both)
    yield "bare_no_units", state_dict({"weight_ih_l0": [0, 3], "weight_hh_l0": [0, 1], "bias_ih_l0": [0], "bias_hh_l0": [0]})
    yield "bare_no_inputs", state_dict({"weight_ih_l0": [4, 0], "weight_hh_l0": [4, 1], "bias_ih_l0": [4], "bias_hh_l0": [4]})
    yield "good_own_bare", own_model(json.dumps(BARE), BARE_SHAPES)
    yield "good_about_is_a_list", own_model(json.dumps(BARE), BARE_SHAPES, {"rnn.about": "[1, 2]"})
    yield "config_deep", own_model('{"task":' + "[" * DEEP + "]" * DEEP + "}", {})
    yield "about_deep", own_model(json.dumps(BARE), BARE_SHAPES, {"rnn.about": "[" * DEEP + "]" * DEEP})
    yield "config_number_is_real", own_model(json.dumps({**BARE, "hidden": 1e30}), BARE_SHAPES)
    yield "config_negative", own_model(json.dumps({**BARE, "hidden": -2}), BARE_SHAPES)
    yield "config_layers_without_weights", own_model(json.dumps({**BARE, "layers": 64}), BARE_SHAPES)
    yield "tokenizer_is_a_list", own_model(json.dumps(BARE), BARE_SHAPES, {"rnn.tokenizer": "[]"})
    yield "tokenizer_kind_only", own_model(json.dumps(BARE), BARE_SHAPES, {"rnn.tokenizer": '{"kind": "char"}'})
    yield "tokenizer_last_character", own_model(
        json.dumps(BARE), BARE_SHAPES, {"rnn.tokenizer": json.dumps({"kind": "char", "pieces": ["<unk>", "\n", "\U0010ffff"]})})


def session_state(streams, width):
    return b"rnnstate" + struct.pack("<II", streams, width)


def series_state(context, columns, steps, name=b"a", fixed=(0.0,), rows=None, count=None, first=None):
    """As Series::to_bytes() of include/rnn/series.h."""
    rows = min(steps, context) if rows is None else rows
    head = (b"rnnpast1" if first is None else b"rnnpast2") + struct.pack("<IIIIQq4d", len(name), len(fixed), columns, context, 0, steps, 0.0,
                                     float(steps) if count is None else count, 0.5, 2.0)
    head += b"" if first is None else struct.pack("<q", first)
    numbers = [0.25 * i for i in range(rows * (1 + columns))]
    return head + name + struct.pack(f"<{len(fixed) + len(numbers)}d", *fixed, *numbers) + b"\0" * 24


def states():
    yield "series_state", "ring_full.state", series_state(4, 1, 7)
    yield "series_state", "ring_begun.state", series_state(4, 1, 3, b"new", (float("nan"),))
    yield "series_state", "no_steps.state", series_state(4, 0, 0)
    yield "series_state", "no_ring.state", series_state(0, 0, 5, count=0.0)
    yield "series_state", "ring_too_large.state", series_state(1 << 31, 4096, 0)
    yield "series_state", "dated.state", series_state(4, 1, 7, first=-3)
    yield "series_state", "dated_far_away.state", series_state(4, 1, 7, first=1 << 62)
    yield "series_state", "dated_without_date.state", series_state(4, 1, 7)[:7] + b"2" + series_state(4, 1, 7)[8:]
    yield "series_state", "more_rows_than_steps.state", series_state(4, 1, 2, rows=4)
    yield "series_state", "more_values_than_steps.state", series_state(4, 1, 2, count=3.0)
    yield "series_state", "name_longer_than_file.state", series_state(4, 1, 2)[:8] + b"\xff\xff\0\0" + series_state(4, 1, 2)[12:]
    yield "writer_state", "cache_of_nothing.state", b"rnnstat2" + b"\0" * 8 + struct.pack("<Q", 0)
    yield "writer_state", "cache_longer_than_file.state", b"rnnstat2" + b"\0" * 8 + struct.pack("<Q", (1 << 64) - 1)
    yield "writer_state", "spacing_longer_than_file.state", b"rnnstat1" + struct.pack("<II", 1, 0xFFFFFFFF) + b"\0" * 20
    yield "writer_state", "many_rows.state", b"rnnstat1" + struct.pack("<II", 1, 2) + b"\x01\0" + floats(30)
    yield "writer_state", "not_numbers.state", b"rnnstat1" + struct.pack("<II", 1, 2) + b"\x01\0" + b"\xff" * 12
    yield "writer_state", "no_rows.state", b"rnnstat1" + struct.pack("<II", 1, 2) + b"\x01\0"
    yield "session_state", "none.state", session_state(0, 0)
    yield "session_state", "product_overflows.state", session_state(0xFFFF, 0xFFFFFFFF)
    yield "session_state", "width_only.state", session_state(0, 7)


def sequences():
    yield "good_extremes", b'{"input": [1e-45, -3.4028234e38, 0.1, -0.0], "target": 1e-320}\n'
    yield "good_other_keys", '{"x": {"y": [[], {}, null]}, "target": ["\u00e9", null], "z": 1e5, "input": ["\\u0000", "a b"]}\n'.encode()
    yield "good_spaces", b' \t\r\n\xef\xbb\xbf'[:4] + b'{"input":[[1]],"target":"a"}\r\n\n{"input":[[2],[3]],"target":"b"}'
    yield "all_null", b'{"input": ["a"], "target": [null]}\n'
    yield "beyond_float", b'{"input": [1e39], "target": 1}\n'
    yield "beyond_double", b'{"input": [1e999], "target": 1}\n'
    yield "not_a_number", b'{"input": [NaN, -Infinity], "target": 1}\n'
    yield "deep", b'{"x": ' + b"[" * 4000
    yield "twice", b'{"input": [1], "input": [2], "target": 1}\n'
    yield "cut_character", b'{"input": ["\xc3'
    yield "surrogate", b'{"input": ["\\ud800"], "target": "a"}\n'


def texts():
    lines = b'{"text": "one\\ntwo\\r\\n"}\n\n{"more": 1, "text": "three"}\n'
    yield "good_lines.jsonl", lines
    yield "good_marks.txt", b"\xef\xbb\xbfone\r\ntwo<|endoftext|>\nthree<|endoftext|><|endoftext|>\n\n four\r"
    yield "good_gzip.gz", gzip.compress(lines, mtime=0)
    yield "good_two_members.gz", gzip.compress(b"one\n", mtime=0) + gzip.compress(b"two\n", mtime=0)
    raw = b"one\ntwo\n"  # a Zstandard frame: one segment of known size, one raw block that is the last
    yield "good_zstd.zst", b"\x28\xb5\x2f\xfd\x20" + bytes([len(raw)]) + ((len(raw) << 3) | 1).to_bytes(3, "little") + raw
    yield "good_pairs.tsv", b"one two\tun deux\nthree\ttrois\r\n"
    yield "good_pairs.jsonl", b'{"translation": {"en": "one", "fr": "un\\n"}}\n{"translation": {"fr": "deux", "en": "two"}}\n'
    yield "good_source_target.jsonl", b'{"source": "one", "target": "un", "x": []}\n'
    yield "nul.txt", b"one\0two\n"
    yield "utf16.txt", "one".encode("utf-16")
    yield "ill_formed.txt", b"one \xff\xfe two \xc0\xaf\xed\xa0\x80\n" * 3
    yield "gzip_cut.gz", gzip.compress(lines, mtime=0)[:-9]
    yield "gzip_rubbish_behind.gz", gzip.compress(lines, mtime=0) + b"rubbish"
    yield "gzip_head_only.gz", b"\x1f\x8b"
    yield "zstd_head_only.zst", b"\x28\xb5\x2f\xfd"
    yield "deep.jsonl", b'{"text": ' + b"[" * 4000
    yield "nul_escaped.jsonl", b'{"text": "a\\u0000b"}\n'
    yield "pairs_line_break.jsonl", b'{"source": "a\\nb", "target": "c"}\n'
    yield "pairs_three_languages.jsonl", b'{"translation": {"a": "1", "b": "2", "c": "3"}}\n'
    yield "pairs_three_columns.tsv", b"a\tb\tc\n"
    yield "blank.txt", b" \n\t\n\x0b\x0c\n"


def arpa():
    head = b"\\data\\\nngram 1=4\nngram 2=2\n\n"
    unigrams = b"\\1-grams:\n-1\t<unk>\n-99\t<s>\t-0.5\n-0.5\t</s>\n-0.7\ta\t-0.2\n"
    good = head + unigrams + b"\n\\2-grams:\n-0.3\t<s> a\n-0.4\ta </s>\n\n\\end\\\n"
    yield "good", good
    yield "good_no_unknown", b"\\data\\\nngram 1=3\n\\1-grams:\n-99 <s>\n-1 </s>\n-1 a\n\\end\\\n"
    yield "good_carriage_returns", good.replace(b"\n", b"\r\n")
    yield "huge_weights", good.replace(b"-0.2", b"1e300").replace(b"-0.5", b"-1e300").replace(b"-0.7", b"-1e308")
    yield "count_too_large", good.replace(b"1=4", b"1=9223372036854775807")
    yield "count_overflows", good.replace(b"1=4", b"1=92233720368547758070")
    yield "count_negative", good.replace(b"1=4", b"1=-4")
    yield "order_21", b"\\data\\\n" + b"".join(b"ngram %d=0\n" % n for n in range(1, 22))
    yield "order_skips", good.replace(b"ngram 2", b"ngram 3")
    yield "probability_above_one", good.replace(b"-0.7", b"0.7")
    yield "unknown_word", good.replace(b"<s> a", b"<s> b")
    yield "no_sentence", good.replace(b"<s>", b"<x>")
    yield "duplicate", good.replace(b"a </s>", b"<s> a")
    yield "many_fields", good.replace(b"<s> a\n", b"<s> a b c d e f g h\n")
    yield "cut", good[:-8]


def protobuf(*fields):
    """Fields as (number, value): bytes, text, float (4 bytes) or int."""
    def varint(n):
        out = b""
        while True:
            out += bytes([n & 127 | (128 if n > 127 else 0)])
            n >>= 7
            if not n:
                return out
    out = b""
    for number, value in fields:
        if isinstance(value, float):
            out += varint(number << 3 | 5) + struct.pack("<f", value)
        elif isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


NORMAL, UNKNOWN, CONTROL, USER, UNUSED = 1, 2, 3, 4, 5


def sentencepiece(pieces, trainer=(), normalizer=()):
    """sentencepiece_model.proto: pieces (1), trainer (2), normalizer (3)."""
    listed = [(1, protobuf((1, text), (2, score), (3, kind))) for text, score, kind in pieces]
    return protobuf(*listed, (2, protobuf(*trainer)), (3, protobuf(*normalizer)))


def character_map(key, text, units=256):
    """A compiled map of characters that turns `key` into `text`: the size of a double array, the array, the texts.

    A unit: bits 0-7 its label, bit 8 whether a value hangs below, bits 10 and up the offset of its children; a value has bit 31.
    """
    array, position = [0] * units, 0
    base, used = 1, {0}
    for i, byte in enumerate(key):
        while (base ^ byte) in used or base == position:
            base += 1
        array[position] |= (position ^ base) << 10
        position = base ^ byte
        used.add(position)
        array[position] |= byte
    base = next(b for b in range(1, units) if b not in used)
    array[position] |= (position ^ base) << 10 | 1 << 8
    array[base] = 1 << 31
    blob = struct.pack(f"<{units}I", *array)
    return struct.pack("<I", len(blob)) + blob + text + b"\0"


def subwords():
    mark = "\u2581"
    base = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL), (mark, -2.0, NORMAL), ("a", -1.0, NORMAL),
            ("b", -1.5, NORMAL), (mark + "a", -0.5, NORMAL)]
    unigram, bpe = [(3, 1)], [(3, 2)]
    yield "good_small_unigram", sentencepiece(base, unigram)
    yield "good_small_bpe", sentencepiece(base + [("ab", -3.0, NORMAL), ("xy", 0.0, USER), ("zz", -4.0, UNUSED)], bpe)
    upper = character_map("\u00dc".encode(), b"U")
    yield "good_character_map", sentencepiece(base + [("U", -1.0, NORMAL)], unigram, [(1, "own"), (2, upper)])
    yield "map_without_array", sentencepiece(base, unigram, [(2, struct.pack("<I", 0) + b"x\0")])
    yield "map_array_cut", sentencepiece(base, unigram, [(2, struct.pack("<I", 4) + upper[4:8] + b"x\0")])
    wild = bytearray(upper)
    wild[4:8] = struct.pack("<I", 0x3FFFFF << 10)
    yield "map_points_outside", sentencepiece(base, unigram, [(2, bytes(wild))])
    yield "map_texts_not_ended", sentencepiece(base, unigram, [(2, upper[:-1])])
    leaf = bytearray(upper)
    at = next(i for i in range(4, len(leaf), 4) if leaf[i + 3] & 0x80)
    leaf[at:at + 4] = struct.pack("<I", 1 << 31 | 0x7FFFFF)
    yield "map_value_outside", sentencepiece(base, unigram, [(2, bytes(leaf))])
    yield "scores_not_numbers", sentencepiece([(t, float("nan") if k == NORMAL else s, k) for t, s, k in base], unigram)
    yield "scores_infinite", sentencepiece([(t, float("inf") if t == "a" else -3e38, k) for t, s, k in base], unigram)
    yield "no_pieces", sentencepiece([], unigram)
    yield "no_unknown", sentencepiece(base[1:], unigram)
    yield "empty_piece", sentencepiece(base + [("", 0.0, NORMAL)], unigram)
    yield "same_piece_twice", sentencepiece(base + [("a", 0.0, NORMAL)], unigram)
    yield "piece_not_utf8", sentencepiece(base + [(b"\xff\xfe", 0.0, NORMAL)], unigram)
    yield "nul_piece", sentencepiece(base + [("\0", 0.0, NORMAL), ("a\0b", 0.0, USER)], unigram)
    yield "bytes_missing", sentencepiece(base + [("<0x41>", 0.0, 6)], unigram + [(35, 1)])
    yield "byte_too_short", sentencepiece(base + [("<0x", 0.0, 6)], unigram)
    yield "word_model", sentencepiece(base, [(3, 3)])
    yield "end_of_sentence_elsewhere", sentencepiece(base, unigram + [(42, 1000)])
    yield "unknown_elsewhere", sentencepiece(base, unigram + [(40, 5)])
    yield "only_two_bytes", b"\x0a\xff"


def configs():
    yield "good_some.toml", b'[model]\ncell = "gru"\nhidden = 32\n[train]\nlr = 1e-3\nseed = 7\n[data]\ntrain = ["a.txt", "b \\u00e9.txt"]\n'
    yield "good_seed_as_text.toml", b'[train]\nseed = "18446744073709551615"\nmax-time = "1.5h"\n'
    yield "good_underscores.toml", b"[train]\nmax_updates = 1_000\nvalid_share = 5e-2\n"
    yield "good_control_in_path.toml", b'[data]\ntrain = "a\\u007fb\\u0001.txt"\n'
    yield "deep.toml", b"a = " + b"[" * 400
    yield "deep_tables.toml", b"[" + b"a." * 300 + b"a]\n"
    yield "infinite.toml", b"[train]\nlr = inf\ndropout = nan\n"
    yield "too_large.toml", b"[train]\nseed = 99999999999999999999\n"
    yield "date.toml", b"[train]\nlr = 1979-05-27T07:32:00Z\n"
    yield "empty_path.toml", b'[data]\ntrain = ["", 1]\n'
    yield "outside.toml", b"hidden = 3\n"
    yield "twice.toml", b"[model]\nhidden = 3\nhidden = 4\n"
    yield "not_utf8.toml", b'[data]\ntrain = "\xff"\n'


def numpy_file(values, shape, descr="<f4", rest="'fortran_order': False, ", version=1):
    header = f"{{'descr': '{descr}', {rest}'shape': {shape}, }}".encode()
    length = "<H" if version == 1 else "<I"
    header += b" " * (-(8 + struct.calcsize(length) + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(length, len(header)) + header + struct.pack(f"<{len(values)}f", *values)


def wave(samples, format=(1, 1, 16000, 32000, 2, 16), length=None):
    data = struct.pack(f"<{len(samples)}h", *samples)
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, *format) + b"data" + struct.pack("<I", len(data) if length is None else length)
    return b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data


def sounds():
    yield "good.npy", numpy_file([0.5] * 6, "(2, 3)")
    yield "good_version_2.npy", numpy_file([1.5] * 4, "(4, 1)", version=2)
    yield "fortran.npy", numpy_file([0.5] * 4, "(2, 2)", rest="'fortran_order': True, ")
    yield "large_shape.npy", numpy_file([0.5] * 4, "(99999999999, 99999999999)")
    yield "no_shape.npy", numpy_file([0.5] * 4, "")
    yield "good_big.mfc", struct.pack(">I26f", 26, *[0.25] * 26)
    yield "good_little.mfc", struct.pack("<I13f", 13, *[0.25] * 13)
    yield "not_finite.mfc", struct.pack(">I13f", 13, *[float("nan")] * 13)
    yield "good.wav", wave([0, 1000, -1000] * 20)
    yield "piped.wav", wave([0, 1000, -1000] * 20, length=0xFFFFFFFF)
    yield "never_closed.wav", wave([0, 1000, -1000] * 20, length=0)
    yield "many_channels.wav", wave([0, 1000, -1000] * 20, format=(1, 60000, 16000, 32000, 2, 16))
    yield "floats.wav", wave([0x7FFF, 0x7FC0] * 8, format=(3, 1, 16000, 64000, 4, 32))
    yield "good_raw.txt", b"s24,48000,2\n" + bytes(range(40))
    yield "good_raw_float.txt", b"f32,8000\n" + bytes(range(0xE0, 0x100))
    yield "good_front_end.json", (
        b'{"version":1,"units":"natural logarithm of the power in a band of the mel scale","kind":"mfcc","rate":8000,"frame_ms":25,'
        b'"shift_ms":10,"bins":23,"low_hz":20,"high_hz":0,"pre_emphasis":0.97,"window":"povey","snip_edges":true,"scale":"int16",'
        b'"energy":false,"energy_floor":1,"cepstra":13,"lifter":22,"deltas":2}')
    yield "good_front_end.state", b"FES1" + struct.pack("<3i4q", 400, 160, 80, 0, 3, 0, 0) + struct.pack("<83f", *[0.1] * 83)
    yield "good_mirrored.state", b"FES1" + struct.pack("<3i4q", 200, 80, 40, 0, 5, 0, 0) + struct.pack("<105f", *[0.1] * 105)
    yield "good_resampler.state", b"RSM1" + struct.pack("<3i3q", 16000, 8000, 0, 4, 0, 50) + struct.pack("<50f", *[0.1] * 50)
    yield "good_voice.state", b"VAD1" + struct.pack("<4i3qd9f", 160, 5, 2, 1, 10, 3, 9, 0.5, *[-50.0] * 9)
    yield "much_read.state", b"RSM1" + struct.pack("<3i3q", 16000, 8000, 0, 2 << 40, 0, 50) + struct.pack("<50f", *[0.1] * 50)


def all_cases():
    named = (("safetensors", ".safetensors", containers), ("model", ".safetensors", models), ("sequences", ".jsonl", sequences),
             ("text", "", texts), ("arpa", ".arpa", arpa), ("subwords", ".model", subwords), ("config", "", configs), ("sound", "", sounds))
    for target, ending, cases in named:
        for name, data in cases():
            yield target, name + ending, data
    yield from states()
