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
