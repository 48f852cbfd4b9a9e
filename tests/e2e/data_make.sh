# Why: sequences and pairs as people generate and look at them: reproducible, through pipes, and every wrong option reported.
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

# Pairs: the same, and every answer worked out again.
pairs() { "$RNN" data make "$@"; }
for problem in dates reverse addition; do
  expect_exit 0 pairs "$problem" -n 500
  expect_no_err .
  cp "$out_file" "$problem.tsv"
  expect_exit 0 pairs "$problem" -n 500 -s 1
  expect_same "$out_file" "$problem.tsv"
  expect_exit 0 pairs "$problem" -n 500 -s 2
  ! cmp -s "$out_file" "$problem.tsv" || fail "another seed gives the same"
done
pairs reverse --length 6 --min-length 3 --symbols 3 -n 400 >few.tsv
pairs addition --digits 12 -n 400 >long.tsv
python3 - <<'PYTHON' || fail "a target is wrong"
import datetime
def lines(name): return [l.split("\t") for l in open(name + ".tsv").read().splitlines()]
for name in ("dates", "reverse", "addition"): assert len(lines(name)) == 500 and all(len(p) == 2 for p in lines(name))
for source, target in lines("dates"):
    day = datetime.date.fromisoformat(target)
    assert 1900 <= day.year <= 2099 and str(day.year) in source and str(day.day) in source, source
    assert day.strftime("%b").lower() in source.lower() or str(day.month) in source, source
    for i in range(7):
        name = datetime.date(2024, 1, 1 + i).strftime("%a").lower()  # 1 January 2024 was a Monday
        assert name not in source.lower() or i == day.weekday(), source
assert len({target for _, target in lines("dates")}) > 450
for source, target in lines("reverse"): assert target == source[::-1] and len(source.split(" ")) == 20
assert {len(source.split(" ")) for source, _ in lines("few")} == {3, 4, 5, 6}
assert {letter for source, _ in lines("few") for letter in source.split(" ")} == set("abc")
for name, digits in (("addition", 4), ("long", 12)):
    for source, target in lines(name): assert sum(int(x) for x in source.split("+")) == int(target), source
    assert {len(x) for source, _ in lines(name) for x in source.split("+")} == set(range(1, digits + 1))
PYTHON

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
expect_out '^ task +regress [(]adding.jsonl has sequences with numbers as targets[)]$'
expect_out '^ input +2 numbers per step; 20 to 30 steps'
expect_out '^ chance +always answering the mean: mean squared error 0\.1[4-9]'
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
expect_err '^help: split it by lines'

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
refused "^error\[usage/argument\]: there is no problem 'revers'" revers
expect_err 'did you mean reverse\?'
refused "there is no problem 'translation'" translation
expect_err '^help: the problems are adding, copy, recall, parity, dates, reverse, addition$'
refused 'dates has no --length' dates --length 10
refused 'addition has no --symbols' addition --symbols 4
refused 'reverse has no --digits' reverse --digits 4
refused 'parity has no --digits' parity --digits 4
refused 'reverse with 27 symbols is not a valid problem' reverse --symbols 27
expect_err '^help: give --symbols from 2 to 26$'
refused 'reverse with 10001 letters is not a valid problem' reverse --length 10001
refused 'lengths from 21 to 20' reverse --min-length 21
refused '--digits is 19' addition --digits 19
expect_exit 0 "$RNN" data make --help
for problem in adding copy recall parity; do expect_out "^  $problem +.*\(.* [12][0-9]{3}"; done
for problem in dates reverse addition; do expect_out "^  $problem +.* -> "; done
