# Why: the mean of models is computed again outside the program, and models that cannot be averaged are refused with the reason.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
sentences 40 8 >new.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word -o a --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --init-from a --seed 2 -o b --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --init-from a --seed 3 -o c --quiet

# The mean, number by number; a file that says what it is made of, and works.
expect_exit 0 "$RNN" average a b c/last.ckpt.safetensors -o mean.safetensors
expect_out '^ a/model\.safetensors +0\.3333 +[0-9.]+ %$'
expect_out '^ model +mean\.safetensors$'
expect_no_err .
expect_exit 0 "$RNN" average a b --weights 0.75,0.25 -o tilted.safetensors
python3 - <<'PYTHON' || fail "not the mean"
import json, struct
def tensors(path):
    data = open(path, "rb").read()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:begin])
    meta = head.pop("__metadata__")
    return meta, {n: struct.unpack(f"<{(t['data_offsets'][1] - t['data_offsets'][0]) // 4}f", data[begin + t["data_offsets"][0]:begin + t["data_offsets"][1]])
                  for n, t in head.items() if not n.startswith("checkpoint.")}
def float32(x): return struct.unpack("<f", struct.pack("<f", x))[0]
for out, parts, shares in (("mean.safetensors", ("a/model.safetensors", "b/model.safetensors", "c/last.ckpt.safetensors"), (1 / 3,) * 3),
                           ("tilted.safetensors", ("a/model.safetensors", "b/model.safetensors"), (0.75, 0.25))):
    meta, mean = tensors(out)
    models = [tensors(p)[1] for p in parts]
    assert mean.keys() == models[0].keys()
    for name, values in mean.items():
        for i, value in enumerate(values):
            total = 0.0
            for share, model in zip(shares, models): total += share * model[name][i]
            assert value == float32(total), (name, i)
    about = json.loads(meta["rnn.about"])
    assert [m["file"] for m in about["average"]] == list(parts) and "metrics" not in about and about["command"].startswith("rnn average a b")
    assert about["average"][0]["command"].startswith("rnn train story.txt") and about["mode"] and "rnn.checkpoint" not in meta
PYTHON
expect_exit 0 "$RNN" info mean.safetensors
expect_out '^ command +rnn average a b c/last'
grep -q '^The mean of the weights of 3 models\.$' mean.md || fail "no card"
grep -q 'a/model\.safetensors .* 0\.3333' mean.md || fail "the card does not say where it came from"
expect_exit 0 "$RNN" eval mean.safetensors new.txt
expect_out '^ this model +[0-9.]+'
expect_out '^ Kneser-Ney 5-gram '
expect_exit 0 "$RNN" generate mean.safetensors -p 'The cat' -n 5
# The mean of a model with itself is that model.
expect_exit 0 "$RNN" average a a -o same.safetensors
expect_exit 0 "$RNN" eval a new.txt --json --no-baselines
cp "$out_file" one.json
expect_exit 0 "$RNN" eval same.safetensors new.txt --json --no-baselines
expect_same "$out_file" one.json

# Sequences, too.
"$RNN" data make recall --length 5 -n 200 >recall.jsonl
expect_exit 0 "$RNN" train recall.jsonl --hidden 8 --epochs 1 --threads 1 -o r1 --quiet
expect_exit 0 "$RNN" train recall.jsonl --hidden 8 --epochs 1 --threads 1 --init-from r1 -o r2 --quiet
expect_exit 0 "$RNN" average r1 r2 -o r.safetensors
expect_exit 0 "$RNN" eval r.safetensors recall.jsonl

# Strangers are named.
sentences 100 9 | sed 's/cat/cow/' >other.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --hidden 12 -o small --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --cell gru -o gru --quiet
expect_exit 0 "$RNN" train other.txt "${tiny[@]}" --tokens word -o other --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --mode stream -o stream --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --seed 9 -o seed9 --quiet
refused() {  # refused CODE PATTERN MODELS...
  local code=$1 pattern=$2
  shift 2
  expect_refused 4 "$code" "$RNN" average "$@" -o no.safetensors
  expect_err "$pattern"
  expect_no_file no.safetensors
}
refused average/config 'a/model\.safetensors has hidden 16, small/model\.safetensors has 12' a small
refused average/config 'has cell lstm, gru/model\.safetensors has gru' a b gru
refused average/tokens "has token [0-9]+ '.*', other/model\.safetensors has '.*'" a other
refused average/mode 'has the mode sentence, stream/model\.safetensors has stream' a stream
refused average/config 'has ' a r1
refused model/missing 'nowhere' a nowhere
expect_exit 0 "$RNN" average a seed9 -o far.safetensors
expect_refused 2 average/models "$RNN" average a -o no.safetensors
expect_refused 2 average/shares "$RNN" average a b --weights 0.5,0.6 -o no.safetensors
expect_refused 2 average/shares "$RNN" average a b --weights 1 -o no.safetensors
expect_refused 2 usage/option "$RNN" average a b --weights 0.5,x -o no.safetensors
expect_refused 2 data/exists "$RNN" average a b -o mean.safetensors
expect_refused 2 usage/missing "$RNN" average
expect_refused 2 usage/missing "$RNN" average a b
