# Why: a series whose level is that of the season is forecast better by who knows the date; and who gains nothing from it does not read it.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/series.sh
. "$SOURCE/tests/support/series.sh"

quick=(--hidden 4 --epochs 1 --threads 1 --force --horizon 28 --test-steps 112)

# Four years of days: "season" around a level that the time of the year gives, "plain" the same noise around none.
cat >days.py <<'PYTHON'
import datetime as d, math, random, sys
r, drift = random.Random(11), 0.0
season = 9 if sys.argv[1] == "season" else 0
print("ds,y")
for i in range(4 * 365 + 1):
    drift = 0.6 * drift + r.gauss(0, 2)
    print(f"{d.date(2020, 1, 1) + d.timedelta(days=i)},{11 + season * math.cos(2 * math.pi * (i - 20) / 365.25) + drift:.2f}")
PYTHON
for kind in season plain; do python3 days.py "$kind" >"$kind.csv"; done
mase() {  # mase RUN: of the test rows, which nothing has seen
  expect_exit 0 "$RNN" eval "$1" season.csv --windows 0 --last 112 --stride 1 --json
  python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["mase"])' "$out_file"
}
for calendar in auto off year,week; do
  expect_exit 0 "$RNN" train season.csv "${quick[@]}" --calendar "$calendar" -o "season-$calendar"
  case $calendar in
    auto) expect_err '^ calendar +year: the validation error is [0-9.]+ % less than without$' ;;
    *) expect_no_err '^ calendar' ;;
  esac
  good_forecast "season-$calendar" season.csv 28 --levels 50,90
done
with=$(mase season-auto)
without=$(mase season-off)
python3 -c "assert $with < 0.97 * $without, ($with, $without)" || fail "the calendar gains nothing: $with against $without"
expect_exit 0 "$RNN" train plain.csv "${quick[@]}" -o plain
expect_err '^ calendar +none: year, month, week do not help$'

# What it came to stands in the run, the model and rnn info.
grep -q '^calendar = "year" ' season-auto/config.toml || fail "the run's settings"
grep -q '^calendar = "off" ' plain/config.toml || fail "the run's settings"
expect_exit 0 "$RNN" info season-year,week
expect_out '^ calendar +the place of a step in its week, year$'
expect_exit 0 "$RNN" info season-year,week --json
[[ "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["forecast"]["calendar"])' "$out_file")" == "['week', 'year']" ]] ||
  fail "info as JSON"
expect_exit 0 "$RNN" info plain
expect_no_out '^ calendar'

# A forecast depends on dates, not on the rows before its window: the last year alone gives the same, and no file of the future is needed.
run=season-year,week
expect_exit 0 "$RNN" forecast "$run" season.csv
cp "$out_file" whole.csv
(head -n 1 season.csv && tail -n 365 season.csv) >last.csv
expect_exit 0 "$RNN" forecast "$run" last.csv
expect_same "$out_file" whole.csv
sed '1!s/^20/19/' season.csv >century.csv # the same values on other weekdays
expect_exit 0 "$RNN" forecast "$run" century.csv
! cut -d, -f2 "$out_file" | cmp -s - <(cut -d, -f2 whole.csv) || fail "the weekday is not read"

# All that is done with a model, and every network.
expect_exit 0 "$RNN" eval "$run" season.csv --windows 3
expect_out '^ its linear part |^ this model '
expect_exit 0 "$RNN" eval "$run" season.csv --windows 2 --refit
expect_refused 2 usage/option "$RNN" eval "$run" season.csv --importance
expect_exit 0 "$RNN" eval "$run" season.csv --windows 2 --with season-auto
expect_out '^ together '
expect_exit 0 "$RNN" forecast "$run" season.csv --samples 5
expect_exit 0 "$RNN" report "$run" season.csv --windows 2 -o report.html
expect_exit 0 "$RNN" detect "$run" season.csv --every
expect_exit 0 "$RNN" check "$run"
for network in stacked autoregressive none; do
  expect_exit 0 "$RNN" train season.csv "${quick[@]}" --network "$network" --context 28 -o "$network"
  grep -q '^calendar = "year" ' "$network/config.toml" || fail "--network $network does not read the year"
  good_forecast "$network" season.csv 28
  expect_exit 0 "$RNN" forecast "$network" season.csv
  cp "$out_file" whole.csv
  expect_exit 0 "$RNN" forecast "$network" last.csv
  expect_same "$out_file" whole.csv
done
expect_exit 0 "$RNN" train season.csv "${quick[@]}" --max-updates 3 --epochs 2 -o half
expect_exit 0 "$RNN" train --resume half --max-updates 0
expect_exit 0 "$RNN" train season.csv "${quick[@]}" --epochs 2 -o full
expect_exit 0 "$RNN" forecast full season.csv
cp "$out_file" whole.csv
expect_exit 0 "$RNN" forecast half season.csv
expect_same "$out_file" whole.csv

# Several series, with a column that is known ahead beside the calendar.
python3 - >shops.csv <<'PYTHON'
import datetime as d, math, random
r = random.Random(3)
print("unique_id,ds,y,promo")
for name, size in (("a", 1), ("b", 50)):
    for i in range(400 + 28):
        day, promo = d.date(2023, 1, 2) + d.timedelta(days=i), int(i % 9 == 0)
        y = "" if i >= 400 else f"{size * (10 + 3 * (day.weekday() == 6) + 2 * promo + r.gauss(0, 0.3)):.4g}"
        print(f"{name},{day},{y},{promo}")
PYTHON
for linear in shared own; do
  expect_exit 0 "$RNN" train shops.csv --known promo "${quick[@]}" --calendar week --linear "$linear" -o shops
  good_forecast shops shops.csv 56
  expect_exit 0 "$RNN" eval shops shops.csv --windows 2 --importance
  expect_out 'promo'
  expect_no_out 'week'
done

# What a calendar cannot be.
refused() { expect_refused 2 usage/option "$RNN" train "$@" "${quick[@]}" -o no; }
refused season.csv --calendar moon
refused season.csv --calendar week,week
refused season.csv --calendar day
expect_err 'steps are daily, too long for the cycle of a day'
(echo y && tail -n +2 season.csv | cut -d, -f2) >steps.csv
refused steps.csv --calendar year
expect_exit 0 "$RNN" train steps.csv "${quick[@]}" -o steps
expect_no_err '^ calendar'

# A step of a clock that was set back or put forward says so.
python3 - >clock.csv <<'PYTHON'
import datetime as d, math
t = d.datetime(2024, 3, 1)
print("ds,y")
for i in range(24 * 45):
    print(f"{t + d.timedelta(hours=i):%Y-%m-%d %H:%M}Z,{50 + 10 * math.sin(2 * math.pi * i / 24) + (i * 7919 % 13) / 5:.3f}")
PYTHON
[[ -e /usr/share/zoneinfo/Europe/Berlin ]] || exit 0
expect_exit 0 "$RNN" train clock.csv --hidden 4 --epochs 1 --threads 1 --tz Europe/Berlin --network none -o clock
expect_exit 0 "$RNN" detect clock clock.csv --every --all
[[ "$(head -n 1 "$out_file")" == ds,y,expected,lo,hi,score,note ]] || fail "columns"
[[ "$(grep -c 'the local clock' "$out_file")" == 1 ]] || fail "one change"
grep -q '^2024-03-31 01:00Z,.*,the local clock was put forward$' "$out_file" || fail "the change"
expect_exit 0 "$RNN" detect clock clock.csv --every --all --tz UTC
! grep -q 'the local clock' "$out_file" || fail "UTC has no changes"
expect_exit 0 "$RNN" detect clock clock.csv --every --all --json
grep -q '"note":"the local clock was put forward"' "$out_file" || fail "a note as JSON"
