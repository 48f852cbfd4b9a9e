#!/usr/bin/env bash
# Why: settings of published models load by name and take a step; their small versions have the same methods and train on any text.
. "$SOURCE/tests/support/assert.sh"
unset RNN_RECIPES
corpus="$SOURCE/data/corpus/everyday.txt"

expect_exit 0 "$RNN" config recipes
for name in zaremba-small zaremba-medium gal-variational awd-lstm awd-char; do
  expect_out "^$name .*20[0-9][0-9]: "
  expect_out "^$name-mini .*the same methods"
done
expect_exit 0 "$RNN" config recipes --json
expect_out '^\{"name":"awd-char","about":"the AWD-LSTM'

# A twin differs in sizes, shares that are dropped, lengths of time and what a word is, in nothing else.
sizes='tokens|hidden|embed|last-hidden|dropout|input-dropout|embedding-dropout|output-dropout|state-dropout|weight-drop|batch|bptt|epochs|decay-at|nonmono'
for file in "$SOURCE"/recipes/papers/*-mini.toml; do
  whole="${file%-mini.toml}.toml"
  for side in "$whole" "$file"; do
    grep -v '^#' "$side" | sed -E "s/^($sizes) = .*/\1/" >"$(basename "$side").methods"
  done
  expect_same "$(basename "$whole").methods" "$(basename "$file").methods"
done

# The models of the papers, at their full size: one step on a text.
head -n 60 "$corpus" >few.txt
for name in zaremba-small zaremba-medium gal-variational awd-lstm awd-char; do
  expect_exit 0 "$RNN" train few.txt -c "$name" --batch 2 --max-updates 1 -q -o "$name"
done

# The twins learn: they are better than counting words, and an option of the command line wins over the recipe.
for name in zaremba-small zaremba-medium gal-variational awd-lstm; do
  expect_exit 0 "$RNN" train "$corpus" -c "$name-mini" -q -o "$name-mini"
done
expect_exit 0 "$RNN" train "$corpus" -c awd-char-mini -q -o awd-char-mini
tail -n 190 "$corpus" >last.txt  # within the part that was kept for checking
for name in zaremba-small zaremba-medium gal-variational awd-lstm awd-char; do
  expect_exit 0 "$RNN" eval "$name-mini" last.txt --json
  python3 - "$name" "$WORK/.out" <<'PY' || fail "$name-mini is not better than an n-gram model"
import json
import sys
report = json.load(open(sys.argv[2]))
# The project's corpus repeats its phrases: counting eight characters knows them by heart.
counted = ["trigram"] if sys.argv[1] == "awd-char" else [label for label in report["baselines"] if "gram" in label]
ngram = min(report["baselines"][label]["loss"] for label in counted)
print(f"{sys.argv[1]}-mini {report['loss']:.4f}, n-gram {ngram:.4f}", file=sys.stderr)
assert report["loss"] < ngram, report
PY
done

# A name that is neither a file nor a recipe.
expect_exit 2 "$RNN" train few.txt -c awd-lstmm
expect_err 'error\[config/missing\].*awd-lstmm'
expect_err 'did you mean awd-lstm'
expect_exit 2 "$RNN" train few.txt -c nothing.toml
expect_err 'error\[config/missing\].*nothing.toml does not exist'
