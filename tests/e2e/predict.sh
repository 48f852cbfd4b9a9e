# Why: models of sequences answer new sequences: from files, pipes and the command line, with the figures of rnn eval; what is refused.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

"$RNN" data make recall --length 6 --symbols 4 -n 600 >recall.jsonl
"$RNN" data make copy --length 3 --symbols 3 -n 200 >copy.jsonl
"$RNN" data make adding --length 10 -n 300 >adding.jsonl
"$RNN" train recall.jsonl -o label --cell gru --hidden 16 --lr 5e-3 --epochs 6 >out.txt 2>err.txt
grep -q 'next *rnn predict label ' err.txt || fail "the next step is not named: $(cat err.txt)"
grep -q '^rnn predict label NEW.jsonl' label/README.md || fail "the card does not name rnn predict"
"$RNN" train copy.jsonl -o tag --hidden 16 --epochs 2 -q >/dev/null
"$RNN" train adding.jsonl -o number --hidden 16 --epochs 2 -q >/dev/null

# The figures of rnn eval follow from the answers.
for run in label:recall tag:copy number:adding; do
  "$RNN" predict "${run%:*}" "${run#*:}.jsonl" >"${run%:*}.txt"
  "$RNN" predict "${run%:*}" "${run#*:}.jsonl" --json >"${run%:*}.json"
  "$RNN" eval "${run%:*}" "${run#*:}.jsonl" --json >"${run%:*}-eval.json"
done
python3 - <<'P'
import json
def lines(path): return open(path).read().splitlines()
def targets(name): return [json.loads(l)["target"] for l in lines(name + ".jsonl")]
def figures(name): return json.load(open(name + "-eval.json"))

want, got = targets("recall"), [l.split("\t") for l in lines("label.txt")]
assert len(want) == len(got)
right = sum(w == g[0] for w, g in zip(want, got)) / len(want)
assert right > 0.3 and abs(right - figures("label")["accuracy"]) < 1e-12, (right, figures("label"))
for text, line in zip(got, lines("label.json")):
    r = json.loads(line)
    assert list(r) == ["label", "probability", "probabilities"], r
    assert r["label"] == text[0] and r["probabilities"][r["label"]] == r["probability"] == max(r["probabilities"].values()), r
    assert len(r["probabilities"]) == 4 and abs(sum(r["probabilities"].values()) - 1) < 1e-9, r
    assert "%.3f" % r["probability"] == text[1], (r, text)

right = counted = 0
for want, text, line in zip(targets("copy"), lines("tag.txt"), lines("tag.json")):
    got, r = text.split(" "), json.loads(line)
    assert got == r["labels"] and len(got) == len(want) == len(r["probabilities"]), (want, text, r)
    counted += sum(w is not None for w in want)
    right += sum(w == g for w, g in zip(want, got))
assert abs(right / counted - figures("tag")["accuracy"]) < 1e-12

squares = [(w - float(t)) ** 2 for w, t in zip(targets("adding"), lines("number.txt"))]
assert abs(sum(squares) / len(squares) / figures("number")["loss"] - 1) < 1e-5, figures("number")
assert [json.loads(l)["values"] for l in lines("number.json")] == [[float(t)] for t in lines("number.txt")]
P

# A pipe, one sequence at a time, lists instead of objects, another number of threads: the same answers.
"$RNN" predict label - <recall.jsonl | cmp - label.txt || fail "a pipe gives other answers"
head -n 20 recall.jsonl | while read -r line; do "$RNN" predict label -p "$line"; done >alone.txt
head -n 20 label.txt | cmp - alone.txt || fail "one at a time gives other answers"
python3 -c 'import json, sys
for line in sys.stdin: print(json.dumps(json.loads(line)["input"]))' <recall.jsonl >lists.jsonl
"$RNN" predict label -t 1 <lists.jsonl | cmp - label.txt || fail "lists on one thread give other answers"
gzip -k lists.jsonl
"$RNN" predict label lists.jsonl.gz | cmp - label.txt || fail "a compressed file gives other answers"
"$RNN" predict label - <lists.jsonl.gz | cmp - label.txt || fail "a compressed pipe gives other answers"
{ head -c 100 lists.jsonl.gz && sleep 0.3 && tail -c +101 lists.jsonl.gz; } | "$RNN" predict label | cmp - label.txt ||
  fail "a compressed pipe that pauses gives other answers"
tr '\n' '\r' <lists.jsonl >mac.jsonl
"$RNN" predict label mac.jsonl | cmp - label.txt || fail "line ends of old Macs give other answers"
"$RNN" predict label <mac.jsonl | cmp - label.txt || fail "line ends of old Macs on a pipe give other answers"
printf 'PK\003\004 and so on' >archive.zip
expect_exit 3 "$RNN" predict label <archive.zip
expect_err '^error\[data/format\]: standard input: this is a zip archive, not text$'
# Answered line by line: the second line is only written when the answer to the first has come.
coproc PREDICT { exec "$RNN" predict label -; }
predicting=$PREDICT_PID
for line in 1 2 3; do
  sed -n "${line}p" recall.jsonl >&"${PREDICT[1]}"
  read -r -t 60 answer <&"${PREDICT[0]}" || fail "no answer to line $line while the pipe is open"
  [[ "$answer" == "$(sed -n "${line}p" label.txt)" ]] || fail "line $line: $answer"
done
eval "exec ${PREDICT[1]}>&-"
wait "$predicting" || fail "rnn predict on a pipe ended with status $?"

# Likeliest labels: of a sequence on a line; of every step on a line of its own, an empty line after each sequence.
expect_exit 0 "$RNN" predict label -p '["a", "b", "c", "d", "a", "b", "c"]' --top 3
expect_out $'^[a-d]\t0\\.[0-9]{3}\t[a-d]\t0\\.[0-9]{3}\t[a-d]\t0\\.[0-9]{3}$'
expect_exit 0 "$RNN" predict label -p '["a", "b"]' -p '{"input": ["c"], "target": 3}' --top 2 --json
python3 - "$out_file" <<'P'
import json, sys
for line in open(sys.argv[1]):
    p = json.loads(line)["probabilities"]
    assert len(p) == 2 and list(p.values()) == sorted(p.values(), reverse=True), line
P
expect_exit 0 "$RNN" predict tag -p '["a", "_", ">"]' -p '["b"]' --top 2
[[ "$(wc -l <"$out_file")" -eq 6 && -z "$(sed -n 4p "$out_file")" ]] || fail "tag --top: not a line for every step"

# Unknown symbols are read as nothing and counted; --strict refuses them. Blank lines are skipped.
printf '["a", "x", "b"]\n\n["a", "b"]\r\n{"input": ["y", "x"]}\n' >strange.jsonl
expect_exit 0 "$RNN" predict label strange.jsonl
[[ "$(wc -l <"$out_file")" -eq 3 ]] || fail "three sequences, but not three answers"
expect_err "^note: 3 symbols in 2 sequences are unknown to the model and were read as nothing: 'x', 'y'$"
expect_exit 0 "$RNN" predict label strange.jsonl --json
[[ "$(grep -c '"unknown":[12]}' "$out_file")" -eq 2 ]] || fail "unknown symbols are not counted"
expect_exit 0 "$RNN" predict label -p '["x"]'
expect_err "^note: 1 symbol in 1 sequence is unknown to the model and was read as nothing: 'x'$"
expect_exit 3 "$RNN" predict label strange.jsonl --strict
expect_err '^error\[data/symbol\]: strange.jsonl:1: step 2 of the input is "x"'

# Refused; what stands before a bad line is answered.
printf '["x"]\n["b"]\n[1, 2]\n["c"]\n' >numbers.jsonl
expect_exit 3 "$RNN" predict label numbers.jsonl
expect_err '^error\[data/sequence\]: numbers.jsonl:3: the input is 1 number per step; that of the model is words$'
expect_err "^note: 1 symbol in 1 sequence is unknown"
[[ "$(wc -l <"$out_file")" -eq 2 ]] || fail "the lines before the bad one are not answered"
expect_refused 3 data/sequence "$RNN" predict number -p '[[1, 2, 3]]'
expect_refused 3 data/sequence "$RNN" predict number -p '["a"]'
expect_refused 3 data/nan "$RNN" predict number -p '[[1, NaN]]'
expect_refused 3 data/sequence "$RNN" predict label -p '[]'
expect_refused 3 data/sequence "$RNN" predict label -p '{"target": "a"}'
expect_refused 3 data/json "$RNN" predict label -p 'a b'
expect_refused 3 data/missing "$RNN" predict label none.jsonl
: >empty.jsonl
expect_refused 3 data/empty "$RNN" predict label empty.jsonl
expect_exit 0 "$RNN" predict label - </dev/null
printf '["a", "\xe9"]\n' >latin.jsonl
expect_refused 3 data/utf8 "$RNN" predict label latin.jsonl
python3 -c 'print("[" + ", ".join(["[0.5, 0]"] * 20000) + "]")' >long.jsonl
expect_exit 0 "$RNN" predict number long.jsonl
expect_out '^-?[0-9.e-]+$'
expect_refused 2 usage/option "$RNN" predict number adding.jsonl --top 2
expect_refused 2 usage/option "$RNN" predict label recall.jsonl -p '["a"]'
expect_refused 2 usage/missing "$RNN" predict
expect_refused 4 model/missing "$RNN" predict none recall.jsonl
"$RNN" data make dates -n 300 >dates.tsv
"$RNN" train dates.tsv -o dates --tokens char --hidden 8 --max-updates 1 -q >/dev/null
expect_refused 4 model/task "$RNN" predict dates recall.jsonl
expect_err '^help: rnn translate '
