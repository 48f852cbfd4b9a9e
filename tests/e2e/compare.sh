# Why: comparing runs as a user types it: which is best, what differs, several seeds, and what must not be compared.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
sentences 300 9 >other.txt
train() { expect_exit 0 "$RNN" train "$@" "${tiny[@]}" --init pytorch --quiet; }
for seed in 1 2 3; do train story.txt --lr 0.01 --seed "$seed" -o "runs/lstm-$seed"; done
train story.txt --cell gru --lr 0.01 -o runs/gru
train story.txt --lr 1e-6 -o runs/slow

expect_exit 0 "$RNN" compare runs/*
expect_no_err .
expect_out '^ run +cell +lr +bits/byte +val loss( +perplexity)? +parameters +updates +time +tok/s$'
expect_out '^ lstm-\* \(3 seeds\) +lstm +0\.01 +[0-9.]+ ± [0-9.]+ +[0-9.]+ '
expect_out '^ ± is the sample standard deviation'
[[ "$(sed -n 4p "$out_file")" == " slow "* ]] || fail "the worst is not last"
expect_no_out '^note'
expect_exit 0 "$RNN" compare runs/* --json
cp "$out_file" all.json
python3 - <<'PYTHON' || fail "the figures do not agree with metrics.jsonl"
import glob, json, statistics
x = json.load(open("all.json"))
def events(run): return [json.loads(l) for l in open(run + "/metrics.jsonl")]
best = {run: min(e["val_loss"] for e in events(run) if e["type"] == "eval") for run in glob.glob("runs/*")}
assert x["sorted_by"] == "val_loss" and x["comparable"] == {"val_loss": True, "val_bits_per_byte": True}
assert x["differing"] == ["cell", "lr", "seed"], x["differing"]
losses = [r["val_loss"] for r in x["rows"]]
assert losses == sorted(losses) and len(losses) == 3
for row in x["rows"]:
    own = [best[run] for run in row["runs"]]
    assert abs(row["val_loss"] - statistics.mean(own)) < 1e-9
    if len(own) > 1:
        assert abs(row["deviation"]["val_loss"] - statistics.stdev(own)) < 1e-9 and len(own) == 3
    else:
        assert row["deviation"] == {}
    result = [e for e in events(row["runs"][-1]) if e["type"] == "result"][-1]
    assert row["parameters"] == result["parameters"] and row["updates"] == result["step"]
assert len(x["runs"]) == 5 and all(r["ended"] == "epochs" for r in x["runs"])
PYTHON

# Only seeds differ: one row, and what was chosen. One run: the same.
expect_exit 0 "$RNN" compare runs/lstm-1 runs/lstm-2
expect_out '^ run +bits/byte +val loss '
expect_out '^ lstm-\* \(2 seeds\) '
expect_exit 0 "$RNN" compare runs/gru/
expect_out '^ gru +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9,]+ '
expect_out '^ settings +tokens word, cell gru, hidden 16, init pytorch, lr 0\.01, '
expect_out ' data story\.txt$'

# Many settings are wrapped, within 100 columns.
train story.txt --cell rnn --lr 0.003 --optimizer sgd --schedule cosine --warmup 5 --init orthogonal --clip 5 --tied --tokens char -o runs/rnn
expect_exit 0 "$RNN" compare runs/gru runs/rnn runs/lstm-*
expect_out '^ run +settings +bits/byte'
expect_out '^note: The runs use different tokens'
python3 -c 'import sys; sys.exit(max(len(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8") if not l.startswith("note")) > 100)' \
  "$out_file" || fail "wider than 100 columns"

# Not more than ten lines for a run without --all; names of files with the same content only with it.
cp story.txt copy.txt
train copy.txt --cell rnn --lr 0.004 --momentum 0.5 --optimizer sgd --schedule decay --decay-from 2 --decay 0.4 --warmup 5 --init orthogonal \
  --clip 5 --clip-value 3 --tied --tokens char --layers 2 --dropout 0.1 --input-dropout 0.2 --output-dropout 0.3 --embedding-dropout 0.1 \
  --word-dropout 0.1 --weight-drop 0.1 --state-dropout 0.1 --zoneout 0.1 --accumulate 2 --average ema --ema-decay 0.9 --patience 7 \
  --weight-decay 0.001 --activation-regularization 0.1 --temporal-activation-regularization 0.2 --label-smoothing 0.1 --nonmono 7 \
  --residual --embed 16 --batch 4 --bptt 9 --min-count 2 --variational -o runs/odd
expect_exit 0 "$RNN" compare runs/gru runs/odd
expect_out '\.\.\. \(--all\)'
expect_no_out ' data copy\.txt'
[[ "$(grep -c '' "$out_file")" -le 22 ]] || fail "more than ten lines for a run"
expect_exit 0 "$RNN" compare runs/gru runs/odd --all
expect_no_out '\(--all\)'
expect_out ' data copy\.txt'
rm -r runs/odd

# What must not be compared is said.
train other.txt --lr 0.01 -o runs/other
expect_exit 0 "$RNN" compare runs/other runs/gru
expect_out '^note: The runs were validated on different data'
expect_exit 0 "$RNN" data make parity --length 5 -n 60
cp "$out_file" parity.jsonl
expect_exit 0 "$RNN" train parity.jsonl --hidden 16 --epochs 2 --batch 8 --threads 1 --quiet -o runs/parity
expect_exit 0 "$RNN" compare runs/parity runs/gru --json
[[ "$(json_value "$out_file" '[x["comparable"]["val_loss"], x["sorted_by"], x["rows"][0]["name"]]')" == "[False, '', 'parity']" ]] || fail "tasks"
expect_exit 0 "$RNN" compare runs/parity
expect_out ' accuracy '

# A loss below zero, as a density has, is shown and ranks.
cp -r runs/gru dense && cp -r runs/gru denser
for run in dense:-0.5 denser:-1.25; do
  sed -E -i "s/\"val_loss\":[0-9.]+/\"val_loss\":${run#*:}/g; s/\"val_bits_per_byte\":[0-9.]+/\"val_bits_per_byte\":${run#*:}/g" "${run%:*}/metrics.jsonl"
done
expect_exit 0 "$RNN" compare dense denser
expect_out '^ denser +-1\.250 +-1\.250 '
expect_out '^ dense +-0\.500 +-0\.500 '
[[ "$(sed -n 2p "$out_file")" == " denser "* ]] || fail "the lowest loss is not first"

# Runs without figures, and what is no run.
mkdir cut
head -n 1 runs/gru/metrics.jsonl >cut/metrics.jsonl
expect_exit 0 "$RNN" compare cut runs/gru
expect_out '^note: cut has no validation yet'
[[ "$(sed -n 3p "$out_file")" == " cut "* ]] || fail "a run without figures is not last"
expect_exit 0 "$RNN" compare runs/gru story.txt
expect_err "^note: story\.txt is no run and is left out"
expect_exit 3 "$RNN" compare story.txt
expect_err '^error\[run/missing\]: story\.txt is not a run folder'
expect_err '^help: '
expect_exit 3 "$RNN" compare runs/none
expect_err '^error\[run/missing\]: there is no run runs/none'
printf 'hello\n' >>cut/metrics.jsonl
expect_exit 3 "$RNN" compare cut
expect_err '^error\[run/metrics\]: cut/metrics\.jsonl:2 '
expect_exit 2 "$RNN" compare
expect_err '^error\[usage/missing\]'
expect_exit 0 "$RNN" compare --help
[[ "$(sed -n '/^examples:$/,$p' "$out_file" | grep -c '^  rnn ')" -eq 2 ]] || fail "not two examples"

# Bits per byte compare tokens of any kind: words that are unknown are spelled, so that few words look no better than all characters.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --max-vocabulary 6 -o few --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word -o many --quiet
expect_exit 0 "$RNN" compare few many --json
cp "$out_file" both.json
expect_exit 0 "$RNN" eval few story.txt --json --no-baselines
cp "$out_file" few.json
expect_exit 0 "$RNN" eval many story.txt --json
cp "$out_file" many.json
expect_exit 0 "$RNN" eval few story.txt --no-baselines
expect_out '^ bits/byte has [0-9.]+ for the spelling of unknown words, [0-9.]+% of the tokens$'
python3 - <<'PYTHON' || fail "unknown words are not spelled"
import json, math
both, few, many = (json.load(open(name)) for name in ("both.json", "few.json", "many.json"))
assert both["comparable"]["val_bits_per_byte"] and not both["comparable"]["val_loss"], both["comparable"]
found = {run["path"]: run["val_bits_per_byte"] for run in both["runs"]}
checks = [e for e in map(json.loads, open("few/metrics.jsonl")) if e["type"] == "eval"]
assert all(e["val_bits_per_byte"] > e["val_bits_per_byte_without_spelling"] and 0.2 < e["val_unknown_share"] < 1 for e in checks)
assert found["few"] > found["many"] > min(e["val_bits_per_byte_without_spelling"] for e in checks), found
plain = few["loss"] * few["tokens"] / few["bytes"] / math.log(2)
assert abs(few["bits_per_byte_without_spelling"] - plain) < 1e-9 and few["unknown_share"] == few["unknown"] / few["tokens"]
assert few["bits_per_byte"] - plain > 8 * 2 * few["unknown"] / few["bytes"], few  # a word has a byte at least, and an end
assert "unknown_share" not in many and "unknown_share" not in many["baselines"]["trigram"], many
PYTHON
