# Why: a table says more than its texts; further columns are learnt from, cut by training rows alone, and found again by name.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

# The texts say nothing: cheap things of one brand are good, dear ones of the other are, too.
python3 - <<'P'
import csv, random
r = random.Random(4)
def rows(n):
    for _ in range(n):
        price, brand = r.uniform(1, 100), r.choice(["Acme", "Bolt & Sons"])
        good = (price < 50) == (brand == "Acme")
        text = r.choice(["It came on {}.", "I bought {} of them.", "This is for room {}."]).format(r.randrange(1, 90))
        yield [text, f"{price:.2f}" if r.random() > .05 else "", brand,
               "good" if good else "bad"]
def write(name, columns, data):
    with open(name, "w", newline="") as f:
        w = csv.writer(f); w.writerow([names[c] for c in columns])
        for row in data: w.writerow([row[c] for c in columns])
names = ["text", "price", "brand", "label"]
write("things.csv", [0, 1, 2, 3], list(rows(1500)))
test = list(rows(300))
write("test.csv", [3, 2, 0, 1], test)      # columns in another order
write("new.csv", [2, 1, 0], test)          # without labels
write("short.csv", [0, 3], test)
P
small=(--hidden 16 --embed 16 --lr 1e-2 --epochs 8 --threads 1 --quiet)
expect_exit 0 "$RNN" train things.csv --inputs price,brand -o run --test test.csv --json "${small[@]}"
grep '"type":"result"' "$out_file" >result.json
expect_exit 0 "$RNN" train things.csv -o alone --test test.csv --json "${small[@]}"
grep '"type":"result"' "$out_file" >alone.json
expect_exit 0 "$RNN" eval run test.csv --json
cp "$out_file" eval.json
python3 - <<'P' || fail "the columns are not learnt from"
import json
a, b, e = json.load(open("result.json"))["metrics"], json.load(open("alone.json"))["metrics"], json.load(open("eval.json"))
assert a["test_accuracy"] > .85 and b["test_accuracy"] < .65, (a, b)
assert abs(e["accuracy"] - a["test_accuracy"]) < 1e-9, (e, a)
P
expect_exit 0 "$RNN" info run
expect_out '^ inputs  *price,brand'
expect_exit 0 "$RNN" classify run test.csv
cp "$out_file" with_labels.csv
expect_exit 0 "$RNN" classify run new.csv
expect_same "$out_file" with_labels.csv
expect_exit 0 "$RNN" classify run new.csv --each-step
expect_out '^<price:[0-9?]+(/10)?>'
expect_out '^<brand:bolt_&_sons>'
expect_exit 0 "$RNN" explain run --data test.csv --row 2 -o page.html
grep -q 'brand:' page.html || fail "the page does not show what was read"
expect_exit 0 "$RNN" classify run -p 'I bought two of them.'
expect_err '^note: a text alone is read without price,brand'
expect_exit 0 "$RNN" data check things.csv --inputs price,brand
expect_out 'read with price,brand'
# Resumed, the data is read in the same way.
expect_exit 0 "$RNN" train things.csv --inputs price,brand -o half --max-updates 300 "${small[@]}"
expect_exit 0 "$RNN" train --resume half --max-updates 400 --quiet
python3 - <<'P' || fail "the parts of the numbers"
import re
cuts = [re.findall(rb'cuts[^]]+', open(f"{name}/model.safetensors", "rb").read()) for name in ("run", "half")]
assert cuts[0] == cuts[1] and len(cuts[0]) == 2 and cuts[0][0].count(b",") == 8, cuts
P

expect_refused 2 usage/column "$RNN" eval run short.csv
expect_refused 2 usage/column "$RNN" train things.csv --inputs colour -o no "${small[@]}"
expect_refused 2 usage/option "$RNN" train things.csv --inputs price --tokens char -o no "${small[@]}"
sed -E 's/,[0-9.]*\r?$/,cheap/' test.csv >words.csv
expect_refused 3 data/number "$RNN" eval run words.csv
expect_no_file no
