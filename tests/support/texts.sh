# Why: the end-to-end tests need small texts that a tiny model can learn in a second; source it after assert.sh.
# shellcheck shell=bash

# sentences COUNT SEED: lines such as "The cat sees the dog." from a fixed generator.
sentences() {
  awk -v count="$1" -v seed="$2" '
    function pick(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n + 1 }
    BEGIN {
      split("cat dog bird horse fish girl boy farmer", noun); split("sees likes finds follows feeds", verb)
      for (i = 0; i < count; i++) { a = pick(8); v = pick(5); b = pick(8); print "The " noun[a] " " verb[v] " the " noun[b] "." }
    }'
}

# each_line_is_json FILE: fails unless every line of FILE, and there is one, is a JSON value.
each_line_is_json() {
  python3 -c 'import json, sys; lines = open(sys.argv[1]).read().splitlines(); assert lines; [json.loads(l) for l in lines]' "$1" ||
    fail "$1 is not JSON lines"
}

# json_value FILE EXPRESSION: a Python expression over the last line of FILE as `x`.
json_value() {
  python3 -c 'import json, sys; x = json.loads(open(sys.argv[1]).read().splitlines()[-1]); print(eval(sys.argv[2]))' "$1" "$2"
}

# Flags of a model that learns in a blink.
# shellcheck disable=SC2034
tiny=(--hidden 16 --epochs 2 --batch 8 --bptt 8 --threads 1)

# daily_sales DAYS: two shops with a week and noise, as a table.
daily_sales() {
  python3 - "$1" <<'PYTHON'
import datetime, random, sys
random.seed(3)
print("shop,day,units")
for shop in range(2):
    for t in range(int(sys.argv[1])):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(t)
        print(f"shop_{shop + 1},{day},{100 * (shop + 1) + 20 * (day.weekday() == 5) + 8 * (day.weekday() == 1) + random.gauss(0, 3):.2f}")
PYTHON
}
