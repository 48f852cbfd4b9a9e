# Why: models of different cells as one: better than their mean, and only with one tokenizer.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 600 7 >story.txt
sentences 100 8 >new.txt
expect_exit 0 "$RNN" train story.txt --cell rnn,gru,lstm "${tiny[@]}" --epochs 2 -o three --quiet

expect_exit 0 "$RNN" eval three-lstm new.txt --with three-gru --with three-rnn --no-baselines
expect_out '^ this model +[0-9.]+'
expect_out '^ three-gru/model\.safetensors +[0-9.]+'
expect_out '^ together +[0-9.]+'
expect_exit 0 "$RNN" eval three-lstm new.txt --with three-gru --with three-rnn --no-baselines --json
cp "$out_file" all.json
for cell in lstm gru rnn; do
  expect_exit 0 "$RNN" eval "three-$cell" new.txt --no-baselines --json
  cp "$out_file" "$cell.json"
done
python3 - <<'PYTHON' || fail "not the models alone, or worse than their mean"
import json
x = json.load(open("all.json"))
alone = [json.load(open(f"{cell}.json"))["loss"] for cell in ("lstm", "gru", "rnn")]
got = [x["loss"]] + [m["loss"] for m in x["with"]]
assert all(abs(a - b) < 1e-9 for a, b in zip(alone, got)), (alone, got)
assert x["together"]["loss"] <= sum(alone) / 3 + 1e-12, x
PYTHON
# A model with itself is itself; a weight leans the mean to one side; --fail-under judges all together.
expect_exit 0 "$RNN" eval three-lstm new.txt --with three-lstm --no-baselines --json
[[ "$(json_value "$out_file" 'abs(x["together"]["loss"] - x["loss"]) < 1e-9')" == True ]] || fail "with itself"
expect_exit 0 "$RNN" eval three-lstm new.txt --with three-gru --with-weights 1000000,1 --no-baselines --json
[[ "$(json_value "$out_file" 'abs(x["together"]["loss"] - x["loss"]) < 1e-4')" == True ]] || fail "weights"
expect_exit 6 "$RNN" eval three-lstm new.txt --with three-gru --no-baselines --fail-under 0.01
# A checkpoint of the same run is a model, too.
expect_exit 0 "$RNN" eval three-lstm new.txt --with three-lstm/last.ckpt.safetensors --no-baselines
expect_out '^ together +[0-9.]+'

# Writing, searching, choosing with three.
expect_exit 0 "$RNN" generate three-lstm -p 'The cat' --with three-gru --with three-rnn -n 20 --seed 4
cp "$out_file" one.txt
expect_exit 0 "$RNN" generate three-lstm -p 'The cat' --with three-gru --with three-rnn -n 20 --seed 4 -t 2
expect_same "$out_file" one.txt
expect_exit 0 "$RNN" generate three-lstm -p 'The cat' --with three-gru --beam 4 --stop . -n 12
expect_out '^The cat '
expect_exit 0 "$RNN" eval three-lstm --choose 'The cat' sees the --with three-gru --json
cp "$out_file" both.json
expect_exit 0 "$RNN" generate three-lstm -p 'The cat' --top 100 --json --with three-gru
python3 - both.json "$out_file" <<'PYTHON' || fail "--choose and --top disagree"
import json, math, sys
choice = json.loads(open(sys.argv[1]).readline())
p = {x["token"]: x["probability"] for x in json.loads(open(sys.argv[2]).readline())["next"]}
assert all(abs(c["log_prob"] - math.log(p[c["text"]])) < 1e-5 for c in choice["choices"])
PYTHON
expect_exit 0 "$RNN" generate three-lstm -p 'The cat' --with three-gru --save-state memory
expect_exit 0 "$RNN" generate three-lstm --with three-gru --load-state memory -n 5
expect_refused 4 state/model "$RNN" generate three-lstm --load-state memory -n 5 --json

# Unlike vocabularies and unlike ways of reading: one error that names both.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens char --max-updates 2 -o chars --quiet
tr o u <story.txt >other.txt
expect_exit 0 "$RNN" train other.txt "${tiny[@]}" --max-updates 2 -o other --quiet
for words in 'eval three-lstm new.txt' 'generate three-lstm' 'eval three-lstm --choose The cat dog'; do
  read -ra command <<<"$words"
  expect_refused 4 ensemble/tokens "$RNN" "${command[@]}" --with chars
  expect_err 'three-lstm/model\.safetensors and chars/model\.safetensors .* kind word, the second char'
  expect_refused 4 ensemble/tokens "$RNN" "${command[@]}" --with other
  expect_err "token [0-9]+ is '.*' in the first and '.*' in the second"
done
expect_refused 2 ensemble/weights "$RNN" generate three-lstm --with three-gru --with-weights 1
expect_refused 2 usage/option "$RNN" generate three-lstm --with three-gru --with-weights 1,x
expect_refused 2 usage/option "$RNN" generate three-lstm --with-weights 1,2
