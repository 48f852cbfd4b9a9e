# Why: a label or a number at every row of a table through the program: trained, measured beside the clock, answered row by row, refused.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

python3 - <<'P'
import datetime, random
r = random.Random(5)
# A room: on in working hours or when it is warm; one row of seven has no temperature.
start = datetime.datetime(2024, 1, 1)
def room(name, first, hours):
    with open(name, "w") as f:
        f.write("date,warm,noise,state\n")
        for h in range(first, first + hours):
            at = start + datetime.timedelta(hours=h)
            warm = r.random() * 20
            state = "" if h % 50 == 49 else "on" if warm > 10 else "off"
            f.write(f"{at:%Y-%m-%d %H:%M},{'' if h % 7 == 0 else f'{warm:.3f}'},{r.random():.3f},{state}\n")
room("room.csv", 0, 900); room("room_test.csv", 900, 200)
# Engines: what is left until they fail, from a sensor that wears.
def engines(name, first, count):
    rows = []
    for unit in range(first, first + count):
        life = r.randint(30, 50)
        for t in range(life):
            rows.append((t + r.random() * 0.5, f"{unit},{t},{100 - 2 * (life - t) + r.gauss(0, 1):.3f},{r.random():.3f},{life - t}\n"))
    rows.sort(key=lambda x: x[0])
    with open(name, "w") as f:
        f.write("unit,cycle,wear,noise,RUL\n" + "".join(text for _, text in rows))
engines("engine.csv", 1, 24); engines("engine_test.csv", 100, 6)
P

# Labels: found, split by time, the rows beside them; a row without a label is not counted.
"$RNN" train room.csv --task follow --y state -o room --hidden 12 --epochs 30 --lr 1e-2 --bptt 48 --dropout 0 >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'found *state is a label, from warm, noise; time is date' err.txt || fail "columns are not said: $(cat err.txt)"
grep -q 'for validation (the last 180 rows)' err.txt || fail "not split by time: $(cat err.txt)"
grep -q 'clock rule, hour' out.txt || fail "no row of the clock: $(cat out.txt)"
grep -q 'next *rnn predict room NEW.csv' err.txt || fail "the next step is not named: $(cat err.txt)"
"$RNN" eval room room_test.csv --json >eval.json
python3 - <<'P' || fail "figures of labels: $(cat eval.json)"
import json
r = json.load(open("eval.json"))
assert r["accuracy"] > 0.8 and r["targets"] == 196 and r["baselines"]["always the most frequent"]["accuracy"] < 0.6, r
assert any(name.startswith("clock rule") for name in r["baselines"]), r
P
"$RNN" predict room room_test.csv >answers.csv
[[ "$(wc -l <answers.csv)" == 201 ]] || fail "an answer for every row"
[[ "$(head -n 1 answers.csv)" == label,probability ]] || fail "no header: $(head -n 1 answers.csv)"
"$RNN" predict room <room_test.csv >piped.csv
expect_same answers.csv piped.csv
"$RNN" predict room room_test.csv --json --top 2 >answers.jsonl
head -n 1 answers.jsonl | grep -q '^{"line":2,"label":"o[nf]*","probability":0.[0-9]*,"top":{' || fail "JSON: $(head -n 1 answers.jsonl)"
# Without the column of labels the answers are the same.
cut -d, -f1-3 room_test.csv >unlabelled.csv
"$RNN" predict room unlabelled.csv >again.csv
expect_same answers.csv again.csv

# Numbers: whole engines are held out; resumed is the run that was never stopped; rows beside them.
"$RNN" train engine.csv --task follow --y RUL --directions one -o engine --hidden 12 --epochs 30 --lr 1e-2 --test engine_test.csv >out.txt 2>err.txt || fail "train: $(cat err.txt)"
grep -q 'RUL is a number, from cycle, wear, noise; series are unit' err.txt || fail "columns: $(cat err.txt)"
grep -q 'for validation (5 of 24 series, whole ones)' err.txt || fail "series are not kept together: $(cat err.txt)"
grep -q 'always the mean' out.txt || fail "no row: $(cat out.txt)"
"$RNN" eval engine engine_test.csv --json >eval.json
python3 - <<'P' || fail "figures of numbers: $(cat eval.json)"
import json
r = json.load(open("eval.json"))
assert r["rmse"] < 0.4 * r["baselines"]["always the mean"]["rmse"], r
assert abs(r["loss"] - r["rmse"] ** 2) < 1e-6 * r["loss"], r
P
"$RNN" eval engine engine_test.csv | grep -q 'RMSE' || fail "no table of errors"
"$RNN" predict engine engine_test.csv >answers.csv
python3 - <<'P' || fail "answers are not in the order of rows, or not those that were measured"
import csv, json
rows = list(csv.DictReader(open("engine_test.csv")))
answers = [float(x["RUL"]) for x in csv.DictReader(open("answers.csv"))]
assert len(rows) == len(answers)
mse = sum((float(r["RUL"]) - a) ** 2 for r, a in zip(rows, answers)) / len(rows)
assert abs(mse - json.load(open("eval.json"))["loss"]) < 1e-4 * mse, mse
P
# Forwards only: a row's answer does not depend on what follows.
head -n 61 engine_test.csv >beginning.csv
"$RNN" predict engine beginning.csv >beginning_answers.csv
head -n 61 answers.csv >want.csv
expect_same beginning_answers.csv want.csv
"$RNN" train engine.csv --task follow --y RUL -o whole --hidden 6 --epochs 2 -q >/dev/null
"$RNN" train engine.csv --task follow --y RUL -o parts --hidden 6 --epochs 2 --max-updates 3 -q >/dev/null
"$RNN" train --resume parts --max-updates 0 -q >/dev/null
python3 - <<'P' || fail "resumed weights differ"
def tensors(path):
    raw = open(path, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
assert tensors("whole/model.safetensors") == tensors("parts/model.safetensors")
P
"$RNN" check whole --samples 4 >/dev/null 2>&1 || fail "rnn check of a number at every row"
"$RNN" info engine | grep -q 'follow' || fail "info"
expect_exit 0 "$RNN" data check engine.csv --task follow --y RUL
expect_out '^ found +RUL is a number'
expect_out '^ split .*whole ones'

# What cannot be: one sentence, a code, a place.
expect_exit 3 "$RNN" train engine.csv --task follow
expect_err 'error\[data/columns\]: engine.csv: which column'
expect_exit 3 "$RNN" train engine.csv --task follow --y RULE
expect_err "error\[data/columns\]: engine.csv has no column 'RULE'"
expect_exit 2 "$RNN" train engine.csv --task follow --y RUL --horizon 4
expect_err 'error\[usage/task_option\]: --horizon is for forecasts'
expect_exit 2 "$RNN" train engine.csv --task follow --y RUL --pool max
expect_err 'error\[usage/task_option\]'
expect_exit 2 "$RNN" train engine.csv --task follow --y RUL --crf on
expect_err 'error\[usage/option\]: --crf'
sed '5s/,[^,]*$/,soon/' engine.csv >broken.csv
expect_exit 3 "$RNN" train broken.csv --task follow --y RUL --head squared
expect_err "error\[data/number\]: broken.csv:5: RUL is 'soon', not a number"
cut -d, -f1,2,5 engine_test.csv >narrow.csv
expect_exit 3 "$RNN" predict engine narrow.csv
expect_err "error\[data/columns\]: narrow.csv has no column 'wear'"
expect_exit 4 "$RNN" tag room -p 'a text'
expect_err 'follows the rows of a table'
expect_exit 2 "$RNN" predict room -p '[1]'
