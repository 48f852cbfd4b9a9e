# Why: translation from end to end: pairs become a run, a run translates line by line, and every wrong option gets one sentence.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

few=(--hidden 32 --batch 16 --lr 0.01 --patience 0 --threads 1)
"$RNN" data make reverse --length 4 --min-length 2 --symbols 4 -n 1200 >reverse.tsv
"$RNN" data make reverse --length 4 --min-length 2 --symbols 4 -n 60 -s 2 >test.tsv
for side in 1:src 2:tgt; do
  cut -f "${side%:*}" reverse.tsv >"pairs.${side#*:}"
  cut -f "${side%:*}" test.tsv >"test.${side#*:}"
done
python3 - <<'PYTHON'
import json
for name in ("reverse", "test"):
    with open(name + ".jsonl", "w") as out:
        for line in open(name + ".tsv").read().splitlines():
            source, target = line.split("\t")
            out.write(json.dumps({"translation": {"src": source, "tgt": target}}) + "\n")
PYTHON
weights_of() {  # weights_of FILE: the bytes behind the table
  python3 -c 'import struct, sys; d = open(sys.argv[1], "rb").read(); sys.stdout.buffer.write(d[8 + struct.unpack("<Q", d[:8])[0]:])' "$1"
}
same_weights() { cmp -s <(weights_of "$1") <(weights_of "$2") || fail "the weights of $1 and $2 differ"; }

# One table: guessed, told, learnt, written down.
expect_exit 0 "$RNN" train reverse.tsv "${few[@]}" --epochs 12 -o run
expect_err '^ task +translate \(reverse\.tsv holds pairs of sentences; use --task to choose\)$'
expect_err '^ tokens +word '
expect_err '^ next +rnn translate run TEXT\.txt$'
expect_out '^ +loss +perplexity +BLEU +chrF +exact$'
expect_out '^ this model +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+%$'
for row in greedy 'copy the source' 'nearest sentence'; do expect_out "^ $row +[0-9.]+ +[0-9.]+ +[0-9.]+%\$"; done
for name in config.toml model.safetensors last.ckpt.safetensors metrics.jsonl README.md data.json; do expect_file "run/$name"; done
each_line_is_json run/metrics.jsonl
grep -q '^pipeline_tag: translation$' run/README.md || fail "the card does not say what it is"
expect_exit 0 "$RNN" train -c run/config.toml --quiet -o again
same_weights run/model.safetensors again/model.safetensors

# Two files, JSON lines, files of their own to check and to test on.
expect_exit 0 "$RNN" train pairs.src pairs.tgt --valid test.src test.tgt --test test.tsv "${few[@]}" --max-updates 5 -o two
expect_err 'pairs\.src and pairs\.tgt are one text in two languages'
expect_err '^ order +src to tgt: '
expect_out '^ on the test data '
[[ "$(python3 -c 'import json; x = json.load(open("two/data.json")); print(x["source"], x["target"], x["valid"]["pairs"])')" == 'src tgt 60' ]] ||
  fail "two/data.json"
expect_exit 0 "$RNN" train --valid test.jsonl reverse.jsonl "${few[@]}" --max-updates 5 -o lines
expect_err 'reverse\.jsonl holds pairs of sentences'
expect_exit 0 "$RNN" train pairs.src pairs.tgt --task language-model "${tiny[@]}" --max-updates 2 -o language --quiet
sentences 200 7 >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 5 -o story --quiet
printf '1\t2\n2\t3\n3\t4\n4\t5\n' >numbers.tsv
expect_exit 0 "$RNN" train numbers.tsv --task translate "${few[@]}" --max-updates 2 -o numbers --quiet
expect_refused 3 data/too_short "$RNN" train numbers.tsv -o no
expect_err 'the longest series has 4 values'
expect_refused 2 task/ambiguous "$RNN" train reverse.tsv test.tsv -o no
# A pair of files is a pair however it is given, and keeps its order.
expect_exit 0 "$RNN" train --train pairs.src pairs.tgt --valid test.src test.tgt "${few[@]}" --max-updates 2 -o given --quiet
[[ "$(python3 -c 'import json; x = json.load(open("given/data.json")); print(x["source"], x["target"], x["valid"]["pairs"])')" == 'src tgt 60' ]] ||
  fail "given/data.json"
expect_exit 0 "$RNN" train reverse.tsv --valid test.src test.tgt "${few[@]}" --max-updates 2 -o table --quiet
cp reverse.tsv REVERSE.TSV
expect_exit 0 "$RNN" train REVERSE.TSV "${few[@]}" --max-updates 2 -o upper
expect_err 'holds pairs of sentences'
: >empty.tsv
expect_refused 3 data/empty "$RNN" train empty.tsv -o no
expect_refused 2 task/data "$RNN" train --task translate pairs.src pairs.tgt test.src -o no
expect_refused 3 data/missing "$RNN" train none.tsv -o no
expect_refused 3 data/pairs "$RNN" train --task translate pairs.src test.tgt -o no
expect_err 'pairs\.src has 1,200 lines, test\.tgt has 60; the first line without a counterpart is pairs\.src:61$'
expect_no_file no

# A line in, a line out, in order, from files and through pipes; empty lines stay where they are.
head -n 20 test.src | awk '{ print } NR % 5 == 0 { print "" }' >lines.txt
expect_exit 0 "$RNN" translate run lines.txt
expect_no_err .
cp "$out_file" plain.txt
[[ "$(wc -l <plain.txt)" -eq 24 ]] || fail "not as many lines as came in"
[[ "$(grep -n '^$' plain.txt)" == "$(grep -n '^$' lines.txt)" ]] || fail "other lines are empty"
expect_exit 0 "$RNN" translate run <lines.txt
expect_same "$out_file" plain.txt
expect_exit 0 "$RNN" translate run --batch 1 -t 2 - <lines.txt
expect_same "$out_file" plain.txt
gzip -k lines.txt
expect_exit 0 "$RNN" translate run lines.txt.gz -t 1
expect_same "$out_file" plain.txt
sed 's/$/\r/' lines.txt >crlf.txt
expect_exit 0 "$RNN" translate run crlf.txt
expect_same "$out_file" plain.txt
printf 'a b\nb c' >open.txt
expect_exit 0 "$RNN" translate run open.txt - <lines.txt
[[ "$(wc -l <"$out_file")" -eq 26 ]] || fail "the last line without an end, or the second file, is missing"
expect_exit 0 bash -c 'set -o pipefail; "$RNN" translate run pairs.src | head -n 1 >one.txt'
expect_no_err .

# The search: one hypothesis, several results, a beginning, limits.
expect_exit 0 "$RNN" translate run lines.txt --beam 1
cp "$out_file" greedy.txt
expect_exit 0 "$RNN" translate run lines.txt --beam 4
cp "$out_file" four.txt
expect_exit 0 "$RNN" translate run lines.txt --beam 4 --nbest 3
cp "$out_file" best.txt
python3 - <<'PYTHON' || fail "the list of the best"
rows = [line.split(" ||| ") for line in open("best.txt").read().splitlines()]
first = open("four.txt").read().split("\n")[:-1]
lines = open("lines.txt").read().split("\n")[:-1]
assert all(len(row) == 3 for row in rows)
numbers = [int(row[0]) for row in rows]
assert numbers == sorted(numbers) and set(numbers) == set(range(24))
for n in range(24):
    own = [row for row in rows if int(row[0]) == n]
    scores = [float(row[2]) for row in own]
    assert own[0][1] == first[n] and scores == sorted(scores, reverse=True)
    assert len(own) == (3 if lines[n] else 1), own
PYTHON
expect_exit 0 "$RNN" translate run lines.txt --prefix 'a'
[[ "$(grep -c '^a' "$out_file")" -eq 20 ]] || fail "not all begin with a"
expect_exit 0 "$RNN" translate run lines.txt --prefix 'Ω'
expect_err "^note: line 1: no translation begins with 'Ω'$"
expect_exit 0 "$RNN" translate run lines.txt --max-ratio 0 --max-extra 2
! grep -q ' .* ' "$out_file" || fail "longer than allowed"
expect_exit 0 "$RNN" translate run lines.txt --length-penalty 0 --length-rule power --coverage 0.2 --no-repeat 3
[[ "$(wc -l <"$out_file")" -eq 24 ]] || fail "options of the search"

# Drawing: the same seed again, another one, and none at temperature 0.
draw() { expect_exit 0 "$RNN" translate run lines.txt --sample "$@"; }
draw --temperature 3 -s 1
cp "$out_file" drawn.txt
draw --temperature 3 -s 1 --batch 3 -t 2
expect_same "$out_file" drawn.txt
draw --temperature 3 -s 2
! cmp -s "$out_file" drawn.txt || fail "another seed gives the same"
draw --temperature 0
expect_same "$out_file" greedy.txt
draw --top-k 2 --top-p 0.9 --min-p 0.1

# Scores: columns after the text, the same figures as in the JSON; what the model is unsure of is marked.
expect_exit 0 "$RNN" translate run lines.txt --scores
cp "$out_file" usual.txt
low="$(cut -f 3 usual.txt | grep . | sort -n | sed -n 10p)"
expect_exit 0 "$RNN" translate run lines.txt --scores --low "$low"
cp "$out_file" scores.txt
expect_exit 0 "$RNN" translate run lines.txt --scores --low "$low" --nbest 3
cp "$out_file" best_scores.txt
expect_exit 0 "$RNN" translate run lines.txt --scores --low "$low" --json --alignment
cp "$out_file" scores.jsonl
expect_exit 0 "$RNN" translate run lines.txt --scores --low 0
expect_no_out 'low$'
python3 - "$low" <<'PYTHON' || fail "scores"
import json, math, sys
low = float(sys.argv[1])
rows = [l.split("\t") for l in open("scores.txt").read().split("\n")[:-1]]
objects = [json.loads(l) for l in open("scores.jsonl")]
plain = open("plain.txt").read().split("\n")[:-1]
assert [r[0] for r in rows] == plain and all(len(r) == 4 for r in rows)
marks = set()
for row, o in zip(rows, objects):
    t = o["translations"][0]
    assert t["text"] == row[0]
    if not o["source"]:
        assert row[1:] == ["", "", ""] and t["token_probability"] is None and not t["low"]
        continue
    p = math.exp(t["log_prob"] / len(t["tokens"]))
    assert abs(p - t["token_probability"]) < 1e-9 and f"{p:.4f}" == row[2] and f"{t['score']:.4f}" == row[1]
    assert t["low"] == (p < low) == (row[3] == "low")
    marks.add(row[3])
assert marks == {"", "low"}, marks
best = [l.split(" ||| ") for l in open("best_scores.txt").read().split("\n")[:-1]]
assert all(len(b) == 5 for b in best)
usual = [l.split("\t") for l in open("usual.txt").read().split("\n")[:-1]]
assert all((u[3] == "low") == (u[2] != "" and float(u[2]) < 0.5) for u in usual)
PYTHON
expect_refused 2 usage/option "$RNN" translate run lines.txt --low 0.4

# What was looked at: pairs of tokens, the weights, drawings.
expect_exit 0 "$RNN" translate run lines.txt --alignment
cut -f 1 "$out_file" >texts.txt
expect_same texts.txt plain.txt
expect_exit 0 "$RNN" translate run lines.txt --alignment --nbest 2
expect_out '^0 \|\|\| [a-d ]+ \|\|\| -?[0-9.]+ \|\|\| ([0-9]+-[0-9]+ ?)*$'
expect_exit 0 "$RNN" translate run lines.txt --alignment --json --nbest 2
each_line_is_json "$out_file"
head -n 1 "$out_file" | python3 -m json.tool >/dev/null || fail "python's json.tool does not read it"
cp "$out_file" all.jsonl
"$RNN" translate run lines.txt --alignment >aligned.txt
python3 - <<'PYTHON' || fail "the JSON lines"
import json
lines = open("lines.txt").read().split("\n")[:-1]
plain = open("plain.txt").read().split("\n")[:-1]
pairs = [line.split("\t")[1] for line in open("aligned.txt").read().split("\n")[:-1]]
found = [json.loads(line) for line in open("all.jsonl")]
assert [x["line"] for x in found] == list(range(1, 25)) and [x["source"] for x in found] == lines
for x, text, pair in zip(found, plain, pairs):
    results = x["translations"]
    assert results[0]["text"] == text and results[0]["score"] >= results[-1]["score"]
    if not x["source"]:
        assert x["source_tokens"] == results[0]["tokens"] == results[0]["attention"] == [] and pair == ""
        continue
    words = x["source"].split(" ")
    assert x["source_tokens"] == words + ["\n"], x
    for r in results:
        assert r["log_prob"] <= 0 and len(r["attention"]) == len(r["tokens"])
        assert all(len(row) == len(words) + 1 and abs(sum(row) - 1) < 1e-3 for row in r["attention"])
        assert r["tokens"][:-1] == r["text"].split() or not r["finished"]
    best = results[0]
    if best["finished"]:
        top = [(row.index(max(row)), j) for j, row in enumerate(best["attention"][:-1])]
        assert pair == " ".join(f"{i}-{j}" for i, j in top if i < len(words)), (pair, top)
PYTHON
expect_exit 0 "$RNN" translate run lines.txt --attention-svg maps/here
expect_same "$out_file" plain.txt
expect_err '^drawings are in maps/here$'
expect_no_file maps/here/line-000006.svg  # an empty line
python3 - <<'PYTHON' || fail "the drawings"
import json, os, xml.etree.ElementTree as xml
found = [json.loads(line) for line in open("all.jsonl")]
assert len(os.listdir("maps/here")) == 20
for x in found:
    if not x["source"]: continue
    root = xml.parse("maps/here/line-%06d.svg" % x["line"]).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == svg + "svg" and root.find(svg + "title").text and root.find(svg + "desc").text
    cells = [r for r in root.iter(svg + "rect") if r.find(svg + "title") is not None]
    best = x["translations"][0]
    assert len(cells) == len(best["tokens"]) * len(x["source_tokens"])
    told = [float(c.find(svg + "title").text.rsplit(" ", 1)[1]) for c in cells]
    assert all(abs(a - b) < 0.0011 for a, b in zip(told, sum(best["attention"], [])))
PYTHON

# Somebody who types a line gets an answer while the pipe stays open; Ctrl-C ends with whole lines.
mkfifo pipe
exec 9<>pipe
last_command='rnn translate run <pipe, then kill -INT'
env --default-signal=INT "$RNN" translate run -t 1 <pipe >"$out_file" 2>"$err_file" &
child=$!
printf 'a b\n' >&9
for _ in $(seq 500); do
  [[ ! -s "$out_file" ]] || break
  sleep 0.02
done
[[ "$(wc -l <"$out_file")" -eq 1 ]] || fail "no answer while the pipe is open"
printf 'b c' >&9
kill -INT "$child"
status=0
wait "$child" || status=$?
exec 9>&-
[[ "$status" -eq 130 ]] || fail "exit status $status, expected 130"
[[ "$(wc -l <"$out_file")" -eq 1 && "$(tail -c 1 "$out_file" | wc -l)" -eq 1 ]] || fail "a line was cut"

# Several models as one.
expect_exit 0 "$RNN" translate run lines.txt --with again
expect_same "$out_file" plain.txt
expect_exit 0 "$RNN" train reverse.tsv "${few[@]}" --cell gru --seed 2 --epochs 2 -o second --quiet
expect_exit 0 "$RNN" translate run lines.txt --with second --with-weights 2,1 --alignment
[[ "$(wc -l <"$out_file")" -eq 24 ]] || fail "two models"
expect_exit 0 "$RNN" average run again -o mean.safetensors
expect_exit 0 "$RNN" translate mean.safetensors lines.txt
expect_exit 4 "$RNN" translate run lines.txt --with numbers
expect_err '^error\[ensemble/tokens\]'

# What cannot be translated: everything before it is.
refused_line() {  # refused_line CODE PLACE WORDS...
  local code=$1 place=$2
  shift 2
  expect_exit 3 "$RNN" translate run "$@"
  expect_err "^error\[$code\]: $place: "
  [[ "$(wc -l <"$out_file")" -eq 1 ]] || fail "the line before was not translated"
}
printf 'a b\nc \xff\nb a\n' >bad.txt
refused_line data/utf8 'bad\.txt:2' bad.txt
refused_line data/utf8 'standard input:2' <bad.txt
printf 'a b\nc\0b\n' >bad.txt
refused_line data/binary 'bad\.txt:2' bad.txt
python3 -c 'print("a b"); print("a " * 10001)' >bad.txt
refused_line data/long_line 'bad\.txt:2' bad.txt
expect_refused 3 data/missing "$RNN" translate run none.txt

# Wishes that cannot be met.
wrong() { expect_refused 2 usage/option "$RNN" translate run lines.txt "$@"; }
wrong --beam 0
wrong --nbest 6
wrong --nbest 0
wrong --length-rule mean
wrong --length-penalty -1
wrong --coverage nan
wrong --max-ratio -1
wrong --temperature 1
wrong -s 3
wrong --sample --beam 3
wrong --sample --nbest 1
wrong --sample --prefix a
wrong --sample --coverage 0.1
wrong --with-weights 2,1
expect_refused 2 usage/missing "$RNN" translate
expect_refused 2 usage/flag "$RNN" translate run --n-bset 3
expect_refused 4 model/task "$RNN" translate story lines.txt
expect_err 'not a translator'
expect_refused 4 model/missing "$RNN" translate nowhere lines.txt
expect_exit 0 "$RNN" train reverse.tsv "${few[@]}" --attention none --max-updates 3 -o blind --quiet
for option in --alignment '--attention-svg maps/no' '--coverage 0.1'; do
  read -ra words <<<"$option"
  expect_refused 2 usage/option "$RNN" translate blind lines.txt "${words[@]}"
  expect_err "^error.*: ${words[0]} .*blind/model\.safetensors has no attention"
done
expect_exit 0 "$RNN" translate blind lines.txt
expect_no_file maps/no

# Figures: one table, one object, whatever the form of the file.
expect_exit 0 "$RNN" eval run test.tsv
expect_out '^ this model \(beam 5\) +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+%$'
for row in greedy 'copy the source' 'nearest sentence'; do expect_out "^ $row +[0-9.]+ +[0-9.]+ +[0-9.]+%\$"; done
expect_out '^ 60 pairs, [0-9]+ target tokens; WER [0-9.]+ %, CER [0-9.]+ %$'
expect_out '^ BLEU nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:rnn-[0-9.]+$'
expect_out '^ chrF nrefs:1\|case:mixed\|eff:yes\|nc:6\|nw:0\|space:no\|version:rnn-[0-9.]+$'
expect_exit 0 "$RNN" eval run test.tsv --json
each_line_is_json "$out_file"
cp "$out_file" figures.json
python3 - <<'PYTHON' || fail "the figures of rnn eval do not agree"
import json, math
x = json.load(open("figures.json"))
targets = [line.split("\t")[1] for line in open("test.tsv").read().splitlines()]
assert x["pairs"] == 60 and x["tokens"] == sum(len(t.split(" ")) + 1 for t in targets) and x["empty"] == 0
assert abs(math.exp(x["loss"]) / x["perplexity"] - 1) < 1e-9
assert x["exact"] > 0.5 and x["bleu"] > x["baselines"]["copy the source"]["bleu"] and 0 <= x["wer"] < 0.5
assert 0 <= x["cer"] < 0.5 and 0 < x["chrf"] <= 100 and x["greedy"]["exact"] > 0.5
assert x["baselines"]["nearest sentence"]["exact"] <= 1 and set(x["signatures"]) == {"bleu", "chrf"}
PYTHON
expect_exit 0 "$RNN" eval run test.src test.tgt --json
expect_same "$out_file" figures.json
expect_exit 0 "$RNN" eval run test.jsonl --json -t 2
expect_same "$out_file" figures.json
expect_exit 0 "$RNN" eval run test.tsv --per-line --beam 1 --no-baselines
[[ "$(grep -Ec $'^[a-d ]+\t[a-d ]*\t[a-d ]+$' "$out_file")" -eq 60 ]] || fail "not a line for each pair"
expect_out '^ this model \(greedy\) '
expect_no_out '^ (greedy|copy the source|nearest sentence) '
expect_exit 0 "$RNN" eval run test.tsv --per-line --json --with second
each_line_is_json "$out_file"
[[ "$(wc -l <"$out_file")" -eq 61 && "$(json_value "$out_file" 'x["type"]')" == result ]] || fail "lines as JSON"
"$RNN" translate run test.src >translated.txt
"$RNN" eval run test.tsv --per-line --json | head -n 60 >lines.json
[[ "$(python3 -c 'import json; print([json.loads(l)["translation"] for l in open("lines.json")] == open("translated.txt").read().split("\n")[:-1])')" == True ]] ||
  fail "eval and translate differ"
expect_exit 0 "$RNN" eval run test.tsv --fail-under 50 --fail-under-bleu 1
expect_exit 6 "$RNN" eval run test.tsv --fail-under 0.00001
expect_err '^error\[eval/fail_under\]: the loss is '
expect_exit 6 "$RNN" eval two test.tsv --fail-under-bleu 99
expect_err '^error\[eval/fail_under\]: BLEU is [0-9.]+, below --fail-under-bleu 99$'
for option in '--cache 5' '--dynamic 0.1' '--ngram x.arpa' '--cache-weight 0.2'; do
  read -ra words <<<"$option"
  expect_refused 2 usage/option "$RNN" eval run test.tsv "${words[@]}"
  expect_err "${words[0]} is for language models; this model translates"
done
for option in '--beam 3' '--fail-under-bleu 3'; do
  read -ra words <<<"$option"
  expect_refused 2 usage/option "$RNN" eval story story.txt "${words[@]}"
  expect_err "${words[0]} is for translators"
done
expect_refused 2 usage/argument "$RNN" eval story story.txt surplus
expect_refused 2 usage/argument "$RNN" eval run test.src test.tgt surplus
expect_refused 4 model/task "$RNN" eval run --choose 'a b' b a
head -n 59 test.tgt >short.tgt
expect_refused 3 data/pairs "$RNN" eval run test.src short.tgt

# Other verbs: what a model is, that its gradient is right, runs side by side; and what cannot be asked.
expect_exit 0 "$RNN" info run
expect_out '^ task +translate$'
expect_out '^ model +lstm 1 x 32, embedding 32, bidirectional encoder 1 x 32, additive attention of 32, bridge copy$'
expect_out '^ state +256 B for each hypothesis$'
expect_out '^ encoder\.weight_hh_l0_reverse +64 x 16 '
expect_out '^ attention\.output\.weight +32 x 64 '
expect_exit 0 "$RNN" info run --json
[[ "$(json_value "$out_file" 'x["encoder"]["attention"], x["encoder"]["hidden"], x["encoder"]["bidirectional"]')" == "('additive', 16, True)" ]] || fail "info --json"
expect_exit 0 "$RNN" check run --samples 4
expect_out '^ attention\.score\.weight +[0-9]+ .* ok$'
expect_no_out WRONG
expect_exit 0 "$RNN" compare run second
expect_out ' val loss +(perplexity +)?BLEU '
expect_exit 0 "$RNN" compare run second --json
[[ "$(json_value "$out_file" 'x["sorted_by"], all(r["val_bleu"] is not None for r in x["rows"]), x["runs"][0]["settings"]["data"]')" == "('val_loss', True, 'reverse.tsv')" ]] || fail "compare --json"
"$RNN" doctor run >"$out_file" 2>"$err_file" || [[ $? -eq 6 ]] || fail "rnn doctor"
expect_out '^ vanishing, .*: the model is a translator: '
expect_refused 4 model/task "$RNN" generate run -p 'a b'
expect_err '^help: echo TEXT \| rnn translate run$'
expect_refused 4 model/task "$RNN" bench run --quick --threads 1 --json

# Every kind of network trains, has a right gradient and translates.
while read -r options; do
  read -ra words <<<"$options"
  rm -rf kind
  expect_exit 0 "$RNN" train reverse.tsv "${few[@]}" "${words[@]}" --max-updates 3 -o kind --quiet
  expect_exit 0 "$RNN" check kind --samples 2
  expect_no_out WRONG
  expect_exit 0 "$RNN" translate kind lines.txt
  [[ "$(wc -l <"$out_file")" -eq 24 ]] || fail "lines"
done <<'CASES'
--attention general --cell gru --one-way
--attention dot --bridge zero --own-embedding
--attention scaled-dot --encoder-layers 2 --layers 1 --reverse-source
--input-feeding --layers 2 --residual --dropout 0.1
--attention none --tied --cell gru-reset-before
CASES
expect_exit 0 "$RNN" info kind
expect_out ', no attention, bridge copy'

# What this task, or another, does not know is refused before there is a folder.
expect_refused 2 usage/task_option "$RNN" train reverse.tsv "${few[@]}" --bptt 7 -o other
expect_refused 2 usage/task_option "$RNN" train lines.txt "${few[@]}" --best-by bleu -o other
expect_refused 2 usage/task_option "$RNN" train lines.txt "${few[@]}" --input-feeding -o other
expect_err '--input-feeding true is for translators, but the task is language-model'
expect_no_file other

# Stopped and resumed, on other numbers of threads: the bits of the run that was never stopped.
"$RNN" data make reverse --length 4 --min-length 2 --symbols 4 -n 40 -s 3 >valid.tsv
flags=(reverse.tsv --valid valid.tsv "${few[@]}" --dropout 0.2 --epochs 2)
expect_exit 0 "$RNN" train "${flags[@]}" -o whole --quiet
expect_exit 0 "$RNN" train "${flags[@]}" -o parts --threads 2 --max-updates 40 --quiet
expect_exit 0 "$RNN" train --resume parts --max-updates 0 --threads 1 --quiet
same_weights whole/model.safetensors parts/model.safetensors
expect_exit 0 "$RNN" train "${flags[@]}" -o pair --threads 2 --quiet
same_weights whole/model.safetensors pair/model.safetensors

# From the weights of another run; several parts of a batch; batches by tokens; the best by BLEU.
last_loss() { json_value "$1/metrics.jsonl" 'x["metrics"]["val_loss"]'; }
near() { python3 -c 'import sys; a, b, e = map(float, sys.argv[1:]); sys.exit(not abs(a - b) < e)' "$1" "$2" "$3" || fail "$1 and $2 differ"; }
expect_exit 0 "$RNN" train reverse.tsv --init-from run --optimizer sgd --lr 1e-9 --batch 16 --epochs 1 --threads 1 -o tuned --quiet
near "$(last_loss run)" "$(last_loss tuned)" 0.001
expect_refused 4 model/task "$RNN" train reverse.tsv --init-from story -o no
expect_exit 0 "$RNN" train "${flags[@]}" --dropout 0 --max-updates 20 -o once --quiet
expect_exit 0 "$RNN" train "${flags[@]}" --dropout 0 --max-updates 20 --accumulate 2 -o twice --quiet
near "$(last_loss once)" "$(last_loss twice)" 0.001
expect_exit 0 "$RNN" train "${flags[@]}" --batch-tokens 60 --max-updates 10 -o budget
expect_err '60 target tokens'
expect_exit 0 "$RNN" train "${flags[@]}" --best-by bleu --label-smoothing 0.1 --max-updates 30 --eval-every 10 -o judged --quiet
[[ "$(python3 -c 'import json; print(all(e["val_bleu"] >= 0 for e in map(json.loads, open("judged/metrics.jsonl")) if e["type"] == "eval"))')" == True ]] ||
  fail "no BLEU in the checks"

# A translator trains with label smoothing: its best model is chosen by the smoothed loss, the plain one is reported.
chosen() { # RUN KEY: every check that is called best, and no other, has the lowest KEY so far
  python3 -c 'import json, sys
checks = [e for e in map(json.loads, open(sys.argv[1] + "/metrics.jsonl")) if e["type"] == "eval"]
best = float("inf")
for e in checks:
    assert e["best"] == (e[sys.argv[2]] < best), (e, best)
    best = min(best, e[sys.argv[2]])
assert checks' "$1" "$2" || fail "the best of $1 is not by $2"
}
few_checks=("${flags[@]}" --max-updates 40 --eval-every 10)
expect_exit 0 "$RNN" train "${few_checks[@]}" -o smoothed
expect_err 'best model by smoothed loss'
chosen smoothed val_smoothed_loss
grep -q '^best-by = "smoothed-loss"' smoothed/config.toml || fail "the criterion is not recorded"
expect_exit 0 "$RNN" train --resume smoothed --max-updates 60
expect_err 'best model by smoothed loss'
chosen smoothed val_smoothed_loss
expect_exit 0 "$RNN" train "${few_checks[@]}" --best-by loss -o unsmoothed
expect_no_err 'best model by'
chosen unsmoothed val_loss
! grep -q smoothed_loss unsmoothed/metrics.jsonl || fail "a smoothed loss that nobody asked for"
expect_exit 0 "$RNN" train "${few_checks[@]}" --label-smoothing 0 -o sure
grep -q '^best-by = "loss"' sure/config.toml || fail "without smoothing it is the loss"

# Dates, character by character.
"$RNN" data make dates -n 300 >dates.tsv
expect_exit 0 "$RNN" train dates.tsv "${few[@]}" --tokens char --max-updates 10 -o dates --quiet
printf '5 March 2021\n\nFriday, March 5, 2021\n' >days.txt
expect_exit 0 "$RNN" translate dates days.txt --prefix '2021-'
[[ "$(grep -c '^2021-' "$out_file")" -eq 2 && "$(wc -l <"$out_file")" -eq 3 ]] || fail "dates"

# A text can be cut into sub-words in several ways; a list of translations has it once.
expect_exit 0 "$RNN" train dates.tsv "${few[@]}" --tokens unigram --max-vocabulary 400 --max-updates 5 -o pieces --quiet
expect_exit 0 "$RNN" translate pieces days.txt --beam 800 --nbest 800 --json
[[ "$(python3 -c 'import json, sys
lists = [[t["text"] for t in json.loads(line)["translations"]] for line in open(sys.argv[1])]
print(all(len(set(texts)) == len(texts) for texts in lists), 500 < max(map(len, lists)) < 800)' "$out_file")" == "True True" ]] ||
  fail "a list has a text twice"
