# Why: texts, tagged words and sensor files through the program: found, trained, measured, answered; the options that go with them.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

python3 - <<'P'
import csv, random
r = random.Random(4)
good, bad, rest = "fine lovely great superb".split(), "awful dull broken poor".split(), "the film room phone was a bit and it day".split()
def text(words): return " ".join(r.sample(rest, 4) + [r.choice(words)] + r.sample(rest, 2)) + "."
def rows(n): return [(i, text(good if i % 2 else bad), "good" if i % 2 else "bad") for i in range(n)]
for name, n in (("reviews", 240), ("test", 40)):
    with open(name + ".csv", "w", newline="") as f:
        w = csv.writer(f); w.writerow(("id", "review", "sentiment")); w.writerows(rows(n))
with open("new.csv", "w", newline="") as f:
    w = csv.writer(f); w.writerow(("review", "id")); w.writerows([(x, i) for i, x, _ in rows(7)] + [("two\nlines, great", 8)])
cities, genres = "Paris Oslo Rome Bern Lima Kiel".split(), "jazz rock folk soul".split()
with open("train.conll", "w") as f:
    for i in range(240):
        words = [("play", "O"), (r.choice(genres), "B-genre"), ("in", "O"), (r.choice(cities), "B-city")]
        if i % 3 == 0: words[3:] = [("New", "B-city"), (r.choice(cities), "I-city")]
        if i % 2: words = words[2:] + [("please", "O")]
        f.write("".join(f"{a} {b}\n" for a, b in words) + "\n")
with open("waves.ts", "w") as f:
    f.write("@problemName waves\n@timeStamps false\n@classLabel true up down\n@data\n")
    for i in range(160):
        n, s = r.randint(6, 11), 1 if i % 2 else -1
        a = [s * t + r.gauss(0, 1) for t in range(n)]; b = [r.gauss(0, 1) for _ in range(n)]
        f.write(",".join(f"{x:.3f}" for x in a) + ":" + ",".join(f"{x:.3f}" for x in b) + ":" + ("up" if i % 2 else "down") + "\n")
P

# A table: guessed, learnt, with rows beside it.
"$RNN" train reviews.csv -o run --hidden 16 --epochs 16 --lr 1e-2 --dropout 0.2 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'task *classify (reviews.csv has texts in review and labels in sentiment' err.txt || fail "not guessed: $(cat err.txt)"
grep -q 'found *text is review, label is sentiment' err.txt || fail "columns are not said"
grep -q 'naive Bayes, words and pairs' out.txt || fail "no row that counts: $(cat out.txt)"
grep -q 'next *rnn classify run NEW.csv' err.txt || fail "the next step is not named"
grep -q '^rnn classify run NEW.csv' run/README.md || fail "the card does not name rnn classify"
"$RNN" eval run test.csv -o confusion.csv >eval.txt
grep -q '^ label .*precision' eval.txt || fail "no table of labels: $(cat eval.txt)"
[[ "$(head -n 1 confusion.csv)" == "label,bad,good" ]] || fail "confusion.csv: $(cat confusion.csv)"
"$RNN" eval run test.csv --json >eval.json
python3 - <<'P' || fail "figures of eval"
import csv, json
r = json.load(open("eval.json"))
assert r["accuracy"] > 0.9 and r["macro_f1"] > 0.9 and r["classes"]["good"]["support"] == 20, r
assert r["baselines"]["always the most frequent"]["accuracy"] == 0.5, r
assert r["baselines"]["naive Bayes, words and pairs"]["accuracy"] > 0.9, r
table = [[int(x) for x in row[1:]] for row in list(csv.reader(open("confusion.csv")))[1:]]
assert sum(table[i][i] for i in range(2)) / 40 == r["accuracy"], table
P

# Answers: as many as rows, from a table, from lines, from a pipe; the same ones.
"$RNN" classify run new.csv >labelled.csv
[[ "$(wc -l <labelled.csv)" == 9 ]] || fail "one answer for every row: $(cat labelled.csv)"
[[ "$(head -n 1 labelled.csv)" == "label,probability" ]] || fail "no header"
printf 'the film was superb.\n\nit was awful' >lines.txt
"$RNN" classify run lines.txt >from_file.txt
"$RNN" classify run <lines.txt >from_pipe.txt
expect_same from_file.txt from_pipe.txt
[[ "$(wc -l <from_pipe.txt)" == 4 ]] || fail "an empty line has an answer, too: $(cat from_pipe.txt)"
[[ "$(sed -n 2p from_pipe.txt | cut -d, -f1) $(sed -n 4p from_pipe.txt | cut -d, -f1)" == "good bad" ]] || fail "answers: $(cat from_pipe.txt)"
"$RNN" classify run -p 'the film was superb.' --top 2 | grep -qE '^good.[0-9.]+.bad.[0-9.]+$' || fail "--top"
"$RNN" classify run -p 'it was' --threshold 1 | grep -q '^?,' || fail "--threshold"
# After each word: the bits of that beginning.
"$RNN" classify run -p 'the film was superb .' --each-step --json >steps.json
python3 - "$RNN" <<'P' || fail "--each-step is not the prefixes"
import json, subprocess, sys
words = "the film was superb .".split()
steps = [json.loads(l) for l in open("steps.json")]
assert [s["read"] for s in steps] == words, steps
for n, step in enumerate(steps, 1):
    alone = json.loads(subprocess.run([sys.argv[1], "classify", "run", "-p", " ".join(words[:n]), "--json"], capture_output=True, check=True).stdout)
    assert alone["probability"] == step["probability"] and alone["label"] == step["label"], (alone, step)
P

# Stopped and resumed is the run that was never stopped; every gradient is right.
"$RNN" train reviews.csv -o whole --hidden 8 --epochs 2 --pool mean --class-weights balanced -q >/dev/null
"$RNN" train reviews.csv -o parts --hidden 8 --epochs 2 --pool mean --class-weights balanced --max-updates 9 -q >/dev/null
"$RNN" train --resume parts --max-updates 0 -q >/dev/null
python3 - <<'P'
def tensors(path):
    raw = open(path, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
assert tensors("whole/model.safetensors") == tensors("parts/model.safetensors"), "resumed weights differ"
P
"$RNN" check whole --samples 4 >/dev/null 2>&1 || fail "rnn check of a pooled model"
"$RNN" train reviews.csv -o more --init-from run --epochs 1 -q >/dev/null || fail "--init-from"

# Tags: a chain over spans.
"$RNN" train train.conll -o tags --hidden 16 --epochs 8 --lr 1e-2 --dropout 0.2 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'task *tag' err.txt || fail "tags are not guessed"
grep -q 'tags are BIO' err.txt || fail "the scheme is not said: $(cat err.txt)"
grep -q 'most frequent tag of a word' out.txt || fail "no row of frequent tags"
"$RNN" check tags --samples 4 >/dev/null 2>&1 || fail "rnn check of a chain"
"$RNN" eval tags train.conll --json >eval.json
[[ "$(json_value eval.json 'x["f1"] > 0.9 and x["classes"]["city"]["support"] > 100')" == True ]] || fail "F1: $(cat eval.json)"
"$RNN" tag tags -p 'play jazz in New Oslo' >tagged.txt
printf 'play\tO\njazz\tB-genre\nin\tO\nNew\tB-city\nOslo\tI-city\n\n' >want.txt
expect_same tagged.txt want.txt
printf 'in Rome, please\n\nin Rome please\n' | "$RNN" tag tags --json >tagged.json
[[ "$(sed -n 1p tagged.json)" == '{"words":["in","Rome",",","please"],'* ]] || fail "marks are words of their own: $(cat tagged.json)"
[[ "$(sed -n 2p tagged.json)" == '{"words":[],'* ]] || fail "an empty line has an answer, too: $(cat tagged.json)"
[[ "$(sed -n 3p tagged.json)" == *'"spans":[{"type":"city","begin":1,"end":2,"text":"Rome"}]'* ]] || fail "spans: $(cat tagged.json)"
# A step of several ids and letters, walked step by step.
"$RNN" train train.conll -o forward --directions one --crf off --features all --hidden 8 --epochs 1 -q >/dev/null
"$RNN" doctor forward >doctor.txt 2>&1 || [[ $? -eq 6 ]] || fail "rnn doctor of a tagger: $(tail -n 3 doctor.txt)"
"$RNN" train train.conll -o bioes --scheme bioes --hidden 8 --epochs 1 -q >/dev/null
"$RNN" eval bioes train.conll | grep -q 'F1' || fail "a model in BIOES is measured on BIO"

# Sensors.
"$RNN" train waves.ts -o waves --hidden 8 --epochs 6 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'nearest series' out.txt || fail "no row of the nearest series"
"$RNN" classify waves waves.ts >labels.txt
[[ "$(wc -l <labels.txt)" == 161 ]] || fail "an answer for every series"

# What is in the data, before training.
expect_exit 0 "$RNN" data check reviews.csv
expect_out '^ found +text is review, label is sentiment$'
expect_out '^ labels +2 labels: '

# Refused, with a code and the documented status.
expect_refused 4 model/task "$RNN" predict run new.csv
expect_err 'rnn classify runs it'
expect_refused 4 model/task "$RNN" tag run -p a
expect_refused 4 model/task "$RNN" classify tags -p a
expect_refused 2 usage/option "$RNN" train reviews.csv --crf on -o no
expect_refused 2 usage/option "$RNN" train train.conll --pool max -o no
expect_refused 2 usage/column "$RNN" train reviews.csv --label stars -o no
expect_err 'the columns are id, review, sentiment'
"$RNN" data make recall --length 6 --symbols 4 -n 60 >recall.jsonl
expect_refused 2 usage/task_option "$RNN" train recall.jsonl --text review -o no
expect_refused 2 usage/task_option "$RNN" train recall.jsonl --tokens char -o no
"$RNN" train recall.jsonl --pool mean --directions both --hidden 8 --epochs 1 -q -o lines >/dev/null || fail "lines of JSON may be pooled"
"$RNN" info lines | grep -q 'bidirectional' || fail "info does not tell the directions"
