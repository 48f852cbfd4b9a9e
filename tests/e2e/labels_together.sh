# Why: several models of the same labels, measured and asked as one: the mean of their probabilities, whatever each of them reads.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

python3 - <<'P'
import csv, random
r = random.Random(9)
words = {"good": "fine lovely great superb".split(), "bad": "awful dull broken poor".split(), "mixed": "odd fair passable plain".split()}
rest = "the film room phone was a bit and it day".split()
def rows(n, noise):
    for i in range(n):
        label = r.choice(list(words))
        said = label if r.random() > noise else r.choice(list(words))
        yield " ".join(r.sample(rest, 3) + [r.choice(words[said])] + r.sample(rest, 2)), label
for name, n in (("train", 300), ("test", 90)):
    with open(name + ".csv", "w", newline="") as f:
        w = csv.writer(f); w.writerow(("text", "label")); w.writerows(rows(n, 0.15))
with open("other.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(("text", "label")); w.writerows((t, "x" if l == "good" else "y") for t, l in rows(120, 0))
P
small=(--hidden 8 --embed 8 --epochs 3 --lr 5e-3 -q)
"$RNN" train train.csv -o a --seed 1 "${small[@]}" >/dev/null || fail "train a"
"$RNN" train train.csv -o b --seed 2 --tokens char "${small[@]}" >/dev/null || fail "train b"
"$RNN" train train.csv -o c --seed 3 --cell lstm "${small[@]}" >/dev/null || fail "train c"
"$RNN" train other.csv -o other "${small[@]}" >/dev/null || fail "train other"

"$RNN" eval a test.csv --with b --with c --json >eval.json || fail "eval --with"
"$RNN" eval a test.csv --with b --with c >eval.txt
grep -q '^ together ' eval.txt || fail "no row of all: $(cat eval.txt)"
for m in a b c; do "$RNN" classify "$m" test.csv --top 3 --json >"$m.jsonl"; done
"$RNN" classify a test.csv --with b --with c --top 3 --json >all.jsonl
"$RNN" classify a test.csv --with b --with c --with-weights 1,2,1 --json >weighted.jsonl
python3 - <<'P' || fail "not the mean of the three"
import csv, json, math
wanted = [row["label"] for row in csv.DictReader(open("test.csv"))]
each = {m: [json.loads(line)["top"] for line in open(m + ".jsonl")] for m in "abc"}
together = [json.loads(line) for line in open("all.jsonl")]
weighted = [json.loads(line) for line in open("weighted.jsonl")]
report = json.load(open("eval.json"))
def mean(i, weights):
    return {k: sum(w * each[m][i][k] for m, w in zip("abc", weights)) / sum(weights) for k in each["a"][i]}
right = loss = 0
for i, label in enumerate(wanted):
    shares = mean(i, (1, 1, 1))
    assert all(abs(shares[k] - together[i]["top"][k]) < 1e-6 for k in shares), (i, shares, together[i])
    assert together[i]["label"] == max(shares, key=shares.get), i
    other = mean(i, (1, 2, 1))
    assert abs(weighted[i]["probability"] - max(other.values())) < 1e-6 and weighted[i]["label"] == max(other, key=other.get), i
    right += together[i]["label"] == label
    loss -= math.log(shares[label])
assert abs(report["together"]["accuracy"] - right / len(wanted)) < 1e-9, report
assert abs(report["together"]["loss"] - loss / len(wanted)) < 1e-5, report
assert [w["model"] for w in report["with"]] == ["b/model.safetensors", "c/model.safetensors"], report
for name, m in (("b", 0), ("c", 1)):
    own = sum(max(s, key=s.get) == l for s, l in zip(each[name], wanted)) / len(wanted)
    assert abs(report["with"][m]["accuracy"] - own) < 1e-9, (name, own, report)
P
# The same from a pipe and from a prompt.
python3 -c 'import csv
for row in csv.DictReader(open("test.csv")): print(row["text"])' | "$RNN" classify a --with b --with c --top 3 --json >piped.jsonl
expect_same piped.jsonl all.jsonl
expect_exit 0 "$RNN" classify a --with b -p 'the film was superb'

# What cannot be one.
expect_exit 2 "$RNN" eval a test.csv --with other
expect_err 'ensemble/labels'
expect_exit 2 "$RNN" classify a test.csv --with b --with-weights 1
expect_err 'ensemble/weights'
expect_exit 2 "$RNN" classify a test.csv --with b --each-step
expect_err 'follows one model'
