#!/usr/bin/env bash
# Why: a figure of a translation is the one that rnn eval measures, on pairs held out from training, and PyTorch learns the same.
. "${SOURCE:?the checkout}/tests/support/assert.sh"
unset RNN_DATA RNN_ISA
python=python3
"$python" -c 'import tomllib' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import tomllib' 2>/dev/null || skip "the tool of results needs Python 3.11"

results() { "$python" "$SOURCE/tools/results.py" --rnn "$RNN" --recipes recipes --work work --docs docs --data data "$@"; }

# Pairs that the program makes: what is asked was never seen, and the figures are those of rnn eval.
mkdir -p recipes data/letters
cat >recipes/sums.toml <<'TOML'
title = "Sums"
task = "translate"
seeds = [1, 2]
evaluate = ["valid", "test"]
[make]
problem = "addition"
digits = 1
train = 150
valid = 60
test = 60
[options]
init = "pytorch"
tokens = "char"
cell = "gru"
hidden = 16
batch = 16
epochs = 2
threads = 1
[[variant]]
name = "additive attention"
options = {}
[[variant]]
name = "no attention"
options = {attention = "none"}
TOML
expect_exit 0 results
(cd work/sums && "$RNN" eval no-attention-seed-2 test.tsv --json >"$WORK/eval.json")
"$python" - <<'PY' || fail "the rows of made pairs are not what rnn eval says, or the pairs were seen"
import json
row = json.load(open("docs/results.json"))["recipes"]["sums"]
measured = json.load(open("eval.json"))
lines = {side: open(f"work/sums/{side}.tsv").read().splitlines() for side in ("train", "valid", "test")}
assert len(lines["train"]) == 150 and [made["pairs"] for made in row["made_pairs"]] == [len(part) for part in lines.values()]
seen = {line.split("\t")[0] for line in lines["train"]}
for side in ("valid", "test"):
    sources = [line.split("\t")[0] for line in lines[side]]
    assert 0 < len(sources) == len(set(sources)) < 60 and not seen & set(sources), side
    seen |= set(sources)
run = row["variants"][1]["runs"][1]
assert [v["name"] for v in row["variants"]] == ["additive attention", "no attention"] and run["seed"] == 2
for key in ("loss", "bleu", "chrf", "exact"):
    assert abs(run["test"][key] - measured[key]) < 1e-6 * max(1, measured[key]), key
assert run["test"]["pairs"] == measured["pairs"] == len(lines["test"])
page = open("docs/results.md").read()
copied = 100 * row["baselines"]["test"]["copy the source"]["exact"]
assert f"| copy the source | {copied:.1f} % |" in page and "| nearest sentence |" in page and "no attention, greedy" not in page, page
assert f"of which the {len(lines['test'])} pairs with a new source are used" in page, page
PY

# Pairs of a data set: one network, its greedy translations beside it, and how the scores were made.
for side in train:600:1 valid:60:2 test:60:3; do
  IFS=: read -r name count seed <<<"$side"
  "$RNN" data make reverse --length 5 --min-length 2 --symbols 5 -n "$count" --seed "$seed" >"data/letters/$name.tsv"
done
cat >recipes/letters.toml <<'TOML'
title = "Letters"
task = "translate"
seeds = [1]
evaluate = ["test"]
[data]
train = "letters/train.tsv"
valid = "letters/valid.tsv"
test = "letters/test.tsv"
[options]
init = "pytorch"
tokens = "word"
cell = "lstm"
hidden = 16
lr = 5e-3
schedule = "cosine"
average = "ema"
batch = 16
epochs = 3
threads = 1
[twin]
updates = 60
seeds = [1, 2]
max-seconds = 120
TOML
expect_exit 0 results letters
"$python" - <<'PY' || fail "the rows of pairs of a data set are not there"
import json
row = json.load(open("docs/results.json"))["recipes"]["letters"]
page = open("docs/results.md").read()
figures, greedy = row["variants"][0]["runs"][0]["test"], row["variants"][0]["runs"][0]["test"]["greedy"]
assert f"| **this program** | {figures['bleu']:.2f} | {figures['chrf']:.2f} |" in page, page
assert f"| greedy | {greedy['bleu']:.2f} | {greedy['chrf']:.2f} |" in page, page
assert all(f"`{row['signatures'][name]}`" in page for name in ("bleu", "chrf")), page
assert "| [letters](#letters) | Letters | " in page and "| [sums](#sums) | Sums, " in page, page
PY
rm -r work
expect_exit 0 results
expect_err 'sums: already done'
expect_err 'letters: already done'
expect_no_file work
sed 's/^updates = 60/updats = 60/' recipes/letters.toml >recipes/bad.toml
expect_exit 2 results bad
expect_err 'did you mean updates'
sed 's/^digits = 1/text = "letters"/' recipes/sums.toml >recipes/bad.toml
expect_exit 2 results bad
expect_err "text = 'letters' is no key"
rm recipes/bad.toml

# The twin, where PyTorch is; the same parameters are a condition of the tool itself.
read -r -a torch <<<"${RNN_TORCH_PYTHON:-/usr/bin/python3}"
if ! "${torch[@]}" -c 'import torch' 2>/dev/null; then
  expect_exit 0 results letters --twin
  expect_err 'no twin'
  exit 0
fi
expect_exit 2 results letters --twin
expect_err '^error\[results/twin\]: the pairs are no longer in '
expect_exit 0 results letters --again --twin
"$python" - <<'PY' || fail "the twin of pairs does not learn as the program does"
import json
twin = json.load(open("docs/results.json"))["recipes"]["letters"]["twin"]
assert twin["updates"] == 60 and [run["seed"] for run in twin["runs"]] == [1, 2], twin
ours, theirs = (sum(run[who] for run in twin["runs"]) / 2 for who in ("ours", "theirs"))
assert abs(ours / theirs - 1) < 1e-3, twin  # the same weights and batches, no dropout
assert "after 60 updates the validation loss is" in open("docs/results.md").read()
PY
