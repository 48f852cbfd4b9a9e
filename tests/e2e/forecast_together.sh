# Why: what is made of forecasts: possible futures, ensembles, the worth of columns, a backtest that fits again before every window.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/series.sh
. "$SOURCE/tests/support/series.sh"

quick=(--hidden 4 --epochs 1 --threads 1 --force)
train() {  # train RUN DATA... [OPTIONS...]
  local run=$1
  shift
  expect_exit 0 "$RNN" train "$@" "${quick[@]}" -o "$run"
}

# Possible futures: as many as asked for, inside the wide bands as often as these say, the same again with the same seed.
make_series hourly >hourly.csv
train a hourly.csv
train b hourly.csv --seed 2 --linear off
expect_exit 0 "$RNN" forecast a hourly.csv --levels 90
cp "$out_file" a.csv
expect_exit 0 "$RNN" forecast a hourly.csv --samples 500
cp "$out_file" paths.csv
python3 - <<'PYTHON' || fail "paths"
import csv
bands = {r["ds"]: r for r in csv.DictReader(open("a.csv"))}
rows = list(csv.DictReader(open("paths.csv")))
assert list(rows[0]) == ["ds", "sample", "y"], rows[0]
assert len(rows) == 24 * 500 and [r["sample"] for r in rows[::24]] == [str(i + 1) for i in range(500)]
assert [r["ds"] for r in rows[:24]] == list(bands)
for ds, band in bands.items():
    ys = [float(r["y"]) for r in rows if r["ds"] == ds]
    inside = sum(float(band["lo-90"]) <= y <= float(band["hi-90"]) for y in ys) / len(ys)
    assert 0.85 <= inside <= 0.95, (ds, inside)
PYTHON
expect_exit 0 "$RNN" forecast a hourly.csv --samples 500 --threads 2
expect_same "$out_file" paths.csv
expect_exit 0 "$RNN" forecast a hourly.csv --samples 500 --seed 2
! cmp -s "$out_file" paths.csv || fail "another seed gives other paths"
expect_exit 0 "$RNN" forecast a hourly.csv --samples 3 --horizon 2
[[ "$(wc -l <"$out_file")" == 7 ]] || fail "three paths of two steps"
expect_refused 2 usage/option "$RNN" forecast a hourly.csv --samples 3 --levels 50
expect_refused 2 usage/option "$RNN" forecast a hourly.csv --samples 3 --method naive
expect_refused 2 usage/option "$RNN" forecast a hourly.csv --seed 3

# Of counts they are whole.
make_series counts >counts.csv
train counts counts.csv --horizon 7 --head negative-binomial
expect_exit 0 "$RNN" forecast counts counts.csv --samples 40
head -n 1 "$out_file" | grep -q '^unique_id,ds,sample,y$' || fail "columns of paths"
awk -F, 'NR > 1 && $4 !~ /^[0-9]+$/ {exit 1}' "$out_file" || fail "a path of counts is not whole"

# A file of a model that says nothing of errors: no paths, all else as before.
python3 - <<'PYTHON'
import json, os, struct
os.makedirs("old", exist_ok=True)
data = open("a/model.safetensors", "rb").read()
size = struct.unpack("<Q", data[:8])[0]
head = json.loads(data[8:8 + size])
about = json.loads(head["__metadata__"]["rnn.about"])
del about["forecast"]["errors"]
head["__metadata__"]["rnn.about"] = json.dumps(about)
text = json.dumps(head).encode()
text += b" " * (-len(text) % 64)
open("old/model.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])
PYTHON
expect_exit 0 "$RNN" forecast old/model.safetensors hourly.csv --levels 90
expect_same "$out_file" a.csv
expect_refused 4 model/paths "$RNN" forecast old/model.safetensors hourly.csv --samples 3

# An ensemble: the mean of the forecasts, level by level.
expect_exit 0 "$RNN" forecast b hourly.csv --levels 90
cp "$out_file" b.csv
expect_exit 0 "$RNN" forecast a hourly.csv --with b --levels 90
cp "$out_file" both.csv
expect_exit 0 "$RNN" forecast a hourly.csv --with b --with-weights 3,1 --levels 90
cp "$out_file" weighted.csv
python3 - <<'PYTHON' || fail "the mean of two models"
import csv
a, b, both, weighted = (list(csv.DictReader(open(f"{n}.csv"))) for n in ("a", "b", "both", "weighted"))
assert a != b and len(both) == 24
for x, y, m, w in zip(a, b, both, weighted):
    for k in ("y", "lo-90", "hi-90"):
        mean, share = (float(x[k]) + float(y[k])) / 2, 0.75 * float(x[k]) + 0.25 * float(y[k])
        assert abs(float(m[k]) - mean) <= 2e-5 * abs(mean) + 1e-9, (m, mean)
        assert abs(float(w[k]) - share) <= 2e-5 * abs(share) + 1e-9, (w, share)
PYTHON
expect_exit 0 "$RNN" forecast a hourly.csv --with b --samples 4
[[ "$(wc -l <"$out_file")" == 97 ]] || fail "paths of an ensemble"
expect_exit 0 "$RNN" eval a hourly.csv --with b --windows 3
expect_out '^ this model '
expect_out '^ b/?[^ ]* '
expect_out '^ together '
expect_exit 0 "$RNN" eval a hourly.csv --with b --windows 3 --json
cp "$out_file" both.json
expect_exit 0 "$RNN" eval b hourly.csv --windows 3 --json
python3 - "$out_file" <<'PYTHON' || fail "eval of an ensemble"
import json, sys
both, b = json.load(open("both.json")), json.load(open(sys.argv[1]))
assert both["with"][0]["mae"] == b["mae"] and both["together"]["coverage"]["90"] > 0
assert both["together"]["mae"] <= (both["mae"] + b["mae"]) / 2 + 1e-9  # the error of a mean is no larger than the mean of the errors
assert "naive" in both["baselines"] and "together" not in both["baselines"]
PYTHON
train short hourly.csv --horizon 6
expect_refused 4 ensemble/series "$RNN" forecast a hourly.csv --with short
expect_err 'do not forecast the same: 24 steps against 6$'
train other hourly.csv --ignore temp
expect_refused 4 ensemble/series "$RNN" eval a hourly.csv --with other
expect_refused 2 usage/option "$RNN" forecast a hourly.csv --with b --method naive

# What the columns are worth: promotions on days that nobody can guess, and dice.
python3 - >promo.csv <<'PYTHON'
import datetime as d, random
r = random.Random(3)
print("ds,y,promo,dice")
for i in range(207):
    promo = r.randrange(2)
    print(f"{d.date(2024, 1, 1) + d.timedelta(days=i)},{'' if i >= 200 else round(20 + 10 * promo + r.gauss(0, 1), 3)},{promo},{r.randrange(6)}")
PYTHON
train promo promo.csv --horizon 7
expect_exit 0 "$RNN" eval promo promo.csv --windows 5 --importance
expect_out '^ promo +known '
expect_exit 0 "$RNN" eval promo promo.csv --windows 5 --importance --json
cp "$out_file" importance.json
python3 - <<'PYTHON' || fail "importance"
import json
report = json.load(open("importance.json"))
found = report["importance"]
assert [f["covariate"] for f in found] == ["promo", "dice"] and found[0]["use"] == "known", found
# Half of the days get another promotion, each of which is 10 off.
assert 3 < found[0]["mae_increase"] < 6 and abs(found[1]["mae_increase"]) < 0.3, found
PYTHON
expect_exit 0 "$RNN" eval promo promo.csv --windows 5 --importance --json
expect_same "$out_file" importance.json
expect_exit 0 "$RNN" eval promo promo.csv --windows 5 --importance --json --seed 2
! cmp -s "$out_file" importance.json || fail "another seed draws other times"
make_series negative >plain.csv
train plain plain.csv --horizon 7
expect_refused 2 usage/option "$RNN" eval plain plain.csv --importance
expect_refused 2 usage/option "$RNN" eval a hourly.csv --importance --refit

# Fitted again before every window: a model without a network is the one of the table that ends there.
whole=(--network none --context 3 --ridge 10 --transform none --horizon 7)
train whole plain.csv "${whole[@]}"
(head -n 1 plain.csv && sed -n 2,107p plain.csv) >cut.csv  # 106 of 120 days
train cut cut.csv "${whole[@]}"
expect_exit 0 "$RNN" eval whole plain.csv --windows 2 --refit -o refit.csv
expect_exit 0 "$RNN" eval whole plain.csv --windows 2 -o once.csv
expect_exit 0 "$RNN" forecast cut cut.csv
python3 - "$out_file" <<'PYTHON' || fail "refit is not the model of the table that ends there"
import csv, sys
cut = {r["ds"]: r for r in csv.DictReader(open(sys.argv[1]))}
def rows(name): return {r["ds"]: r for r in csv.DictReader(open(name)) if r["model"] == "this model" and r["ds"] in cut}
refit, once = rows("refit.csv"), rows("once.csv")
assert len(cut) == len(refit) == 7, (cut, refit)
for ds, r in cut.items():
    assert f"{float(refit[ds]['forecast']):.6g}" == r["y"], (ds, refit[ds], r)
    # The raw spread of the networks, which were trained on other rows, differs a little.
    width = float(r["hi-90"]) - float(r["lo-90"])
    for key in ("lo-90", "hi-90"): assert abs(float(refit[ds][key]) - float(r[key])) < 0.01 * width, (ds, key, refit[ds], r)
assert any(abs(float(refit[d]["forecast"]) - float(once[d]["forecast"])) > 1e-6 for d in cut)
PYTHON
# What comes after a window does not count: the last day of the table is spoilt, the first window stays.
sed '$ s/,[^,]*$/,1e9/' plain.csv >spoilt.csv
expect_exit 0 "$RNN" eval whole spoilt.csv --windows 2 --refit -o spoilt_windows.csv
python3 - <<'PYTHON' || fail "refit looks ahead"
import csv
def rows(name): return [(r["ds"], r["forecast"], r["lo-90"], r["hi-90"]) for r in csv.DictReader(open(name)) if r["model"] == "this model"]
assert rows("refit.csv") == rows("spoilt_windows.csv")
PYTHON
expect_refused 3 data/too_short "$RNN" eval whole plain.csv --windows 0 --refit
expect_exit 0 "$RNN" eval a hourly.csv --windows 2 --with b --refit
expect_out '^ together '
