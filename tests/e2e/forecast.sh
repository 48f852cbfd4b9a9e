# Why: time series from the table to the table: checked, trained, forecast, measured, resumed, described.
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
  expect_file "$run/model.safetensors"
}

# An hourly table: what is found in it, and a forecast of what is known ahead.
make_series hourly >hourly.csv
expect_exit 0 "$RNN" data check hourly.csv
expect_out '^ task +forecast [(]hourly.csv has dates [(]ds[)] and numbers[)]$'
expect_out '^ columns +time: ds; value: y; known ahead: promo; past only: temp, kind$'
expect_out '^ steps +hourly from 2024-03-01 00:00:00 to 2024-03-20 23:00:00$'
expect_out '^ forecast +24 hours ahead, season 24$'
train run hourly.csv
good_forecast run hourly.csv 24
[[ "$(head -n 2 next.csv | cut -d, -f1 | tr '\n' ' ')" == 'ds 2024-03-21 00:00:00 ' ]] || fail "the first hour ahead"
[[ "$(tail -n 1 next.csv | cut -d, -f1)" == '2024-03-21 23:00:00' ]] || fail "the last hour ahead"
good_forecast run hourly.csv 24 --levels 50,90,99
head -n 1 next.csv | grep -q '^ds,y,lo-50,hi-50,lo-90,hi-90,lo-99,hi-99$' || fail "columns of bands"
good_forecast run hourly.csv 24 --quantiles 0.9,0.5,0.1
head -n 1 next.csv | grep -q '^ds,y,q0.9,q0.5,q0.1$' || fail "columns of quantiles"
good_forecast run hourly.csv 5 --horizon 5
expect_exit 0 "$RNN" forecast run hourly.csv -o out.csv
expect_no_out .
expect_exit 0 "$RNN" forecast run hourly.csv
expect_same "$out_file" out.csv
expect_refused 2 output/exists "$RNN" forecast run hourly.csv -o out.csv
expect_exit 0 "$RNN" forecast run hourly.csv -o out.csv --force
for threads in 2 3; do
  expect_exit 0 "$RNN" forecast run hourly.csv --threads "$threads"
  expect_same "$out_file" out.csv
done

# The same table compressed, from standard input, with its future in a file of its own: the same forecast.
gzip -k hourly.csv
expect_exit 0 "$RNN" forecast run hourly.csv.gz
expect_same "$out_file" out.csv
expect_exit 0 "$RNN" forecast run - <hourly.csv
expect_same "$out_file" out.csv
awk -F, 'NR == 1 || $2 != ""' hourly.csv >past.csv
awk -F, -v OFS=, 'NR == 1 || $2 == "" {print $1, $3}' hourly.csv >future.csv
expect_exit 0 "$RNN" forecast run past.csv --future future.csv
expect_same "$out_file" out.csv
expect_refused 3 data/known "$RNN" forecast run past.csv
expect_err 'the future of promo is needed up to 2024-03-21 23:00:00, 24 steps after the last value of the series; there are none$'
train gz hourly.csv.gz
expect_exit 0 "$RNN" train - "${quick[@]}" -o stdin <hourly.csv
expect_exit 0 "$RNN" forecast stdin hourly.csv
expect_same "$out_file" out.csv

# A category that training has not seen, a table in two files, JSON lines.
sed 's/,c$/,new/' hourly.csv >unknown.csv
good_forecast run unknown.csv 24
head -n 200 hourly.csv >first.csv
(head -n 1 hourly.csv && tail -n +201 hourly.csv) >second.csv
expect_exit 0 "$RNN" forecast run second.csv first.csv
expect_same "$out_file" out.csv
python3 - <<'PYTHON'
import csv, json
for split, name in ((None, "long.jsonl"),):
    rows = [r for r in csv.DictReader(open("hourly.csv")) if r["y"]]
    with open(name, "w") as out:
        for k in (1, 3):
            out.write(json.dumps({"start": rows[0]["ds"], "item_id": f"s{k}", "target": [k * float(r["y"]) for r in rows]}) + "\n")
PYTHON
expect_refused 2 usage/frequency "$RNN" train long.jsonl "${quick[@]}" -o no
expect_exit 0 "$RNN" data check long.jsonl --frequency hourly
expect_out '2 series, 960 values'
train jsonl long.jsonl --horizon 12 --frequency hourly
good_forecast jsonl long.jsonl 24

# Several series with odd names, of unlike lengths and sizes, with gaps; one constant, one too short to be split.
make_series shops >shops.csv
expect_exit 0 "$RNN" data check shops.csv
expect_out '^note\[data/short\]: shops.csv:[0-9]+: .short. has 6 values, too few to be split'
expect_out '^note\[data/constant\]: shops.csv:[0-9]+: .flat. never changes'
expect_out '^ missing +2 steps without a row|^ missing +3 steps without a row, 1 empty value'
train shops shops.csv --horizon 7
good_forecast shops shops.csv 35 --levels 50,90
grep -q '^"Bern, west",2024-04-30,' next.csv || fail "a name with a comma, and the day after its last one"
grep -q '^"the ""old"" shop",2024-04-27,' next.csv || fail "a name with quotes"
grep -q '^short,2024-01-07,' next.csv || fail "the short series"
grep -q '^flat,2024-04-18,7,' next.csv || fail "the constant series stays where it is"
expect_exit 0 "$RNN" eval shops shops.csv --windows 3 -o windows.csv
expect_out '^ this model '
expect_out '^ seasonal naive '
expect_out '[0-9]+ windows of 7 days in 5 series'
python3 - <<'PYTHON' || fail "windows.csv"
import csv, math
rows = list(csv.DictReader(open("windows.csv", encoding="utf-8")))
assert {r["unique_id"] for r in rows} == {"Bern, west", 'the "old" shop', "Zürich", "flat"}, {r["unique_id"] for r in rows}
for r in rows:
    assert math.isfinite(float(r["forecast"])), r
    assert r["ds"] > r["cutoff"]
    if r["model"] == "this model": assert float(r["lo-90"]) <= float(r["forecast"]) <= float(r["hi-90"]), r
PYTHON
expect_exit 0 "$RNN" eval shops shops.csv --windows 3 --json
[[ "$(python3 -c 'import json,sys; x=json.load(open(sys.argv[1])); print(x["horizon"], x["series"], len(x["mae_by_step"]), "naive" in x["baselines"], x["mase"] is not None)' "$out_file")" == '7 5 7 True True' ]] || fail "eval as JSON"

# A series that is new to the model is forecast, and that is said.
sed 's/"Bern, west"/new/' shops.csv >new.csv
good_forecast shops new.csv 35
expect_exit 0 "$RNN" forecast shops new.csv
expect_err '^note: the model was not trained on new: '

# Every head and network, every rule of normalisation and transform.
make_series negative 90 >negative.csv
make_series growth >growth.csv
make_series counts >counts.csv
for head in squared huber quantiles gaussian student-t; do
  for network in segments stacked; do
    train head negative.csv --horizon 7 --head "$head" --network "$network"
    good_forecast head negative.csv 7 --levels 20,50,90,98
  done
done
for head in quantiles gaussian student-t; do
  train head negative.csv --horizon 7 --head "$head" --network autoregressive --lags 7
  good_forecast head negative.csv 7 --levels 20,50,90,98
done
train head negative.csv --horizon 7 --network none
good_forecast head negative.csv 7 --levels 50,90
expect_refused 2 usage/option "$RNN" train negative.csv --horizon 7 --network none --linear off "${quick[@]}" -o no
for rule in none last mean mean-abs standard median; do
  train head negative.csv --horizon 7 --normalise "$rule" --linear off
  good_forecast head negative.csv 7 --levels 50,90
done
awk -F, 'NR > 1 && $2 < 0 {found = 1} END {exit !found}' next.csv || fail "no forecast of a negative series is negative"
train head growth.csv --horizon 12 --transform log
good_forecast head growth.csv 12 --levels 50,90
awk -F, 'NR > 1 && $3 <= 0 {exit 1}' next.csv || fail "a band of a logarithm is above 0"
for linear in off shared own; do
  train head shops.csv --horizon 7 --linear "$linear"
  good_forecast head shops.csv 35 --levels 50,90
done
train head counts.csv --horizon 7 --head negative-binomial
good_forecast head counts.csv 21 --levels 10,50,90
awk -F, 'NR > 1 && ($3 < 0 || $4 < 0) {exit 1}' next.csv || fail "a count below 0"
good_forecast head counts.csv 21 --quantiles 0.1,0.5,0.9

# A network that samples: several series, what is known ahead, futures as they were sampled, all that is done with a model.
train head counts.csv --horizon 7 --network autoregressive --head negative-binomial
good_forecast head counts.csv 21 --levels 10,50,90
expect_exit 0 "$RNN" forecast head counts.csv --samples 20
python3 - "$out_file" <<'PYTHON' || fail "futures of counts"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert len(rows) == 3 * 20 * 7 and all(float(r["y"]) >= 0 and float(r["y"]).is_integer() for r in rows)
PYTHON
train sampled hourly.csv --network autoregressive --lags 24,48 --context 24
good_forecast sampled hourly.csv 24 --levels 50,90
expect_exit 0 "$RNN" forecast sampled hourly.csv
cp "$out_file" sampled.csv
for threads in 2 3; do
  expect_exit 0 "$RNN" forecast sampled hourly.csv --threads "$threads"
  expect_same "$out_file" sampled.csv
done
expect_exit 0 "$RNN" forecast sampled past.csv --future future.csv
expect_same "$out_file" sampled.csv
expect_refused 3 data/known "$RNN" forecast sampled past.csv
sed 's/^\(2024-03-21 [^,]*,,\)[01],/\11000,/' hourly.csv >promoted.csv
expect_exit 0 "$RNN" forecast sampled promoted.csv
! cmp -s "$out_file" sampled.csv || fail "what is known ahead is not read"
expect_exit 0 "$RNN" forecast sampled hourly.csv --samples 300
cp "$out_file" futures.csv
expect_exit 0 "$RNN" forecast sampled hourly.csv --samples 2
head -n 49 futures.csv | cmp -s - "$out_file" || fail "the first futures of more are those of fewer"
expect_exit 0 "$RNN" forecast sampled hourly.csv --samples 2 --seed 2
! head -n 49 futures.csv | cmp -s - "$out_file" || fail "another seed, the same futures"
expect_exit 0 "$RNN" info sampled
expect_out '^ forecast +24 hours ahead from the last 72, hourly, season 24$'
expect_out '^ values +student-t, windows relative to: standard, the next value of each, the others sampled, and those 24, 48 hours before$'
expect_exit 0 "$RNN" info sampled --json
[[ "$(python3 -c 'import json,sys; f=json.load(open(sys.argv[1]))["forecast"]; print(f["network"], f["lags"], f["linear"])' "$out_file")" == 'autoregressive [24, 48] off' ]] || fail "info as JSON"
expect_exit 0 "$RNN" eval sampled hourly.csv --windows 2
expect_out '^ this model '
expect_no_out 'linear part'
expect_exit 0 "$RNN" eval sampled hourly.csv --windows 2 --importance
expect_exit 0 "$RNN" eval sampled hourly.csv --windows 2 --refit
expect_exit 0 "$RNN" report sampled hourly.csv --windows 2 -o sampled.html
grep -q 'a value is drawn and read as if it had been seen' sampled.html || fail "the page says how it forecasts"
! grep -q 'ridge regression' sampled.html || fail "the page tells of a linear part"
expect_exit 0 "$RNN" detect sampled hourly.csv --every --all
expect_exit 0 "$RNN" doctor sampled
expect_exit 0 "$RNN" check sampled
expect_exit 0 "$RNN" compare sampled run
grep -q 'on single steps, sampled step by step' sampled/README.md || fail "the card says how it forecasts"

# Lags: of the networks, in the plan, in the file.
for network in segments stacked; do
  expect_exit 0 "$RNN" train hourly.csv --network "$network" --lags 5,24,48 "${quick[@]}" -o lagged
  expect_err 'lags +the network also reads the values 5, 24, 48 hours before'
  good_forecast lagged hourly.csv 24
  expect_exit 0 "$RNN" info lagged
  expect_out ', and those 5, 24, 48 hours before$'
done

# What does not go together, or is not there: one error each.
refused() { expect_refused "$1" "$2" "$RNN" train hourly.csv "${quick[@]}" -o no "${@:3}"; }
refused 2 usage/option --lags 0
refused 2 usage/option --lags 24,24
refused 2 usage/option --lags 24,7
refused 2 usage/option --lags x
refused 3 data/too_short --lags 24,5000
refused 2 usage/option --network none --lags 24
refused 2 usage/option --network autoregressive --head huber
refused 2 usage/option --network autoregressive --head squared
refused 2 usage/option --network autoregressive --linear shared

# Rows of forecasts that need no training.
for method in naive seasonal-naive drift mean window-mean ses theta holt-winters holt-winters-multiplicative tsb seasonal-growth \
  season-median zero autoregression; do
  good_forecast shops shops.csv 35 --method "$method"
done
grep -q '^unique_id,ds,y$' next.csv || fail "a method has no bands"

# Times go on from the last date: month ends, weeks, a clock that is put forward.
make_series month-ends >ends.csv
train ends ends.csv --horizon 5
good_forecast ends ends.csv 5
[[ "$(tail -n 5 next.csv | cut -d, -f1 | tr '\n' ' ')" == '2023-01-31 2023-02-28 2023-03-31 2023-04-30 2023-05-31 ' ]] || fail "month ends"
make_series weeks >weeks.csv
train weeks weeks.csv --horizon 5
good_forecast weeks weeks.csv 5
[[ "$(tail -n 5 next.csv | cut -d, -f1 | tr '\n' ' ')" == '2024-07-17 2024-07-24 2024-07-31 2024-08-07 2024-08-14 ' ]] || fail "Wednesdays"
make_series clock >clock.csv
train clock clock.csv --horizon 24 --tz Europe/Berlin
good_forecast clock clock.csv 24 --tz Europe/Berlin
tail -n 24 next.csv | cut -d, -f1 >stamps
grep -q '^2024-03-31 01:00$' stamps && grep -q '^2024-03-31 03:00$' stamps || fail "the hours around the change"
! grep -q '^2024-03-31 02:00$' stamps || fail "an hour that the clock skips"
grep -q '^2024-03-31 13:00$' stamps || fail "24 hours later the clock shows one more"

# A few days of a week look daily; a model of business days knows better.
python3 - >business.csv <<'PYTHON'
import datetime as d
print("ds,y")
for i in range(140):
    t = d.date(2024, 1, 1) + d.timedelta(days=i)
    if t.weekday() < 5: print(f"{t},{100 + i % 5 + i / 50}")
PYTHON
train business business.csv --horizon 5
good_forecast business business.csv 5
[[ "$(sed -n 2p next.csv | cut -d, -f1)" == 2024-05-20 ]] || fail "Monday follows Friday"
(head -n 1 business.csv && tail -n 4 business.csv | head -n 3) >days.csv
good_forecast business days.csv 5
[[ "$(tail -n 5 next.csv | cut -d, -f1 | tr '\n' ' ')" == '2024-05-17 2024-05-20 2024-05-21 2024-05-22 2024-05-23 ' ]] || fail "steps of the model"

# Stopped and resumed: the same model, byte for byte.
expect_exit 0 "$RNN" train hourly.csv --horizon 12 "${quick[@]}" --epochs 3 -o whole
mkdir parts
expect_exit 0 "$RNN" train hourly.csv --horizon 12 "${quick[@]}" --epochs 3 --max-updates 7 -o half
expect_exit 0 "$RNN" train --resume half --max-updates 0 --threads 2
python3 - <<'PYTHON' || fail "the resumed model is another"
import json, struct
def parts(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    about = json.loads(json.loads(data[8:8 + size])["__metadata__"]["rnn.about"])
    return data[8 + size:], about["forecast"], about["data"]
assert parts("whole/model.safetensors") == parts("half/model.safetensors")
PYTHON
expect_exit 0 "$RNN" forecast whole hourly.csv
cp "$out_file" whole.csv
expect_exit 0 "$RNN" forecast half hourly.csv
expect_same "$out_file" whole.csv

sampling=(--network autoregressive --horizon 12 --lags 24 --context 24 "${quick[@]}" --epochs 3)
expect_exit 0 "$RNN" train hourly.csv "${sampling[@]}" -o whole_sampled
expect_exit 0 "$RNN" train hourly.csv "${sampling[@]}" --max-updates 7 -o half_sampled
expect_exit 0 "$RNN" train --resume half_sampled --max-updates 0 --threads 2
expect_exit 0 "$RNN" forecast whole_sampled hourly.csv
cp "$out_file" whole.csv
expect_exit 0 "$RNN" forecast half_sampled hourly.csv
expect_same "$out_file" whole.csv

# What it is, and how runs compare.
expect_exit 0 "$RNN" info run
expect_out '^ task +forecast'
expect_exit 0 "$RNN" compare run whole
expect_out '^ whole .* 0[.][0-9]+ '
grep -q 'time-series-forecasting' run/README.md || fail "the card names the task"
