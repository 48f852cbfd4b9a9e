# Why: small tables of series for the shell tests, and what must hold for every table of forecasts; source it after assert.sh.
# shellcheck shell=bash
#
#   make_series KIND [N]     writes a table to standard output (kinds: see below), N steps long
#   check_forecast FILE ROWS what a table of forecasts must be: ROWS rows, numbers, lo <= y <= hi, bands that nest, quantiles in order
#   good_forecast RUN DATA ROWS [OPTIONS...]   runs rnn forecast, checks its table (left in next.csv) and reads it again

make_series() {
  python3 - "$@" <<'PYTHON'
import datetime as d, math, random, sys
kind, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
r = random.Random(kind)
out = sys.stdout
day = lambda i, start=d.date(2024, 1, 1): (start + d.timedelta(days=i)).isoformat()
hour = lambda i, start=d.datetime(2024, 3, 1): (start + d.timedelta(hours=i)).strftime("%Y-%m-%d %H:%M:%S")
if kind == "hourly":  # a daily season, one number known ahead with 24 rows of its future, one known up to now, a category
    n = n or 24 * 20
    out.write("ds,y,promo,temp,kind\n")
    for i in range(n):
        y = 50 + 20 * math.sin(2 * math.pi * i / 24) + 8 * (i % 7 == 0) + r.gauss(0, 2)
        out.write(f"{hour(i)},{y:.3f},{int(i % 7 == 0)},{r.gauss(0, 1):.2f},{'abc'[i // 50 % 3]}\n")
    for i in range(n, n + 24):
        out.write(f"{hour(i)},,{int(i % 7 == 0)},,\n")
elif kind == "shops":  # several series, of unlike lengths and sizes, with odd names; one is too short to be split, one constant
    n = n or 120
    out.write("unique_id;ds;y\n".replace(";", ","))
    for k, (name, size) in enumerate([('"Bern, west"', 10), ('"the ""old"" shop"', 1000), ("Zürich", 0.01), ("short", 5), ("flat", 0)]):
        for i in range(6 if name == "short" else n - 3 * k):
            y = size * (5 + 2 * math.sin(2 * math.pi * i / 7) + r.gauss(0, 0.3)) if size else 7
            if name == "Zürich" and i in (20, 21, 50): continue  # gaps
            if name == "Zürich" and i == 60: y = ""
            out.write(f"{name},{day(i)},{y if y == '' else '%.5g' % y}\n")
elif kind == "negative":  # temperatures
    n = n or 120
    out.write("ds,y\n")
    for i in range(n): out.write(f"{day(i)},{-5 + 10 * math.sin(2 * math.pi * i / 7) + r.gauss(0, 1):.2f}\n")
elif kind == "counts":
    n = n or 150
    out.write("id,ds,y\n")
    for name, rate in (("rare", 0.08), ("some", 1.5), ("many", 40)):
        for i in range(n):
            k, p = 0, math.exp(-rate * (1 + 0.5 * (i % 7 == 5)))
            u, c = r.random(), 0.0
            while c + p < u and k < 500: c, k, p = c + p, k + 1, p * rate * (1 + 0.5 * (i % 7 == 5)) / (k + 1)
            out.write(f"{name},{day(i)},{k}\n")
elif kind == "growth":  # positive, swings that grow with the level
    n = n or 96
    out.write("month,y\n")
    for i in range(n):
        out.write(f"{2012 + i // 12}-{i % 12 + 1:02d}-01,{100 * math.exp(0.01 * i) * (1 + 0.3 * math.sin(2 * math.pi * i / 12)) * math.exp(r.gauss(0, 0.03)):.2f}\n")
elif kind == "month-ends":
    n = n or 60
    out.write("ds,y\n")
    for i in range(n):
        last = d.date(2018 + (i + 1) // 12, (i + 1) % 12 + 1, 1) - d.timedelta(days=1)
        out.write(f"{last},{100 + 10 * math.sin(2 * math.pi * i / 12) + r.gauss(0, 1):.2f}\n")
elif kind == "weeks":
    n = n or 80
    out.write("ds,y\n")
    for i in range(n): out.write(f"{d.date(2023, 1, 4) + d.timedelta(weeks=i)},{20 + r.gauss(0, 2):.2f}\n")  # Wednesdays
elif kind == "clock":  # hours of a zone that puts its clock forward within the next 24 hours
    from zoneinfo import ZoneInfo
    n = n or 24 * 14
    end = d.datetime(2024, 3, 30, 12, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(d.timezone.utc)
    out.write("ds,y\n")
    for i in range(n):
        t = (end - d.timedelta(hours=n - 1 - i)).astimezone(ZoneInfo("Europe/Berlin"))
        out.write(f"{t.strftime('%Y-%m-%d %H:%M')},{10 + 3 * math.sin(2 * math.pi * t.hour / 24) + r.gauss(0, 0.3):.3f}\n")
else:
    sys.exit(f"no kind {kind}")
PYTHON
}

check_forecast() {
  python3 - "$@" <<'PYTHON' || fail "the table of forecasts $1"
import csv, math, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
assert len(rows) == int(sys.argv[2]), f"{len(rows)} rows"
names = list(rows[0])
bands = sorted({float(n[3:]): n[3:] for n in names if n.startswith("lo-")}.items())
quantiles = sorted((float(n[1:]), n) for n in names if n.startswith("q"))
assert names[:2] == ["ds", "y"] or names[:3] == ["unique_id", "ds", "y"], names
for row in rows:
    number = {n: float(row[n]) for n in names if n not in ("unique_id", "ds")}
    assert all(math.isfinite(v) for v in number.values()), row
    low = high = number["y"]
    for _, text in bands:
        assert number["lo-" + text] <= low and high <= number["hi-" + text], (text, row)
        low, high = number["lo-" + text], number["hi-" + text]
    values = [number[n] for _, n in quantiles]
    assert values == sorted(values), row
stamps = [(row.get("unique_id"), row["ds"]) for row in rows]
assert len(set(stamps)) == len(stamps)
PYTHON
}

good_forecast() {
  local run=$1 data=$2 rows=$3
  shift 3
  expect_exit 0 "$RNN" forecast "$run" "$data" "$@"
  cp "$out_file" next.csv
  check_forecast next.csv "$rows"
  expect_exit 0 "$RNN" data check next.csv --y y --task forecast
  expect_out '^ 0 errors'
}
