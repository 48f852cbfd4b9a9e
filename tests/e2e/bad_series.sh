# Why: each way in which a table of series, or an order about one, can be wrong: one error with its place and what helps, nothing left behind.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/series.sh
. "$SOURCE/tests/support/series.sh"

quick=(--hidden 4 --epochs 1 --threads 1)
refused() {  # refused STATUS CODE PATTERN DATA [OPTIONS...]: by training, with nothing left behind
  local status=$1 code=$2 pattern=$3
  shift 3
  expect_refused "$status" "$code" "$RNN" train "$@" --horizon 7 "${quick[@]}" -o no
  expect_err "^error\[$code\]: $pattern"
  [[ "$code" == usage/option ]] || expect_err '^help: .'  # whose message says what may be
  expect_no_file no
}
make_series negative 90 >good.csv
line() { printf '%s\n' "$*"; }
with() { { cat good.csv && line "$@"; } >bad.csv; }             # one more line
changed() { sed "$1" good.csv >bad.csv; }

# The file.
: >empty.csv
refused 3 data/empty 'empty\.csv: the file is empty$' empty.csv
line ds,y >bad.csv
refused 3 data/empty 'bad\.csv: the table has a header and no rows$' bad.csv
refused 3 data/missing '.*nothing\.csv' nothing.csv
mkdir folder
refused 3 data/empty 'folder holds no tables$' folder
gzip -c good.csv >whole.csv.gz
head -c 300 whole.csv.gz >cut.csv.gz
refused 3 data/compressed '.*cut\.csv\.gz' cut.csv.gz
{ head -n 40 good.csv && printf '2024-\0002,3\n' && tail -n 50 good.csv; } >bad.csv
refused 3 data/binary 'bad\.csv:41: there is a NUL byte' bad.csv
sed '1s/y/y,\xe9t\xe9/; 2,$s/$/,1/' good.csv >bad.csv
refused 3 data/utf8 'bad\.csv:1: the text is not UTF-8$' bad.csv
iconv -f UTF-8 -t UTF-16LE good.csv >bad.csv
refused 3 data/binary 'bad\.csv: the file is UTF-16, not UTF-8$' bad.csv
expect_err '^help: convert it: iconv -f UTF-16LE'
python3 - <<'PYTHON'
rows = open("good.csv").read().splitlines()
rows[0] += ",note"
rows[1:] = [r + ("," + "q" * 10_000_000 if i == 39 else ",k") for i, r in enumerate(rows[1:])]
open("bad.csv", "w").write("\n".join(rows) + "\n")
PYTHON
refused 3 data/size 'bad\.csv:41: a cell of 10\.0 MB$' bad.csv

# Rows and columns.
with 2024-03-31,1,2
refused 3 data/ragged 'bad\.csv:92: the row has 3 cells, but the first row of the file has 2$' bad.csv
with 2024-03-31
refused 3 data/ragged 'bad\.csv:92: the row has 1 cell, ' bad.csv
with '"2024-03-31,5'
refused 3 data/quote 'bad\.csv:92: the quote that opens a cell here is never closed$' bad.csv
changed '1s/ds/y/'
refused 3 data/columns "bad\.csv:1: two columns are called 'y'$" bad.csv
changed '2,$s/,.*/,/'
refused 3 data/empty "bad\.csv: column 'y' has no value$" bad.csv
changed '2,$s/,.*/,many/'
refused 3 data/roles 'bad\.csv: no column has the numbers' bad.csv
changed '1s/y/name/; 2,$s/,.*/,many/'
refused 3 data/roles 'bad\.csv: no column has the numbers' bad.csv --task forecast
changed '41s/,.*/,lots/'
refused 3 data/number "bad\.csv:41: 'lots' in column 'y' is no number$" bad.csv
changed '41s/,.*/,inf/'
refused 3 data/number "bad\.csv:41: 'inf' in column 'y' is not finite$" bad.csv
refused 2 usage/column "good\.csv: there is no column 'sales'$" good.csv --y sales
expect_err "^help: columns are 'ds', 'y'$"
refused 2 usage/column "good\.csv: there is no column 'shop'$" good.csv --id shop
refused 2 usage/roles "good\.csv: column 'y' is given two roles$" good.csv --y y --known y
sed '1s/^/id,/; 1s/y$/first,second/; 2,$s/^/a,/; 2,$s/$/,3/' good.csv >bad.csv
refused 2 usage/roles "bad\.csv: several columns could be the one that is to be forecast: 'first', 'second'$" bad.csv
expect_err '^help: name it with --y NAME'
expect_exit 0 "$RNN" train bad.csv --y first,second --id id --horizon 7 "${quick[@]}" -o two
expect_exit 0 "$RNN" forecast two bad.csv
expect_out '^a/second,2024-03-31,3,'
sed '1s/^/id,/; 2,$s/^/a,/; 50s/^a//' good.csv >bad.csv
refused 3 data/id "bad\.csv:50: column 'id' is empty$" bad.csv

# Without a header: read, and said.
tail -n +2 good.csv >bare.csv
expect_exit 0 "$RNN" train bare.csv --horizon 7 "${quick[@]}" -o bare
expect_err '^ note +the first row has values, not names'

# Dates.
changed '41s/^[^,]*/soon/'
refused 3 data/date "bad\.csv:41: 'soon' in column 'ds' is no date$" bad.csv
changed 's/2024-02-29/2024-02-30/'
refused 3 data/date "bad\.csv:61: '2024-02-30' in column 'ds' is no date$" bad.csv
{ line ds,y && for month in 01 02 03 04 05 06 07 08 09 10 11 12; do for day in 01 02; do line "$day/$month/2024,5"; done; done; } >bad.csv
refused 2 usage/day_month "bad\.csv:[0-9]+: '[0-9/]+' is 2024-.* if the day comes first and 2024-.* if the month does" bad.csv
expect_err '^help: say which: --dates dmy or --dates mdy'
changed '2,41s/,/ 00:00Z,/; 42,$s/,/ 00:00,/'
refused 3 data/date 'bad\.csv:42: .* has no offset from UTC, but the rows before have one$' bad.csv
with 2024-01-05,7
refused 3 data/duplicate 'bad\.csv:92: the series has 2024-01-05 a second time, after bad\.csv:6$' bad.csv
expect_err '^help: choose with --duplicates'
with '2024-03-31 05:00,7'
refused 3 data/off_grid 'bad\.csv:92: 2024-03-31 05:00 follows 2024-03-30' bad.csv
with 2924-03-31,7
refused 3 data/gaps 'bad\.csv:92: [0-9,]+ steps without a row lie between 2024-03-30 .* and 2924-03-31' bad.csv
expect_err '^help: is a date wrong[?]'
refused 3 data/off_grid 'good\.csv:3: 2024-01-02 is no step of the grid: weekly' good.csv --frequency weekly
refused 2 usage/frequency "'fortnight' is no frequency$" good.csv --frequency fortnight
refused 2 usage/tz "there is no time zone 'Europe/Atlantis'$" good.csv --tz Europe/Atlantis
{ line ds,y && for hour in 00 01 02 03 04 05; do line "2024-03-31 $hour:00,5"; done; } >bad.csv
refused 3 data/date 'bad\.csv:4: 2024-03-31 02:00 does not exist in Europe/Berlin' bad.csv --tz Europe/Berlin

# Too little, or not what the options ask for.
head -n 2 good.csv >one.csv
refused 3 data/frequency 'one\.csv:2: no series has two different stamps' one.csv
head -n 20 good.csv >short.csv
refused 3 data/too_short 'short\.csv: the longest series has 19 values, but a horizon of 7 needs 23: ' short.csv
expect_err '^help: --horizon 5 or less, or longer series$'
expect_refused 3 data/too_short "$RNN" train good.csv --horizon 60 "${quick[@]}" -o no
expect_err '^help: --horizon 29 or less'
refused 3 data/too_short 'good\.csv: the longest series has 90 values, .* 90 for the test$' good.csv --test-steps 90
expect_err '^help: smaller --valid-steps'
changed '41s/,.*/,-3.5/; 1!s/,-/,/; 41s/,/,-/; s/,0[.]00$/,1/'
refused 3 data/transform 'bad\.csv:41: --transform log needs values above 0, but 2024-02-09 has -3\.5$' bad.csv --transform log
refused 3 data/counts 'good\.csv:[0-9]+: --head negative-binomial needs counts: 0, 1, 2, \.\.\., but 2024-' good.csv --head negative-binomial
expect_err '^help: choose another head'
refused 2 usage/option "--head is 'mae'" good.csv --head mae
refused 2 usage/files 'series are split by time' good.csv --valid good.csv
refused 2 usage/init_from '.' good.csv --init-from somewhere
line '{"start": "2024-01-01", "target": [1, 2, "x"]}' >bad.jsonl
refused 3 data/series 'bad\.jsonl:1: "target" has something that is no number$' bad.jsonl
line '{"start": "2024-01-01", "target": [1, 2' >bad.jsonl
refused 3 data/json 'bad\.jsonl:1: ' bad.jsonl --task forecast
refused 3 data/mixed 'bad\.jsonl:1: this is JSON, but good\.csv is a table$' good.csv bad.jsonl --task forecast

# rnn data check says the same, with exit status 6.
changed '41s/,.*/,lots/'
expect_exit 6 "$RNN" data check bad.csv
expect_out "^error\[data/number\]: bad\.csv:41: "

# What is odd but may be: constant, and so large that squares overflow.
changed '2,$s/,.*/,7/'
expect_exit 0 "$RNN" train bad.csv --horizon 7 "${quick[@]}" --force -o odd
good_forecast odd bad.csv 7 --levels 50,90
[[ "$(cut -d, -f2 next.csv | sort -u | tr '\n' ' ')" == '7 y ' ]] || fail "a constant series goes on"
changed '41s/,.*/,1e300/'
expect_exit 0 "$RNN" train bad.csv --horizon 7 "${quick[@]}" --force -o odd
good_forecast odd bad.csv 7

# Orders to a model.
sed '1s/$/,promo/; 2,$s/$/,1/; 2s/1$/0/' good.csv >promo.csv
expect_exit 0 "$RNN" train good.csv --horizon 7 "${quick[@]}" -o plain
expect_exit 0 "$RNN" train promo.csv --known promo --horizon 7 "${quick[@]}" -o known
wrong() {  # wrong STATUS CODE PATTERN COMMAND...
  local status=$1 code=$2 pattern=$3
  shift 3
  expect_refused "$status" "$code" "$RNN" "$@"
  expect_err "^error\[$code\]: $pattern"
  [[ "$code" == usage/option ]] || expect_err '^help: .'
}
wrong 3 data/known 'promo\.csv: the future of promo is needed up to 2024-04-06, 7 steps after the last value of the series; there are none$' \
  forecast known promo.csv
{ line ds,promo && line 2024-03-31,1 && line 2024-04-01,1; } >future.csv
wrong 3 data/known 'future\.csv: the future of promo is needed up to 2024-04-06, .*; there are 2$' forecast known promo.csv --future future.csv
wrong 3 data/covariate "good\.csv: there is no column 'promo', which the model was trained with$" forecast known good.csv
make_series hourly 200 >hourly.csv
wrong 3 data/frequency 'hourly\.csv: its steps are hourly, but those of the model are daily$' forecast plain hourly.csv --y y
cut -d, -f2 good.csv >numbers.csv
wrong 3 data/frequency 'numbers\.csv: its steps are without dates, but those of the model are daily$' forecast plain numbers.csv
for level in 0 100 x -5 nan '90,'; do wrong 2 usage/option '--levels is ' forecast plain good.csv --levels "$level"; done
wrong 2 usage/option '--levels names 90 twice$' forecast plain good.csv --levels 90,50,90
for level in 1.5 0 1 x; do wrong 2 usage/option '--quantiles is ' forecast plain good.csv --quantiles "$level"; done
wrong 2 usage/option '--quantiles names 0\.5 twice$' forecast plain good.csv --quantiles 0.5,0.5
wrong 2 usage/horizon '--horizon is 70, but the model forecasts 7 steps$' forecast plain good.csv --horizon 70
wrong 2 usage/method "there is no forecast method 'arima'$" forecast plain good.csv --method arima
wrong 2 usage/method "there is no forecast method 'arima'$" eval plain good.csv --methods arima
wrong 3 data/too_short 'no window fits: the longest series has 1 value' eval plain one.csv
wrong 3 data/missing '.*nothing\.csv' forecast plain good.csv --future nothing.csv
wrong 4 model/missing '.*nowhere' forecast nowhere good.csv
wrong 4 model/task '.*is a model for the task forecast, not a language model$' generate plain -p a
wrong 3 data/changed '.*' train --resume plain --data promo.csv
changed '2,$s/,.*/,/'
wrong 3 data/empty "bad\.csv: column 'y' has no value$" forecast plain bad.csv
{ cat good.csv | sed '1s/^/id,/; 2,$s/^/a,/' && line b,2024-03-30,; } >bad.csv
expect_exit 0 "$RNN" forecast plain bad.csv  # a series without a value is left out
expect_no_out '^b,'

# Models of text know no windows, and series no texts.
for _ in $(seq 60); do line 'the cat sat on the mat and the dog slept by the door all day long'; done >story.txt
expect_exit 0 "$RNN" train story.txt --tokens byte "${quick[@]}" -o story
wrong 4 model/task '.*does not forecast series' forecast story good.csv
wrong 2 'usage/.*' '.' eval story story.txt --windows 4
expect_exit 3 "$RNN" forecast plain story.txt
expect_err '^error\[data/'
