# Why: the page of rnn report shows what rnn forecast and rnn eval say, is complete in one file, and each error is reported once.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

daily_sales 200 >sales.csv
small=(--horizon 7 --hidden 16 --epochs 1 --threads 1 --quiet)
expect_exit 0 "$RNN" train sales.csv "${small[@]}" --test-steps 28 -o run
expect_exit 0 "$RNN" report run sales.csv --windows 4 -o page.html
expect_out '^page\.html$'
expect_err 'wrote page\.html'
expect_exit 0 "$RNN" report run sales.csv --windows 4 --json --svg drawn
cp "$out_file" report.json
python3 -c 'import xml.dom.minidom as x; x.parse("drawn/forecast.svg")' || fail 'forecast.svg is no SVG'
expect_exit 0 "$RNN" eval run sales.csv --windows 4 --json
cp "$out_file" eval.json
expect_exit 0 "$RNN" forecast run sales.csv --levels 50,90 -o next.csv

python3 - page.html report.json eval.json next.csv sales.csv <<'PYTHON' || fail "the page, rnn eval and rnn forecast do not agree"
import csv, json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
x, measured = (json.load(open(f, encoding="utf-8")) for f in sys.argv[2:4])
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
assert data == x
# Rows and figures of rnn eval.
mine = x["rows"][0]
for key in ("mase", "rmsse", "smape", "mae", "rmse", "wql", "bias"):
    assert mine[key] == measured[key], key
assert [r["name"] for r in x["rows"]][1:] == list(measured["baselines"])
for row in x["rows"][1:]:
    assert row["mae"] == measured["baselines"][row["name"]]["mae"]
assert mine["bands"][1]["coverage"] == measured["coverage"]["90"] and mine["targets"] == measured["targets"] == 56
assert x["windows"] == 8 and x["learnt_windows"] == 0  # all within --test-steps
simple = x["rows"][x["simple"]]
assert simple["name"] == "seasonal naive" and abs(x["ratio"] - mine["mase"] / simple["mase"]) < 1e-12
assert x["best"] == min(range(len(x["rows"])), key=lambda r: x["rows"][r]["mase"])
errors = [s["error"] for s in x["series"]]
assert errors == sorted(errors, reverse=True) and len(errors) == 2
for s in x["series"]:
    assert s["error"] == measured["by_series"][s["id"]]["this model"]["mase"]
# The forecast of rnn forecast.
rows = list(csv.DictReader(open(sys.argv[4])))
for d in x["drawn"]:
    own = [r for r in rows if r["unique_id"] == d["id"]]
    assert d["stamps"][-7:] == [r["ds"] for r in own]
    assert d["point"] == [float(r["y"]) for r in own]
    for band, level in zip(d["bands"], ("50", "90")):
        assert band["low"] == [float(r["lo-" + level]) for r in own]
        assert band["high"] == [float(r["hi-" + level]) for r in own]
# Windows, errors and the seasonal naive forecast, computed from the table.
table = list(csv.DictReader(open(sys.argv[5])))
inside = count = won = 0
for d in x["drawn"]:
    values = {r["day"]: float(r["units"]) for r in table if r["shop"] == d["id"]}
    assert d["history"] == [float(f"{values[s]:.6g}") for s in d["stamps"][:-7]]
    series = list(values.values())
    assert d["simple"] == [float(f"{v:.6g}") for v in series[-7:]]
    assert len(d["past"]) == 4 and d["past"][-1]["first"] == len(d["history"]) - 7
    for p in d["past"]:
        assert p["cutoff"] == d["stamps"][p["first"] - 1]
        came = d["history"][p["first"]:p["first"] + 7]
        before = d["history"][p["first"] - 7:p["first"]]
        own = sum(abs(a - b) for a, b in zip(p["point"], came))
        won += own < sum(abs(a - b) for a, b in zip(before, came))
        inside += sum(l <= v <= h for l, v, h in zip(p["low"], came, p["high"]))
        count += 7
assert count == 56 and abs(inside / count - mine["bands"][1]["coverage"]) < 1e-9
assert won == x["won_windows"] and x["compared_windows"] == 8
assert abs(sum(x["residuals"]["shares"]) - 1) < 1e-9 and x["residuals"]["count"] == 56
# Printed figures are those of the data.
checked = 0
for tag in re.findall(r'<(?:data|text)[^>]*data-value="[^>]*>', page):
    pointer, value = re.search(r'data-at="([^"]*)"', tag), re.search(r'data-value="([^"]*)"', tag)
    exact = x
    for key in pointer.group(1).split("/")[1:]:
        exact = exact[int(key) if isinstance(exact, list) else key]
    assert exact == float(value.group(1)), tag
    checked += 1
assert checked > 100, checked
assert len(page) < 2_000_000 and not re.search(r'(src|href)="(?!#|data:)', page)
PYTHON

# Data that the model has learnt from are called that.
expect_exit 0 "$RNN" report run sales.csv --windows 6 --json
[[ "$(json_value "$out_file" 'x["learnt_windows"], x["learnt_until"]')" == "(4, '2024-06-20')" ]] || fail "learnt windows"
# Another band, and series by name.
expect_exit 0 "$RNN" report run sales.csv --level 80 --show shop_2 --json
[[ "$(json_value "$out_file" '[d["id"] for d in x["drawn"]], [b["level"] for b in x["drawn"][0]["bands"]]')" == "(['shop_2'], [0.5, 0.8])" ]] || fail "--level, --show"
# What is known ahead and missing: the page has the past, and says why it has no future.
awk -F, -v OFS=, 'NR == 1 {print $0, "promo"; next} {print $0, NR % 5 == 0}' sales.csv >promo.csv
expect_exit 0 "$RNN" train promo.csv "${small[@]}" --known promo -o known
expect_exit 0 "$RNN" report known promo.csv -o known.html
expect_err '^note: the page has no forecast of what comes next: .*the future of promo is needed up to'
grep -q 'There is no forecast of what comes next' known.html || fail "no future"

# Without a network: the regression alone, so there is no row of its own for it.
expect_exit 0 "$RNN" train sales.csv "${small[@]}" --network none -o plain
expect_exit 0 "$RNN" report plain sales.csv --json
[[ "$(json_value "$out_file" 'x["network_share"], [r["name"] for r in x["rows"]][:2]')" == "(0.0, ['this model', 'naive'])" ]] || fail "--network none"
expect_refused 2 usage/option "$RNN" train sales.csv "${small[@]}" --network none --linear off -o nothing

# A page replaces a page and nothing else; bad input: one error each, and no page.
expect_exit 0 "$RNN" report run sales.csv -o page.html
cp sales.csv mine.html
expect_refused 2 output/exists "$RNN" report run sales.csv -o mine.html
expect_exit 0 "$RNN" report run sales.csv -o mine.html --force
expect_refused 2 usage/missing "$RNN" report -o bad.html
expect_refused 2 usage/missing "$RNN" report run -o bad.html
expect_refused 2 usage/series "$RNN" report run sales.csv --show nowhere -o bad.html
expect_refused 2 usage/option "$RNN" report run sales.csv --level 100 -o bad.html
expect_refused 2 usage/method "$RNN" report run sales.csv --methods nothing -o bad.html
expect_refused 4 model/missing "$RNN" report nowhere sales.csv -o bad.html
expect_refused 3 data/missing "$RNN" report run nowhere.csv -o bad.html
head -6 sales.csv >short.csv
expect_refused 3 data/too_short "$RNN" report run short.csv -o bad.html
sentences 60 7 >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 2 -o text --quiet
expect_refused 4 model/task "$RNN" report text sales.csv -o bad.html
expect_no_file bad.html
