# Why: several labels for a text, and labels on a scale, through the program: learnt, measured, answered, resumed, refused.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

# Words decide labels independently; a quantity of them decides a place on a scale.
python3 - <<'P'
import csv, json, random
r = random.Random(4)
words = {"billing": "invoice refund charge".split(), "login": "password locked account".split(), "speed": "slow lag timeout".split(), "mobile": "phone tablet android".split()}
rest = "the a please help with my since today it and was again".split()
def ticket():
    labels = [l for l in words if r.random() < 0.35]
    text = r.sample(rest, 5) + [r.choice(words[l]) for l in labels]
    r.shuffle(text)
    said = [l for l in words if (l in labels) != (r.random() < 0.006)]  # people err
    return " ".join(text) + ".", said
def table(name, n, between, header=("text", "labels")):
    rows = [ticket() for _ in range(n)]
    with open(name, "w", newline="") as f:
        w = csv.writer(f); w.writerow(header); w.writerows([(t, between.join(l)) for t, l in rows])
    return rows
table("tickets.csv", 800, ";")
rows = table("test.csv", 200, ";")
open("new.txt", "w").write("the invoice was again slow\nplease help my\n")
with open("tickets.txt", "w") as f, open("tickets.jsonl", "w") as g:
    for text, labels in rows:
        f.write("".join(f"__label__{l} " for l in labels) + text + "\n")
        g.write(json.dumps({"text": text, "labels": labels}) + "\n")
table("commas.csv", 120, ", ")
with open("always.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(("text", "labels")); w.writerows([(ticket()[0], "billing;login") for _ in range(40)])
places = ["low", "medium", "high"]
marks = ["minor", "annoying", "broken", "down"]
def urgency():
    level = r.choice([0, 0, 1, 1, 1, 2])
    text = r.sample(rest, 5) + [marks[level + r.randint(0, 1)] for _ in range(2)]
    r.shuffle(text)
    return " ".join(text) + ".", level
def scale(name, n, names):
    with open(name, "w", newline="") as f:
        w = csv.writer(f); w.writerow(("text", "stars"))
        for _ in range(n):
            text, level = urgency()
            w.writerow((text, names[level]))
scale("urgent.csv", 800, places); scale("urgent_test.csv", 200, places); scale("stars.csv", 300, ["1", "5", "10"])
P

# Any number of labels.
"$RNN" train tickets.csv --answers several -o run --valid-share 0.15 --hidden 24 --epochs 10 --lr 1e-2 --dropout 0.2 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q "found *text is text, label is labels; labels between ';'" err.txt || fail "the sign between labels is not said: $(cat err.txt)"
grep -q 'labels *4 labels, 1.[0-9]* for an example: ' err.txt || fail "labels: $(cat err.txt)"
grep -q 'answers *any number of labels' err.txt || fail "answers: $(cat err.txt)"
grep -q 'micro-F1 .*macro-F1 .*all right' out.txt || fail "figures: $(cat out.txt)"
grep -q 'naive Bayes, words and pairs' out.txt || fail "no row that counts: $(cat out.txt)"
"$RNN" info run | grep -qE '^ threshold +a label is given from 0\.[0-9]+ on$' || fail "info: $("$RNN" info run)"
"$RNN" info run | grep -q '^ calibrated *by 120 answers' || fail "not calibrated: $("$RNN" info run)"
"$RNN" eval run test.csv --thresholds >eval.txt || fail "eval"
grep -qE '^ label +precision +recall +F1 +support' eval.txt || fail "no table of labels: $(cat eval.txt)"
grep -qE '^ at least +micro-F1' eval.txt || fail "no thresholds: $(cat eval.txt)"
"$RNN" eval run test.csv --json --thresholds >eval.json
python3 - <<'P' || fail "figures of several labels: $(cat eval.json)"
import csv, json
r = json.load(open("eval.json"))
assert r["micro_f1"] > 0.95 and r["macro_f1"] > 0.95 and r["all_right"] > 0.85, r
base = r["baselines"]["always the most frequent"]
assert base["micro_f1"] < 0.6 and base["loss"] > 0.5 and r["loss"] < base["loss"] / 2, r
assert r["baselines"]["naive Bayes, words and pairs"]["micro_f1"] > 0.8, r
rows = list(csv.DictReader(open("test.csv")))
assert r["classes"]["billing"]["support"] == sum("billing" in row["labels"] for row in rows), r
half = [t for t in r["thresholds"] if t["threshold"] == 0.5][0]
assert 0.9 < half["micro_f1"] <= 1 and half["given"] > 0, half
P

# The table of eval counts what classify prints, by scikit-learn's definition of micro-F1.
"$RNN" classify run test.csv >labelled.csv
[[ "$(head -n 1 labelled.csv)" == "labels,probabilities" ]] || fail "header: $(head -n 1 labelled.csv)"
python3 - <<'P' || fail "eval does not count what classify prints"
import csv, json
wanted = [set(filter(None, r["labels"].split(";"))) for r in csv.DictReader(open("test.csv"))]
rows = list(csv.DictReader(open("labelled.csv")))
given = [set(filter(None, r["labels"].split(";"))) for r in rows]
assert len(given) == len(wanted) == 200
assert all(len(list(filter(None, r["probabilities"].split(";")))) == len(g) for r, g in zip(rows, given))
right = sum(len(w & g) for w, g in zip(wanted, given))
f1 = 2 * right / (sum(map(len, wanted)) + sum(map(len, given)))
r = json.load(open("eval.json"))
assert abs(f1 - r["micro_f1"]) < 1e-12, (f1, r["micro_f1"])
assert abs(sum(w == g for w, g in zip(wanted, given)) / 200 - r["all_right"]) < 1e-12
P
"$RNN" classify run new.txt >lines.csv
[[ "$(sed -n 2p lines.csv)" =~ ^billing\;speed,[01]\.[0-9]+\;[01]\.[0-9]+$ || "$(sed -n 2p lines.csv)" =~ ^speed\;billing,[01]\.[0-9]+\;[01]\.[0-9]+$ ]] || fail "answers: $(cat lines.csv)"
[[ "$(sed -n 3p lines.csv)" == "," ]] || fail "none: $(cat lines.csv)"
"$RNN" classify run -p 'my password' --top 2 | grep -qE '^login.[0-9.]+.[a-z]+.[0-9.]+$' || fail "--top"
[[ "$("$RNN" classify run -p 'my password' --threshold 0 | tail -n 1)" == login\;*\;*\;*,* ]] || fail "--threshold 0 gives all"
[[ "$("$RNN" classify run -p 'my password' --threshold 1 | tail -n 1)" == "," ]] || fail "--threshold 1 gives none"
"$RNN" classify run -p 'my password was slow' --json --top 4 >one.json
[[ "$(json_value one.json 'sorted(x["labels"]) == ["login", "speed"] and len(x["probabilities"]) == 2 and len(x["top"]) == 4')" == True ]] || fail "--json: $(cat one.json)"
"$RNN" classify run -p 'my password was slow' --each-step --json >steps.json
python3 - "$RNN" <<'P' || fail "--each-step is not the prefixes"
import json, subprocess, sys
words = "my password was slow".split()
steps = [json.loads(l) for l in open("steps.json")]
assert [s["read"] for s in steps] == words, steps
for n, step in enumerate(steps, 1):
    alone = json.loads(subprocess.run([sys.argv[1], "classify", "run", "-p", " ".join(words[:n]), "--json"], capture_output=True, check=True).stdout)
    assert alone["labels"] == step["labels"] and alone["probabilities"] == step["probabilities"], (alone, step)
P
"$RNN" check run --samples 4 >/dev/null 2>&1 || fail "rnn check of several labels"
"$RNN" doctor run >doctor.txt || [[ $? == 6 ]] || fail "doctor: $(cat doctor.txt)" # 6: it has advice

# Other layouts; a sign of its own; stopped and resumed; started from another model.
"$RNN" train tickets.txt --answers several -o lines --hidden 8 --epochs 1 -q >/dev/null || fail "fastText lines with several labels"
"$RNN" train tickets.jsonl --answers several -o json --hidden 8 --epochs 1 -q >/dev/null || fail "lines of JSON with several labels"
"$RNN" eval run tickets.txt --json >other.json
[[ "$(json_value other.json 'x["micro_f1"]')" == "$(json_value eval.json 'x["micro_f1"]')" ]] || fail "the same texts in another layout"
"$RNN" train commas.csv --answers several -o commas --hidden 8 --epochs 1 >/dev/null 2>err.txt
grep -q "labels between ','" err.txt || fail "commas: $(cat err.txt)"
same_run() { # ARGUMENTS...: a run in parts has the weights of a whole one
  rm -rf whole parts
  "$RNN" train "$@" -o whole --hidden 8 --epochs 2 -q >/dev/null
  "$RNN" train "$@" -o parts --hidden 8 --epochs 2 --max-updates 9 -q >/dev/null
  "$RNN" train --resume parts --max-updates 0 -q >/dev/null
  python3 - <<'P' || fail "resumed weights differ: $*"
def tensors(path):
    raw = open(path, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
assert tensors("whole/model.safetensors") == tensors("parts/model.safetensors")
P
}
same_run tickets.csv --answers several
"$RNN" train tickets.csv -o more --init-from run --epochs 1 -q >/dev/null || fail "--init-from"
[[ "$("$RNN" classify more -p 'my password' | head -n 1)" == "labels,probabilities" ]] || fail "it goes on with several labels"
"$RNN" data check tickets.csv --answers several >check.txt || fail "data check"
grep -q '^ labels *4 labels: ' check.txt || fail "data check: $(cat check.txt)"

# A scale.
"$RNN" train urgent.csv --answers ordered --order low,medium,high -o scale --hidden 16 --epochs 8 --lr 1e-2 --dropout 0.2 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'labels *3 labels: low .*medium .*high ' err.txt || fail "the order: $(cat err.txt)"
grep -q 'steps off .*kappa' out.txt || fail "figures: $(cat out.txt)"
"$RNN" info scale | grep -q '^ scale *low < medium < high$' || fail "info"
"$RNN" eval scale urgent_test.csv --json >eval.json
python3 - <<'P' || fail "figures of a scale: $(cat eval.json)"
import json
r = json.load(open("eval.json"))
rows = r["baselines"]
assert r["steps_off"] < 0.6 * rows["always the median"]["steps_off"], r
assert r["steps_off"] < 0.6 * rows["always the most frequent"]["steps_off"], r
assert r["kappa"] > 0.6 and rows["always the median"]["kappa"] == 0, r
assert "steps_off" in rows["naive Bayes, words and pairs"], r
P
"$RNN" classify scale urgent_test.csv >labelled.csv
python3 - <<'P' || fail "eval does not count what classify prints"
import csv, json
places = ["low", "medium", "high"]
wanted = [places.index(r["stars"]) for r in csv.DictReader(open("urgent_test.csv"))]
given = [places.index(r["label"]) for r in csv.DictReader(open("labelled.csv"))]
r = json.load(open("eval.json"))
assert abs(sum(abs(a - b) for a, b in zip(wanted, given)) / 200 - r["steps_off"]) < 1e-12
assert abs(sum(a == b for a, b in zip(wanted, given)) / 200 - r["accuracy"]) < 1e-12
P
"$RNN" classify scale -p 'it was down' --top 3 --json >one.json
[[ "$(json_value one.json 'x["label"] == "high" and abs(sum(x["top"].values()) - 1) < 1e-6')" == True ]] || fail "a distribution: $(cat one.json)"
"$RNN" check scale --samples 4 >/dev/null 2>&1 || fail "rnn check of a scale"
"$RNN" explain scale -p 'it was down' -o page.html >/dev/null || fail "explain"
"$RNN" train stars.csv --answers ordered -o stars --hidden 8 --epochs 1 -q >/dev/null || fail "numbers need no --order"
"$RNN" info stars | grep -q '^ scale *1 < 5 < 10$' || fail "numbers in their order: $("$RNN" info stars)"
same_run urgent.csv --answers ordered --order low,medium,high

# Refused, with a code and the documented status.
expect_refused 3 data/labels "$RNN" train always.csv --answers several -o no
expect_err 'all labels in every row'
expect_refused 2 usage/order "$RNN" train urgent.csv --answers ordered -o no
expect_err "'high' is no number"
expect_refused 2 usage/order "$RNN" train urgent.csv --answers ordered --order low,high -o no
expect_err "the label 'medium', which --order lacks"
expect_refused 2 usage/option "$RNN" train urgent.csv --order low,medium,high -o no
expect_refused 2 usage/option "$RNN" train tickets.csv --answers several --class-weights balanced -o no
expect_refused 2 usage/option "$RNN" train tickets.csv --answers several --label-smoothing 0.1 -o no
expect_refused 2 usage/init_from "$RNN" train urgent.csv --answers ordered --init-from run -o no
printf 'play O\njazz B-genre\n\nin O\nOslo B-city\n\n' >tags.conll
expect_refused 2 usage/option "$RNN" train tags.conll --answers several -o no
printf '{"input": [1, 2], "target": 0.5}\n{"input": [3], "target": 1}\n' >numbers.jsonl
expect_refused 2 usage/task_option "$RNN" train numbers.jsonl --answers ordered -o no
expect_refused 2 usage/option "$RNN" eval run test.csv --early
expect_refused 2 usage/option "$RNN" eval run test.csv -o confusion.csv
expect_refused 4 model/task "$RNN" explain run -p 'my password'
expect_err 'gives several labels at once'
expect_refused 4 model/task "$RNN" inspect run -p 'my password'
