# Why: an adaptive or sampled softmax from end to end: trained, shown, evaluated exactly, checked, stopped and resumed.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
sentences 60 8 >new.txt
options=("${tiny[@]}" --epochs 2 --lr 0.01 --valid new.txt)

expect_exit 0 "$RNN" train story.txt "${options[@]}" --softmax adaptive --cutoffs 5,10 --softmax-divide 2 -o adaptive
expect_err '^ model .*, adaptive softmax 5,10 '
expect_exit 0 "$RNN" train story.txt "${options[@]}" --softmax sampled --samples 6 --sampler unigram --tied -o sampled
expect_err '^ model .*, sampled softmax '

expect_exit 0 "$RNN" info adaptive
expect_out '^ model .*adaptive softmax with cutoffs 5,10 and divide 2'
expect_out '^ *output\.tail\.1\.0\.weight'
expect_exit 0 "$RNN" info sampled --json
[[ "$(json_value "$out_file" 'x["softmax"]')" == sampled ]] || fail "the model does not say how it was trained"

for run in adaptive sampled; do
  # What training measured on the text is what an evaluation finds: every token's probability, exactly.
  expect_exit 0 "$RNN" eval "$run" new.txt --json
  found="$(json_value "$out_file" 'x["loss"]')"
  expect_exit 0 "$RNN" info "$run" --json
  measured="$(json_value "$out_file" 'x["about"]["metrics"]["val_loss"]')"
  python3 -c "import sys; sys.exit(abs($found - $measured) > 1e-5 * $found)" || fail "$run: $found, not $measured"
  expect_exit 0 "$RNN" generate "$run" -n 10
  expect_exit 0 "$RNN" eval "$run" new.txt --cache 20 --dynamic 0.01
  expect_exit 0 "$RNN" check "$run" --samples 8
  expect_exit 0 "$RNN" inspect "$run" -p "The cat sees the dog"
done

# Stopped and taken up again: the same samples, the same weights.
for softmax in adaptive sampled; do
  kind=(--softmax "$softmax" --eval-every 5)
  expect_exit 0 "$RNN" train story.txt "${options[@]}" "${kind[@]}" --max-updates 10 --quiet -o "whole-$softmax"
  expect_exit 0 "$RNN" train story.txt "${options[@]}" "${kind[@]}" --max-updates 5 --quiet -o "cut-$softmax"
  expect_exit 0 "$RNN" train --resume "cut-$softmax" --max-updates 10 --quiet
  expect_exit 0 "$RNN" generate "whole-$softmax" -n 30 --seed 3
  cp "$out_file" one.txt
  expect_exit 0 "$RNN" generate "cut-$softmax" -n 30 --seed 3
  expect_same "$out_file" one.txt
done

# One clear error each.
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --softmax adaptive --cutoffs 10,5 -o bad
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --softmax adaptive --cutoffs 5,x -o bad
expect_refused 2 model/cutoffs "$RNN" train story.txt "${tiny[@]}" --softmax adaptive --cutoffs 5,100000 -o bad
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --cutoffs 5,10 -o bad
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --samples 5 -o bad
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --softmax sampled --label-smoothing 0.1 -o bad
expect_refused 2 usage/option "$RNN" train story.txt "${tiny[@]}" --softmax sampled --samples 100000 -o bad
expect_refused 2 model/tied "$RNN" train story.txt "${tiny[@]}" --softmax adaptive --tied -o bad
[[ ! -e bad ]] || fail "a refused run left a folder"
