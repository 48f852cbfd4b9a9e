# Why: nothing that is learnt, chosen or forecast may look at rows after its time: what they hold is spoilt, and nothing before may change.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

# 160 days of two series, "series.py SPOILT FROM TO": the rows FROM to TO of each have a value of 1e9, or none, and covariates to match.
cat >series.py <<'PYTHON'
import datetime as d, math, random, sys
spoilt, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
kind = sys.argv[4] if len(sys.argv) > 4 else "plain"
r = random.Random(5)
print("unique_id,ds,y,promo,temp,kind")
for name in ("a", "b"):
    for i in range(165):
        promo, temp, text = i % 5 == 0, r.gauss(0, 1), "xyz"[i // 9 % 3]
        y = (30 if name == "a" else 400) * (1 + 0.2 * math.sin(2 * math.pi * i / 7) + 0.1 * promo) + r.gauss(0, 1)
        y, temp, promo = f"{round(y) if kind == 'counts' else round(y, 3)}", f"{temp:.2f}", str(int(promo))
        if first <= i < last:
            if spoilt == "large": y, promo, temp, text = "1000000000", "1000000000", "1000000000", "spoilt"
            if spoilt == "empty" and i < 159: y = ""
            if spoilt == "negative": y = "-1000000000"
        if i >= 160: y, temp, text = "", "", ""  # only what is known ahead
        print(f"{name},{d.date(2024, 1, 1) + d.timedelta(days=i)},{y},{promo},{temp},{text}")
PYTHON
parts=(--valid-steps 20 --calibration-steps 20 --test-steps 30 --horizon 5)  # training ends with row 90, choosing 110, calibration 130
quick=(--hidden 4 --epochs 2 --threads 1 "${parts[@]}")

# What differs between the folders clean and spoilt, of whose tables rows from DATE on differ: models but for the data's hash, forecasts
# that end before.
cat >differs.py <<'PYTHON'
import csv, json, struct, sys
def model(folder):
    data = open(f"{folder}/run/model.safetensors", "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + size])
    meta = head.pop("__metadata__")
    about = json.loads(meta.pop("rnn.about"))
    about["data"].pop("hash")
    return {"tensors": head, "numbers": data[8 + size:], "metadata": meta, **{"about " + k: v for k, v in about.items()},
            **{"forecast " + k: v for k, v in about["forecast"].items()}}
def windows(folder, date):
    rows = list(csv.DictReader(open(f"{folder}/windows.csv")))
    ends = {}
    for r in rows:
        key = r["unique_id"], r["cutoff"]
        ends[key] = max(ends.get(key, ""), r["ds"])
    return [(r["unique_id"], r["cutoff"], r["ds"], r["model"], r["forecast"], r["lo-90"], r["hi-90"]) for r in rows
            if ends[r["unique_id"], r["cutoff"]] < date]
what = sys.argv[1]
clean, spoilt = model("clean"), model("spoilt")
if what == "scales":  # all that training rows alone decide
    for m in (clean, spoilt):  # what errors are measured against is of all rows before the test
        m["forecast series"] = [{k: v for k, v in s.items() if k not in ("absolute", "squared")} for s in m["forecast series"]]
    keys = ["forecast series", "forecast covariates", "forecast channels", "forecast least", "forecast whole", "forecast grid"]
else:
    keys = [k for k in sorted(clean | spoilt) if k != "about forecast"]
for k in keys:
    if clean[k] != spoilt[k]: print("model:", k)
if what != "scales":
    a, b = windows("clean", what), windows("spoilt", what)
    assert len(a) > 100, len(a)
    if a != b: print("forecasts:", next((x, y) for x, y in zip(a, b) if x != y))
PYTHON

# earlier_changed PROGRAM [OPTIONS...]: trains and evaluates in both folders; true if something before row 130 has changed (says what).
earlier_changed() {
  local program=$1
  shift
  for folder in clean spoilt; do
    rm -rf "$folder/run" "$folder/windows.csv"
    expect_exit 0 env -C "$folder" "$program" train table.csv "${quick[@]}" "$@" -o run
    expect_exit 0 env -C "$folder" "$program" eval run table.csv --windows 0 -o windows.csv
  done
  python3 differs.py 2024-05-10 >changes || fail "the comparison"
  cat changes >&2
  [[ -s changes ]]
}
spoil() {  # spoil SPOILT FROM TO [KIND]
  mkdir -p clean spoilt
  python3 series.py none 0 0 "${4:-plain}" >clean/table.csv
  python3 series.py "$1" "$2" "$3" "${4:-plain}" >spoilt/table.csv
  ! cmp -s clean/table.csv spoilt/table.csv || fail "nothing is spoilt"
}

spoil large 130 165
! earlier_changed "$RNN" || fail "the test part leaks into what comes before"
! earlier_changed "$RNN" --linear off --head gaussian --normalise standard || fail "the test part leaks (gaussian)"
! earlier_changed "$RNN" --network stacked --linear own || fail "the test part leaks (stacked)"
! earlier_changed "$RNN" --network autoregressive --lags 7,30 || fail "the test part leaks (autoregressive)"
! earlier_changed "$RNN" --lags 3,7,30 || fail "the test part leaks (lags)"
! earlier_changed "$RNN" --calendar week,month || fail "the test part leaks (calendar)"
for spoilt in empty negative; do
  spoil "$spoilt" 130 160
  ! earlier_changed "$RNN" || fail "the test part leaks ($spoilt)"
done
spoil large 130 165 counts
! earlier_changed "$RNN" --head negative-binomial || fail "the test part leaks (counts)"
! earlier_changed "$RNN" --gaps zero || fail "the test part leaks (counts by other heads)"

# The part for choosing may change weights and choices, not scales and categories; nor may what follows it.
for spoilt in large negative; do
  spoil "$spoilt" 90 165
  for folder in clean spoilt; do
    rm -rf "$folder/run"
    expect_exit 0 env -C "$folder" "$RNN" train table.csv "${quick[@]}" --transform none --calendar week -o run
  done
  python3 differs.py scales >changes || fail "the comparison"
  [[ ! -s changes ]] || fail "the part for choosing leaks: $(cat changes)"
done

# The check finds leaks: three programs that have one each.
cat >scaler <<'SCRIPT'
#!/bin/bash
# Scales the values by the mean and deviation of all rows.
set -e
python3 - "$PWD/table.csv" >scaled.csv <<'PYTHON'
import csv, statistics, sys
rows = list(csv.DictReader(open(sys.argv[1])))
ys = [float(r["y"]) for r in rows if r["y"]]
mean, deviation = statistics.fmean(ys), statistics.pstdev(ys)
out = csv.DictWriter(sys.stdout, rows[0].keys())
out.writeheader()
for r in rows:
    if r["y"]: r["y"] = f"{(float(r['y']) - mean) / deviation:.9g}"
    out.writerow(r)
PYTHON
args=("$@")
for i in "${!args[@]}"; do [[ "${args[i]}" != table.csv ]] || args[i]=scaled.csv; done
exec "$RNN" "${args[@]}"
SCRIPT
cat >smoother <<'SCRIPT'
#!/bin/bash
# Gives the mean of 21 days, ten of which are yet to come, as a covariate.
set -e
python3 - "$PWD/table.csv" >smooth.csv <<'PYTHON'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
out = csv.DictWriter(sys.stdout, [*rows[0].keys(), "mean"])
out.writeheader()
for i, r in enumerate(rows):
    near = [float(o["y"]) for o in rows[max(i - 10, 0):i + 11] if o["y"] and o["unique_id"] == r["unique_id"]]
    r["mean"] = f"{sum(near) / len(near):.6g}" if r["y"] else ""
    out.writerow(r)
PYTHON
args=("$@")
for i in "${!args[@]}"; do [[ "${args[i]}" != table.csv ]] || args[i]=smooth.csv; done
exec "$RNN" "${args[@]}"
SCRIPT
cat >chooser <<'SCRIPT'
#!/bin/bash
# Of two runs keeps the one whose level is nearer to that of the test part.
set -e
[[ "$1" == train ]] || exec "$RNN" "$@"
awk -F, -v OFS=, 'NR > 1 && $3 != "" {$3 += 300} {print}' table.csv >shifted.csv
args=("${@:3}")
for table in table shifted; do
  args[${#args[@]}-1]="$table.run"
  "$RNN" train "$table.csv" "${args[@]}"
done
best=$(awk -F, '$2 >= "2024-05-10" && $3 != "" {sum += $3; n++} END {print (sum / n > 10000) ? "shifted" : "table"}' table.csv)
mv "$best.run" run
rm -rf table.run shifted.run
SCRIPT
chmod +x scaler smoother chooser
spoil large 130 160
earlier_changed "$WORK/scaler" || fail "a scaler over all rows is not found"
grep -q '^model: numbers$' changes || fail "a scaler over all rows changes the weights"
earlier_changed "$WORK/smoother" --linear off || fail "a covariate that looks ahead is not found"
earlier_changed "$WORK/chooser" --linear off || fail "choosing on the test part is not found"
