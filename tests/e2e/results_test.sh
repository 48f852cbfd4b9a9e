#!/usr/bin/env bash
# Why: a figure on the page of results is the one the program measures, is measured once, and survives a stop.
. "${SOURCE:?the checkout}/tests/support/assert.sh"
unset RNN_DATA RNN_ISA
python=python3
"$python" -c 'import tomllib' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import tomllib' 2>/dev/null || skip "the tool of results needs Python 3.11"

# The program, with a record of how it was called.
cat >rnn.sh <<SH
#!/usr/bin/env bash
printf '%s\n' "\$*" >>"$WORK/calls"
exec "$RNN" "\$@"
SH
chmod +x rnn.sh
mkdir -p data/tiny recipes
head -n 800 "$SOURCE/data/corpus/everyday.txt" >data/tiny/text.txt
cat >data/README.md <<'MD'
| folder | what | origin | licence | notes |
|---|---|---|---|---|
| other | more sentences | this test | Apache-2.0 | |
| tiny | sentences, `<|marked|>` | same | Apache-2.0 | |
MD
recipe() {  # recipe NAME EPOCHS SPLIT-UNIT
  cat >"recipes/$1.toml" <<TOML
title = "Tiny"
task = "language-model"
seeds = [3, 4]
evaluate = ["valid", "test"]
report-epochs = [1, 99]
[data]
text = "tiny/text.txt"
[split]
unit = "$3"
train = 0.8
valid = 0.1
test = 0.1
[options]
tokens = "char"
mode = "stream"
cell = "lstm"
hidden = 24
optimizer = "adam"
lr = 5e-3
batch = 8
bptt = 20
epochs = $2
patience = 0
threads = 1
[twin]
max-updates = 60
[[published]]
name = "nobody"
source = "no paper"
loss = 1.25
TOML
}
tool=("$python" "$SOURCE/tools/results.py" --rnn "$WORK/rnn.sh" --recipes recipes --work work --docs docs --data data)
results() { "${tool[@]}" "$@"; }
trainings() { grep -c '^train ' calls || true; }
figure() { "$python" -c "import json, sys; r = json.load(open('docs/results.json'))['recipes']['$1']; print($2)"; }

# A recipe is run, for each seed, and its figures are those of rnn eval.
recipe tiny 2 lines
expect_exit 0 results tiny
[[ "$(trainings)" -eq 2 ]] || fail "two seeds are two trainings, not $(trainings)"
expect_file docs/results.md
cat work/tiny/{train,valid,test}.txt >whole.txt
expect_same whole.txt data/tiny/text.txt
[[ "$(wc -l <work/tiny/train.txt) $(wc -l <work/tiny/valid.txt)" == "640 80" ]] || fail "the split by lines is not 80/10/10"
(cd work/tiny && "$RNN" eval seed-4 test.txt --json >"$WORK/eval.json")
"$python" - <<'PY' || fail "the row is not what rnn eval says"
import json
row = json.load(open("docs/results.json"))["recipes"]["tiny"]
measured = json.load(open("eval.json"))
run = row["runs"][1]
assert run["seed"] == 4 and run["updates"] > 0 and run["parameters"] > 0, run
assert abs(run["test"]["loss"] - measured["loss"]) < 1e-6 * measured["loss"], (run["test"], measured)
assert run["test"]["tokens"] == measured["tokens"]
assert abs(row["baselines"]["test"]["trigram"]["loss"] - measured["baselines"]["trigram"]["loss"]) < 1e-6
longer = [name for name in row["baselines"]["test"] if name.startswith("Kneser-Ney ")]
assert len(longer) == 1 and longer[0] in measured["baselines"], longer
page = open("docs/results.md").read()
best = min(r["perplexity"] for name, r in measured["baselines"].items() if "gram" in name)
assert f"| {best:.2f} |" in page and f"| {longer[0]} |" in page, page
assert f"{measured['loss']:.4f}" in page and f"{measured['baselines']['zstd -19']['bits_per_byte']:.4f}" in page, page
PY
grep -q 'licence: Apache-2.0; origin: this test' docs/results.md || fail "the licence of the data is missing"
grep -q 'published: nobody (no paper) | 1.2500' docs/results.md || fail "the published row is missing"
grep -q 'after epoch 1 ' docs/results.md || fail "the row after epoch 1 is missing"
! grep -q 'after epoch 99' docs/results.md || fail "a row that was never measured is printed"
! grep -q 'PyTorch [0-9]' docs/results.md || fail "a twin that never ran is printed"
! grep -qF -e "$WORK" -e "$HOME/" -e "$(uname -n)" docs/results.md docs/results.json ||
  fail "a path or host name is in the results"

# What is done is skipped, even when the work folder is gone; the page is written anew from the figures.
cp docs/results.json before.json && cp docs/results.md before.md
echo '1.0001 typed by hand' >>docs/results.md
rm -r work
expect_exit 0 results
expect_err 'tiny: already done'
[[ "$(trainings)" -eq 2 ]] || fail "a recipe that was done is trained again"
expect_same docs/results.json before.json
expect_same docs/results.md before.md

# The rows that need no training are measured anew with one update; on the same text they are the same.
sed -i '/"Kneser-Ney 8-gram"/,/}/d' docs/results.json
! cmp -s docs/results.json before.json || fail "the test took nothing away"
expect_exit 0 results --baselines
[[ "$(trainings)" -eq 3 ]] || fail "the baselines of a recipe need one update, not $(trainings) trainings"
expect_same docs/results.json before.json
expect_same docs/results.md before.md
rm -r work

# Another option or another text is another result.
recipe tiny 1 bytes
expect_exit 0 results tiny
[[ "$(trainings)" -eq 5 ]] || fail "a changed recipe is not measured anew"
[[ "$(wc -c <work/tiny/train.txt)" -ge "$(($(wc -c <data/tiny/text.txt) * 8 / 10))" ]] || fail "the split by bytes is wrong"
echo "One more line." >>data/tiny/text.txt
expect_exit 0 results tiny
[[ "$(trainings)" -eq 7 ]] || fail "changed data is not measured anew"

# Documents are cut whole.
"$python" -c "
lines = open('data/tiny/text.txt').read().splitlines()
open('data/tiny/text.txt', 'w').write('<|endoftext|>\n'.join('\n'.join(lines[i:i + 40]) + '\n' for i in range(0, 800, 40)))"
recipe documents 1 documents
expect_exit 0 results documents
cat work/documents/{train,valid,test}.txt >whole.txt
expect_same whole.txt data/tiny/text.txt
[[ "$(grep -c 'endoftext' work/documents/train.txt)" -eq 16 ]] || fail "the split by documents is not 80/10/10"
rm recipes/documents.toml

# A stop saves the run; the same command goes on, and the figures are those of a run that was never stopped.
recipe tiny 40 lines
head -n 800 "$SOURCE/data/corpus/everyday.txt" >data/tiny/text.txt
expect_exit 0 results tiny
figure tiny 'r["runs"][0]["valid"], r["runs"][0]["points"][-1]["loss"], r["runs"][1]["test"]' >never_stopped.txt
rm -r work docs calls
"${tool[@]}" tiny >/dev/null 2>stopped.err &
running=$!
for _ in $(seq 200); do
  [[ ! -s work/tiny/seed-3/last.ckpt.safetensors ]] || break
  sleep 0.05
done
kill -TERM "$running"
status=0
wait "$running" || status=$?
[[ "$status" -eq 143 ]] || fail "stopped by SIGTERM: exit status $status, expected 143: $(cat stopped.err)"
expect_no_file docs/results.json
expect_exit 0 results tiny
grep -q '^train --resume seed-3' calls || fail "the stopped run was not resumed: $(cat calls)"
figure tiny 'r["runs"][0]["valid"], r["runs"][0]["points"][-1]["loss"], r["runs"][1]["test"]' >stopped.txt
expect_same never_stopped.txt stopped.txt

# A problem that the program makes: each variant by its seeds, the figures are those of rnn eval, and one that diverges says so.
mkdir made
cat >made/adding.toml <<'TOML'
title = "Adding"
task = "regress"
seeds = [1, 2]
evaluate = ["valid"]
[make]
problem = "adding"
length = 8
train = 200
valid = 50
train-min-length = 2
[options]
hidden = 8
epochs = 2
threads = 1
[[variant]]
name = "GRU"
options = {cell = "gru"}
[[variant]]
name = "wild"
options = {cell = "rnn-relu", optimizer = "sgd", lr = 1000, clip = 0}
TOML
made() { "$python" "$SOURCE/tools/results.py" --rnn "$WORK/rnn.sh" --recipes made --work made-work --docs made-docs; }
expect_exit 0 made
(cd made-work/adding && "$RNN" eval gru-seed-2 valid.jsonl --json >"$WORK/eval.json")
"$python" - <<'PY' || fail "the rows of a made problem are not what rnn eval says"
import json
row = json.load(open("made-docs/results.json"))["recipes"]["adding"]
measured = json.load(open("eval.json"))
gru, wild = row["variants"]
assert [r["seed"] for r in gru["runs"]] == [1, 2] and gru["name"] == "GRU"
assert abs(gru["runs"][1]["loss"] - measured["loss"]) < 1e-6 * measured["loss"]
assert all(r["loss"] is None for r in wild["runs"]), wild
assert "| wild | diverged |" in open("made-docs/results.md").read()
PY
[[ "$(wc -l <made-work/adding/train.jsonl) $(wc -l <made-work/adding/valid.jsonl)" == "200 50" ]] || fail "the sizes of the made data"
calls="$(trainings)"
expect_exit 0 made
expect_err 'adding: already done'
[[ "$(trainings)" -eq "$calls" ]] || fail "a made problem that was done is trained again"
sed -i 's/^length = 8/lenght = 8/' made/adding.toml
expect_exit 2 made
expect_err 'did you mean length'

# Variants of a model on one text: each adds to the one before, one of them adapts while it is measured.
mkdir ablation
cat >ablation/steps.toml <<'TOML'
title = "Steps"
task = "language-model"
seeds = [1]
evaluate = ["valid", "test"]
[data]
text = "tiny/text.txt"
[split]
unit = "lines"
train = 0.8
valid = 0.1
test = 0.1
[options]
tokens = "char"
mode = "stream"
batch = 8
epochs = 2
threads = 1
[[variant]]
name = "plain"
options = {hidden = 16}
[[variant]]
name = "+ width"
adds = {hidden = 24}
[[variant]]
name = "+ dropout"
adds = {dropout = 0.1}
adapt = true
[adapt]
cache = 50
dynamic = 0.05
TOML
ablation() {
  "$python" "$SOURCE/tools/results.py" --rnn "$WORK/rnn.sh" --recipes ablation --work ablation-work --docs ablation-docs --data data
}
expect_exit 0 ablation
grep -q -- '--hidden 24 --dropout 0.1 --seed 1' calls || fail "a variant does not add to the one before: $(cat calls)"
(cd ablation-work/steps && "$RNN" eval dropout-seed-1 test.txt --cache 50 --dynamic 0.05 --json >"$WORK/eval.json")
"$python" - <<'PY' || fail "the rows of an ablation are not what rnn eval says"
import json
row = json.load(open("ablation-docs/results.json"))["recipes"]["steps"]
measured = json.load(open("eval.json"))
plain, width, dropout = [v["runs"][0] for v in row["variants"]]
assert plain["parameters"] < width["parameters"] == dropout["parameters"]
assert abs(dropout["test"]["loss"] - measured["loss"]) < 1e-6 * measured["loss"]
assert len(measured["adapted"]) >= 2 and not plain["test"]["adapted"]
page = open("ablation-docs/results.md").read()
for label, adapted in measured["adapted"].items():
    assert abs(dropout["test"]["adapted"][label]["loss"] - adapted["loss"]) < 1e-6 * adapted["loss"]
    assert any(line.startswith(f"| + dropout, {label} |") and f"{adapted['loss']:.4f}" in line for line in page.splitlines()), page
assert "| [steps](#steps) | Steps, " in page
PY
calls="$(trainings)"
expect_exit 0 ablation
[[ "$(trainings)" -eq "$calls" ]] || fail "an ablation that was done is trained again"
sed -i 's/^adds = {hidden/add = {hidden/' ablation/steps.toml
expect_exit 2 ablation
expect_err 'did you mean adds'

# Bad recipes, missing data, unknown names.
expect_exit 2 results tinny
expect_err 'did you mean tiny'
sed 's/^report-epochs/report-epoch/' recipes/tiny.toml >recipes/bad.toml
expect_exit 2 results bad
expect_err 'report-epoch is no key .*'
expect_err 'did you mean report-epochs'
sed 's/train = 0.8/train = 0.9/' recipes/tiny.toml >recipes/bad.toml
expect_exit 2 results bad
expect_err 'in all 1'
sed 's/^hidden = 24/hiden = 24/' recipes/tiny.toml >recipes/bad.toml
expect_exit 2 results bad
expect_err 'did you mean --hidden'
sed 's,tiny/text,tiny/absent,' recipes/tiny.toml >recipes/bad.toml
expect_exit 3 results bad
expect_err 'error\[data/missing\].*tiny/absent'
expect_exit 0 results
expect_err 'bad: skipped'
rm recipes/bad.toml

# The PyTorch twin, where PyTorch is: from the very same weights it gives the same loss, on the same batches.
read -r -a torch <<<"${RNN_TORCH_PYTHON:-/usr/bin/python3}"
if ! "${torch[@]}" -c 'import torch' 2>/dev/null; then
  expect_exit 0 results tiny --twin
  expect_err 'no twin'
  ! grep -q 'PyTorch [0-9]' docs/results.md || fail "a twin that never ran is printed"
  exit 0
fi
sed -i 's/^max-updates = 60/max-updates = 400/' recipes/tiny.toml
expect_exit 0 results tiny --twin
expect_err 'already done'
grep -Eq '^\| PyTorch [0-9].* twin after [0-9,]+ updates' docs/results.md || fail "the row of the twin is missing"
"$python" - <<'PY' || fail "the twin does not learn as the program does"
import json
twin = json.load(open("docs/results.json"))["recipes"]["tiny"]["twin"]
ours, theirs = twin["ours"], twin["theirs"]
assert ours["update"] == theirs["update"] > 100 and ours["epoch"] == theirs["epoch"], (ours, theirs)
assert twin["parameters"] == json.load(open("docs/results.json"))["recipes"]["tiny"]["runs"][0]["parameters"]
assert abs(ours["loss"] / theirs["val_loss"] - 1) < 0.05, (ours, theirs)  # other initial numbers
PY
cd work/tiny
start=(train.txt --valid valid.txt --tokens char --mode stream --hidden 24 --batch 8 --bptt 20 --optimizer adam --patience 0
  --threads 1)
expect_exit 0 "$RNN" train "${start[@]}" --lr 1e-9 --max-updates 1 -o start
expect_exit 0 "$RNN" train "${start[@]}" --lr 5e-3 --epochs 2 --init-from start -o same
twin=("${torch[@]}" "$SOURCE/tools/torch_lm.py" twin-request.json)
expect_exit 0 "${twin[@]}" --init-from start/model.safetensors --max-updates 374
cp "$WORK/.out" twin.json
"$python" - <<'PY' || fail "the twin is not exact"
import json
ours = {e["step"]: e["val_loss"] for e in map(json.loads, open("same/metrics.jsonl")) if e["type"] == "eval"}
theirs = {e["update"]: e["val_loss"] for e in json.load(open("twin.json"))["evaluations"] if e["update"] in ours}
assert len(theirs) == 2, (ours, theirs)
for update, loss in theirs.items():
    # Two programs that round differently: Adam at lr 5e-3 lets them part slowly.
    assert abs(ours[update] / loss - 1) < 1e-4, (update, ours[update], loss)
PY
