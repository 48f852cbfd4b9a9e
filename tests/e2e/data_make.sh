# Why: sequences as people make and look at them: the same ones again, through pipes, and every wrong wish told.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

# Every problem: the answers are worked out again, outside of the program.
for problem in adding copy recall parity; do
  expect_exit 0 "$RNN" data make "$problem" --length 30 --min-length 20 -n 300
  expect_no_err .
  cp "$out_file" "$problem.jsonl"
  each_line_is_json "$problem.jsonl"
  expect_exit 0 "$RNN" data make "$problem" --length 30 --min-length 20 -n 300 -s 1
  expect_same "$out_file" "$problem.jsonl"
  expect_exit 0 "$RNN" data make "$problem" --length 30 --min-length 20 -n 300 -s 2
  ! cmp -s "$out_file" "$problem.jsonl" || fail "another seed gives the same"
done
python3 - <<'PYTHON' || fail "an answer is wrong"
import json
def lines(name): return [json.loads(l) for l in open(name + ".jsonl")]
for name, more in (("adding", 0), ("copy", 20), ("recall", 1), ("parity", 0)):
    x = lines(name)
    assert len(x) == 300
    lengths = {len(e["input"]) - more for e in x}
    assert min(lengths) == 20 and max(lengths) == 30, lengths
for e in lines("adding"):
    assert abs(sum(v for v, mark in e["input"] if mark == 1) - e["target"]) < 1e-6
    assert sum(mark for _, mark in e["input"]) == 2
for e in lines("copy"):
    n = len(e["input"])
    assert e["target"] == [None] * (n - 10) + e["input"][:10] and e["input"][n - 11] == ">"
for e in lines("recall"): assert e["target"] == e["input"][0]
for e in lines("parity"): assert e["target"] == ("odd" if e["input"].count("1") % 2 else "even")
PYTHON
expect_exit 0 "$RNN" data make recall --length 3 --symbols 40 -n 1
expect_out '^\{"input": \["s[0-9]{2}", "s[0-9]{2}", "s[0-9]{2}", "s[0-9]{2}"\], "target": "s[0-9]{2}"\}$'

# Whoever reads may stop; a full disk is told.
expect_exit 0 bash -c 'set -o pipefail; "$RNN" data make parity --length 1000 -n 1000000000 | head -n 2 >two.txt'
expect_no_err .
[[ "$(wc -l <two.txt)" -eq 2 ]] || fail "not two lines"
if [[ -e /dev/full ]]; then
  expect_exit 1 bash -c '"$RNN" data make parity -n 5 >/dev/full'
  expect_err '^error\[io/write\]'
fi

# A look at them.
expect_exit 0 "$RNN" data check adding.jsonl
expect_out '^ task +regress$'
expect_out '^ input +2 numbers per step; 20 to 30 steps'
expect_out '^ blind +always answering the mean: mean squared error 0\.1[4-9]'
expect_out '^ 0 errors, 0 warnings$'
expect_exit 0 "$RNN" data check recall.jsonl --json
[[ "$(json_value "$out_file" '[x["sequences"], x["task"], len(x["labels"]), sum(x["counts"]), x["findings"]]')" == "[300, 'classify', 8, 300, []]" ]] || fail "check --json"
expect_exit 0 "$RNN" data check copy.jsonl
expect_out '^ target +one of 8 labels for 3,000 of '
gzip -k parity.jsonl
expect_exit 0 "$RNN" data head parity.jsonl.gz -n 2
head -n 2 parity.jsonl >two.txt
expect_same "$out_file" two.txt
head -n 3 adding.jsonl >few.jsonl
printf '{"input": [[1, NaN]], "target": 3}\n' | cat few.jsonl - >bad.jsonl
expect_exit 0 "$RNN" data check few.jsonl
expect_out '^warning\[data/little\]'
expect_exit 6 "$RNN" data check bad.jsonl
expect_out '^error\[data/nan\]: bad\.jsonl:4: '
expect_exit 6 "$RNN" data check bad.jsonl --json
[[ "$(json_value "$out_file" 'x["findings"][0]["code"]')" == data/nan ]] || fail "check --json of a bad file"
expect_exit 3 "$RNN" data head bad.jsonl
expect_err '^error\[data/nan\]: bad\.jsonl:4: '
expect_exit 2 "$RNN" data split adding.jsonl
expect_err '^help: cut it by lines'

# Wrong wishes.
refused() {  # refused PATTERN WORDS...
  local pattern=$1
  shift
  expect_exit 2 "$RNN" data make "$@"
  expect_err "$pattern"
  expect_no_out .
}
refused '^error\[usage/missing\]'
refused "^error\[usage/argument\]: there is no problem 'addign'" addign
expect_err 'did you mean adding\?'
refused 'adding of length 1 ' adding --length 1
expect_err '^help: give a --length from 2 '
refused 'lengths from 200 to 100' recall --min-length 200
refused 'adding has no --symbols' adding --symbols 4
refused '--symbols is 1' copy --symbols 1
refused '--sequences is 0' copy -n 0
refused "--length.*'ten'" copy --length ten
refused 'no flag --size' copy --size 3
expect_exit 0 "$RNN" data make --help
for problem in adding copy recall parity; do expect_out "^  $problem +.*\(.* [12][0-9]{3}"; done
