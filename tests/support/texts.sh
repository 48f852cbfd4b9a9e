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
