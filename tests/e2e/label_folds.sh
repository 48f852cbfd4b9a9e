# Why: how good a model of labels is, told honestly: every part tested once, groups never on both sides, as sure as it is right, how early.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

python3 "$SOURCE/tests/support/labels.py" reviews 600 3 >reviews.csv
small=(--hidden 12 --lr 1e-2 --epochs 2 --threads 1 --quiet)

# Three runs, each tested on its own third; mean and deviation, for the rows that count, too.
expect_exit 0 "$RNN" train reviews.csv --folds 3 -o run "${small[@]}"
expect_out '^ 3 parts, each the test once  *loss  *accuracy  *macro-F1  *ECE'
expect_out '^ this model .*[0-9.]+ ± [0-9.]+ .*% ± [0-9.]+%'
expect_out '^ naive Bayes, words and pairs .*% ± '
for k in 1 2 3; do expect_file run-f$k/model.safetensors; done
grep -q '^fold = "2/3"' run-f2/config.toml || fail "the part is not written down: $(cat run-f2/config.toml)"
expect_exit 0 "$RNN" train -c run-f2/config.toml -o as_before --quiet
expect_same as_before/config.toml run-f2/config.toml
expect_exit 0 "$RNN" train reviews.csv --folds 3 -o again --json "${small[@]}"
grep '"type":"folds"' "$out_file" >folds.json
python3 - <<'P' || fail "figures of the parts"
import json
line = json.loads(open("folds.json").read())
assert line["folds"] == 3 and 0 <= line["test"]["accuracy"]["mean"] <= 1 and line["test"]["accuracy"]["deviation"] >= 0, line
assert set(line["baselines"]) >= {"always the most frequent", "naive Bayes, words and pairs"}, line
P
# The same parts for another seed: the rows that count find the same on each.
expect_exit 0 "$RNN" train reviews.csv --fold 2/3 --seed 9 -o other --json "${small[@]}"
grep '"type":"result"' "$out_file" >other.json
expect_exit 0 "$RNN" train reviews.csv --fold 2/3 -o second --json "${small[@]}"
grep '"type":"result"' "$out_file" >second.json
python3 - <<'P' || fail "a part has its own test"
import json
a, b = json.load(open("other.json"))["metrics"], json.load(open("second.json"))["metrics"]
assert "test_accuracy" in a and a["constant_loss"] == b["constant_loss"], (a, b)
P
expect_refused 2 usage/option "$RNN" train reviews.csv --folds 3 --fold 1/3 -o no "${small[@]}"
expect_refused 2 usage/option "$RNN" train reviews.csv --fold 4/3 -o no "${small[@]}"
expect_refused 2 usage/option "$RNN" train reviews.csv --folds 3 --cell gru,lstm -o no "${small[@]}"
expect_refused 2 usage/option "$RNN" train reviews.csv --fold 1/3 --test reviews.csv -o no "${small[@]}"
for i in $(seq 40); do echo "a story of $i words that goes on"; done >story.txt
expect_refused 2 usage/option "$RNN" train story.txt --folds 3 -o no "${small[@]}"
expect_no_file no

# Groups: rows of one user are on one side, and so is a whole test part.
python3 - <<'P'
import csv, random
r = random.Random(2)
rows = list(csv.reader(open("reviews.csv")))
with open("users.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(rows[0] + ["user"])
    for i, row in enumerate(rows[1:]): w.writerow(row + [f"user {i % 15}"])
with open("signals.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(["sample", "person", "x", "class"])
    for i in range(120):
        up = i % 2
        for t in range(8): w.writerow([i, i % 10, f"{(t if up else 8 - t) + r.gauss(0, 1):.3f}", "up" if up else "down"])
with open("signals_test.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(["sample", "x", "class"])
    for i in range(40):
        for t in range(8): w.writerow([i, f"{(t if i % 2 else 8 - t) + r.gauss(0, 1):.3f}", "up" if i % 2 else "down"])
P
expect_exit 0 "$RNN" train users.csv --group user --fold 1/5 -o users --hidden 12 --epochs 1 --threads 1
expect_err 'found .*groups are user'
expect_err 'fold 1/5: 120 examples'  # three of fifteen users
expect_err 'whole groups'
expect_refused 2 usage/column "$RNN" train users.csv --group customer -o no "${small[@]}"
expect_exit 0 "$RNN" train signals.csv --layout rows --task classify --group person --jitter 0.1 --amplitude 0.1 --time-warp 0.2 -o signals "${small[@]}"
expect_exit 0 "$RNN" eval signals signals_test.csv --json  # which has no persons, and would be taken for a table of texts
python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["examples"] == 40' "$out_file" || fail "a test needs no groups"
expect_refused 2 usage/column "$RNN" eval signals reviews.csv
# The columns of a test are those of the model by their names, in any order.
python3 - <<'P'
import csv, random
r = random.Random(3)
def write(name, columns, count):
    with open(name, "w", newline="") as f:
        w = csv.writer(f); w.writerow(["sample", *columns, "class"])
        for i in range(count):
            for t in range(8):
                v = {"a": (t if i % 2 else 8 - t) + r.gauss(0, 1), "b": 50 + r.gauss(0, 1), "other": "text"}
                w.writerow([i, *(v[c] for c in columns), "up" if i % 2 else "down"])
write("two.csv", ["a", "b"], 120), write("turned.csv", ["other", "b", "a"], 40), write("one.csv", ["a"], 40)
P
expect_exit 0 "$RNN" train two.csv --layout rows --task classify --hidden 12 --lr 1e-2 --epochs 8 --threads 1 --quiet -o two
expect_exit 0 "$RNN" eval two turned.csv --json
python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["accuracy"] > 0.9' "$out_file" || fail "columns in another order: $(cat "$out_file")"
expect_refused 3 data/columns "$RNN" eval two one.csv
expect_err 'has no column b, which the model reads'
printf '@problemName w\n@timeStamps false\n@classLabel true up down\n@data\n1,2,3:up\n3,2,1:down\n' >other.ts
expect_refused 3 data/sequence "$RNN" eval users other.ts
expect_refused 2 usage/option "$RNN" train reviews.csv --jitter 0.1 -o no "${small[@]}"

# How sure: a model of two epochs more than it needs is calibrated; off leaves it as it is. The answers are the same.
flags=(reviews.csv --hidden 24 --lr 2e-2 --epochs 6 --patience 0 --dropout 0 --valid-share 0.25 --threads 1 --quiet)
expect_exit 0 "$RNN" train "${flags[@]}" -o sure --calibrate off
expect_exit 0 "$RNN" train "${flags[@]}" -o fitting
python3 "$SOURCE/tests/support/labels.py" reviews 300 8 >test.csv
for run in sure fitting; do
  expect_exit 0 "$RNN" eval $run reviews.csv --json
  cp "$out_file" $run.json
  expect_exit 0 "$RNN" info $run --json
  cp "$out_file" $run.info
done
python3 - <<'P' || fail "calibration"
import json
sure, fitting = json.load(open("sure.json")), json.load(open("fitting.json"))
assert sure["accuracy"] == fitting["accuracy"] and sure["loss"] != fitting["loss"], (sure, fitting)
assert 0 <= fitting["ece"] <= 1 and sum(b["answers"] for b in fitting["reliability"]) == 600, fitting
front = json.load(open("fitting.info"))["about"]["sequences"]["front"]
assert front["temperature"] != 1 and front["calibrated"] == 150, front
assert "temperature" not in json.load(open("sure.info"))["about"]["sequences"]["front"]
P
expect_exit 0 "$RNN" info fitting
expect_out '^ calibrated .*temperature'
# Stopped and resumed: calibrated once, to the same bits.
expect_exit 0 "$RNN" train reviews.csv --hidden 24 --lr 2e-2 --epochs 3 --patience 0 --dropout 0 --valid-share 0.25 --threads 1 --quiet -o halves
expect_exit 0 "$RNN" train --resume halves --epochs 6 --quiet
python3 - <<'P' || fail "a resumed run has other weights"
import json, struct
def weights(path):
    data = open(path + "/model.safetensors", "rb").read()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]
assert weights("fitting") == weights("halves")
P

# How early: after so many words.
expect_exit 0 "$RNN" eval fitting test.csv --early
expect_out '^ having read  *accuracy  *inputs that end there'
expect_out '^ 1 word '
expect_exit 0 "$RNN" eval fitting test.csv --early --json
python3 - "$out_file" <<'P' || fail "how early"
import json, sys
r = json.load(open(sys.argv[1]))
early = r["early"]
assert [e["steps"] for e in early] == sorted(e["steps"] for e in early) and early[-1]["ended"] == 300, early
assert early[-1]["accuracy"] == r["accuracy"] and early[0]["accuracy"] < r["accuracy"], early
P

# How many answers a threshold leaves, and how right they are.
expect_exit 0 "$RNN" eval fitting test.csv --thresholds
expect_out '^ at least  *answered  *of them right'
expect_out '^ 0\.5  *100\.0%'  # of two labels one has at least half
expect_exit 0 "$RNN" eval fitting test.csv --thresholds --json
cp "$out_file" thresholds.json
expect_exit 0 "$RNN" classify fitting test.csv --threshold 0.9
python3 - "$out_file" <<'P' || fail "thresholds are not those of rnn classify"
import csv, json, sys
left = {t["threshold"]: t for t in json.load(open("thresholds.json"))["thresholds"]}
answers = list(csv.DictReader(open(sys.argv[1])))
right = [row["mood"] for row in csv.DictReader(open("test.csv"))]
kept = [(a["label"], b) for a, b in zip(answers, right) if a["label"] != "?"]
assert len(kept) == left[0.9]["answers"] and sum(a == b for a, b in kept) / len(kept) == left[0.9]["accuracy"], (len(kept), left[0.9])
P
python3 "$SOURCE/tests/support/labels.py" requests 200 4 >requests.conll
expect_exit 0 "$RNN" train requests.conll -o requests "${small[@]}"
expect_refused 2 usage/option "$RNN" eval requests requests.conll --early
expect_exit 0 "$RNN" train story.txt --tokens word -o text "${small[@]}" --batch 2 --bptt 8 --max-updates 3
expect_refused 2 usage/option "$RNN" eval text story.txt --early
