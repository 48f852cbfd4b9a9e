# Why: the long-memory problems through the program: made, guessed, trained, resumed, measured; and what is refused.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

"$RNN" data make recall --length 6 --symbols 4 -n 1200 >recall.jsonl
"$RNN" data make adding --length 10 -n 600 >adding.jsonl
"$RNN" data make parity --length 5 -n 300 >parity.jsonl
"$RNN" data make copy --length 3 --symbols 3 -n 300 >copy.jsonl

# Guessed, learnt, written down.
"$RNN" train recall.jsonl -o run --cell gru --hidden 24 --lr 5e-3 --epochs 12 >out.txt 2>err.txt
grep -q 'task *classify' err.txt || fail "the task was not guessed: $(cat err.txt)"
grep -q 'always the most frequent' out.txt || fail "no baseline row"
for name in config.toml model.safetensors metrics.jsonl README.md data.json; do [ -s run/$name ] || fail "no run/$name"; done
"$RNN" eval run recall.jsonl --json >eval.json
python3 - <<'P'
import json
r = json.load(open("eval.json"))
assert r["accuracy"] > 0.9, r
assert r["baselines"]["always the most frequent"]["accuracy"] < 0.35, r
P
"$RNN" check run --samples 6 >/dev/null 2>&1 || fail "rnn check"
"$RNN" info run | grep -q 'output 4' || fail "rnn info does not tell the outputs"

# A regression on numbers, a label per step, both through every verb once.
"$RNN" train adding.jsonl -o add --hidden 16 --epochs 2 -q | grep -q 'mean squared error' || fail "adding"
"$RNN" train copy.jsonl -o copy --hidden 16 --epochs 1 -q | grep -q accuracy || fail "copy"
"$RNN" train parity.jsonl -o parity --cell rnn --hidden 16 --epochs 1 -q | grep -q accuracy || fail "parity"
"$RNN" eval add adding.jsonl | grep -q 'always the mean' || fail "eval of a regression"

# Stopped and resumed is the run that was never stopped.
"$RNN" train adding.jsonl -o whole --hidden 16 --epochs 2 -q >/dev/null
"$RNN" train adding.jsonl -o parts --hidden 16 --epochs 2 --max-updates 20 -q >/dev/null
"$RNN" train --resume parts --max-updates 0 -q >/dev/null
python3 - <<'P'
def tensors(path):
    raw = open(path, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
assert tensors("whole/model.safetensors") == tensors("parts/model.safetensors"), "resumed weights differ"
P

# Refused, with a code and the documented status.
expect_exit 4 "$RNN" generate run -p a
expect_err "model/task"
for option in "--cache 5" "--dynamic 0.1" --per-line; do
  read -ra words <<<"$option"
  expect_exit 2 "$RNN" eval run recall.jsonl "${words[@]}"
  expect_err "^error\\[usage/option\\]: ${words[0]} is for language models"
done
expect_exit 3 "$RNN" eval run adding.jsonl
expect_err "data/"
expect_exit 3 "$RNN" eval add recall.jsonl
expect_err "data/"
printf '{"input": [1, 2], "target": 1}\n{"input": [1, "x"], "target": 1}\n' >mixed.jsonl
expect_exit 3 "$RNN" train mixed.jsonl -o mixed
expect_err "mixed.jsonl:2"
printf '{"input": ["a"], "target": "a"}\n' >one.jsonl
expect_exit 3 "$RNN" train one.jsonl -o one
expect_err "data/too_short"
# What is wrong with the data is said whether or not the task is named.
expect_refused 3 data/missing "$RNN" train none.jsonl --task classify -o other
: >empty.jsonl
expect_refused 3 data/empty "$RNN" train empty.jsonl --task tag -o other
printf '{"input": ["a"], "target": true}\n' >truth.jsonl
for task in '' '--task classify'; do
  # shellcheck disable=SC2086  # a word or none
  expect_refused 3 data/json "$RNN" train truth.jsonl $task -o other
  expect_err 'truth.jsonl:1: .*true or false'
done
expect_refused 2 task/data "$RNN" train adding.jsonl --task classify -o other
expect_err 'in quotes'
expect_refused 2 usage/resume "$RNN" train --resume run --task tag
expect_refused 2 usage/resume "$RNN" train --resume run --force
expect_refused 2 usage/option "$RNN" average run/model.safetensors run/last.ckpt.safetensors -o run/mean.md
expect_no_file run/mean.md
expect_exit 2 "$RNN" train recall.jsonl --task regress -o other
expect_err "task/data"

# Lines sorted by label are held out as fairly as shuffled ones, and that is said.
python3 - <<'P'
import json, random
random.seed(1)
lines = []
for label in "abcd":
    for i in range(100):
        noise = [random.choice("efgh") for _ in range(4)] + [str(i % 10), str(i // 10)]
        lines.append(json.dumps({"input": [label] + noise, "target": label}))
open("sorted.jsonl", "w").write("\n".join(lines) + "\n")
random.shuffle(lines)
open("mixed_up.jsonl", "w").write("\n".join(lines) + "\n")
open("twice.jsonl", "w").write("\n".join(lines + lines) + "\n")
open("same.jsonl", "w").write((lines[0] + "\n") * 40)
P
learn=(--cell gru --hidden 24 --lr 5e-3 --epochs 6 --patience 0)
expect_exit 0 "$RNN" train sorted.jsonl "${learn[@]}" -o from_sorted
expect_err '^ data .* 20 for validation \(5 % drawn from all, as the lines are sorted by label\)$'
python3 - <<'P'
import json
note = json.load(open("from_sorted/data.json"))
assert (note["valid"]["sequences"], note["valid"]["split"]) == (20, "shuffled"), note
last = [json.loads(line) for line in open("from_sorted/metrics.jsonl")][-1]
assert last["type"] == "result" and last["metrics"]["val_accuracy"] > 0.8, last
P
expect_exit 0 "$RNN" train mixed_up.jsonl "${learn[@]}" --seed 2 -o from_mixed
expect_err '\(5 % drawn from all\)$'
expect_exit 0 "$RNN" train twice.jsonl "${learn[@]}" --max-updates 1 -o from_twice
expect_err '\(5 % drawn from all; 50 % repeat an earlier one: equal ones stay together\)$'
expect_refused 3 data/too_short "$RNN" train same.jsonl -o from_same
expect_exit 0 "$RNN" data check sorted.jsonl
expect_out '^ split +380 sequences for training, 20 drawn from all for validation$'
expect_out 'data/sorted.* the lines are sorted by label'
expect_exit 0 "$RNN" data check twice.jsonl
expect_out 'data/duplicates.* 400 of 800 sequences repeat an earlier one'

# The rule belongs to the run: resumed it has the same part, and a run of a version that took the last part keeps the last part.
cat >as_before.py <<'P'
# as_before.py FILE: what a version without the rule wrote
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
head = json.loads(data[8:8 + size])
meta = head["__metadata__"]
about = json.loads(meta["rnn.about"])
assert about["data"].pop("split") == "shuffled"
meta["rnn.about"] = json.dumps(about)
if "rnn.checkpoint" in meta:
    checkpoint = json.loads(meta["rnn.checkpoint"])
    assert checkpoint["request"].pop("split") == "shuffled"
    meta["rnn.checkpoint"] = json.dumps(checkpoint)
text = json.dumps(head).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])
P
expect_exit 0 "$RNN" train sorted.jsonl "${learn[@]}" --max-updates 30 --eval-every 10 -o part
cp -r part old
for file in old/model.safetensors old/last.ckpt.safetensors; do python3 as_before.py "$file"; done
expect_exit 0 "$RNN" train --resume part --max-updates 40
expect_err '5 % drawn from all'
expect_exit 0 "$RNN" train --resume old --max-updates 40
expect_err '\(last 5 %\)$'
tail -n 20 sorted.jsonl >last.jsonl # one label only
expect_exit 0 "$RNN" eval old last.jsonl --json
python3 - <<'P'
import json
last = json.load(open(".out"))
end = [json.loads(line) for line in open("old/metrics.jsonl")][-1]["metrics"]
assert abs(last["loss"] - end["val_loss"]) < 1e-6, (last, end)
P
