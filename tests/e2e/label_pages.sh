# Why: rnn explain and rnn inspect for models that classify or tag: the answers of rnn classify and rnn tag, one set of figures, one clear error.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
export RNN_THREADS=1

made() { python3 "$SOURCE/tests/support/labels.py" "$@"; }
made reviews 400 3 >reviews.csv
made requests 200 4 >requests.conll
made gestures 12 5 gestures
small=(--hidden 12 --lr 1e-2 --quiet)
"$RNN" train reviews.csv "${small[@]}" --epochs 4 --directions one --pool last -o forward >/dev/null
"$RNN" train reviews.csv "${small[@]}" --epochs 2 -o both >/dev/null
"$RNN" train requests.conll "${small[@]}" --epochs 4 -o tags >/dev/null
"$RNN" train gestures --task classify "${small[@]}" --epochs 4 -o gestures-run >/dev/null

text='The film looked dull, but it was lovely in the end.'

# The page, --json and rnn inspect have the same figures; what it thinks after each word is rnn classify --each-step, to the bit.
for run in forward both; do
  expect_exit 0 "$RNN" explain "$run" -p "$text" --label happy -o "$run.html" --svg "$run-svg"
  expect_out "^$run\\.html\$"
  expect_exit 0 "$RNN" explain "$run" -p "$text" --label happy --json
  cp "$out_file" "$run.json"
  expect_exit 0 "$RNN" inspect "$run" -p "$text" --label happy --json
  expect_same "$out_file" "$run.json"
  "$RNN" classify "$run" -p "$text" --each-step --top 2 --json >steps.json
  python3 - "$run" <<'PYTHON' || fail "the page of $run"
import json, re, sys
run = sys.argv[1]
page = open(run + ".html", encoding="utf-8").read()
x = json.load(open(run + ".json"))
assert json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1)) == x
steps = [json.loads(line) for line in open("steps.json")]
assert [s["label"] for s in steps] == x["led"] and len(steps) == x["length"] == 13
for course in x["course"]:
    assert [s["top"][course["label"]] for s in steps] == course["p"], course
assert x["steps"][3] == "dull" and x["said"] == "happy" and x["said_p"] is not None
assert len(x["left_out"]) == 13 and len(x["move"]) == (2 if run == "both" else 1)
assert ("read anew" in page) == (run == "both") and ("reads forwards only" in page) == (run == "forward")
assert len(page) < 2_000_000 and not re.search(r'(src|href)="(?!#|data:)', page)
PYTHON
  for drawing in decided influence; do
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$run-svg/$drawing.svg" || fail "$drawing.svg"
  done
done
# Without a word: what rnn classify says of the rest.
"$RNN" classify forward -p 'the film looked dull , but it was in the end .' --top 2 --json >rest.json
[[ "$(json_value rest.json 'x["top"]["happy"]')" == "$(json_value forward.json '[p["p"] if x["answer"][0]["label"] == "happy" else 1 - p["p"] for p in x["left_out"] if p["what"] == "lovely"][0]')" ||
  "$(json_value forward.json 'x["answer"][0]["label"]')" != happy ]] || fail "without a word"

# A row of a table brings its label along; a labelled line does, too.
expect_exit 0 "$RNN" explain forward --data reviews.csv --row 3 --json
[[ "$(json_value "$out_file" 'x["place"]')" == reviews.csv:4 ]] || fail "the place of a row: $(cat "$out_file")"
[[ "$(json_value "$out_file" 'x["said"]')" == "$(sed -n 4p reviews.csv | sed 's/.*,//')" ]] || fail "the label of a row"
expect_exit 0 "$RNN" inspect forward -p "__label__unhappy $text" --json
[[ "$(json_value "$out_file" 'x["said"], x["text"]')" == "('unhappy', '$text')" ]] || fail "a labelled line"
printf 'id,review\n1,"It was, they say, lovely"\n' >new.csv
expect_exit 0 "$RNN" inspect forward new.csv --row 1
expect_out 'When it decided'
expect_out 'What it leans on'

# Tags, in the model's own scheme, and those of rnn tag.
expect_exit 0 "$RNN" explain tags -p 'call Zora in New York' --label 'O B-person O B-city I-city' -o tags.html --svg tags-svg
expect_file tags-svg/tags.svg
expect_exit 0 "$RNN" inspect tags -p 'call Zora in New York' --label 'O B-person O B-city I-city' --json
cp "$out_file" tags.json
"$RNN" tag tags -p 'call Zora in New York' --json >tagged.json
python3 - <<'PYTHON' || fail "the page of tags"
import json, re
x, tagged = json.load(open("tags.json")), json.load(open("tagged.json"))
page = open("tags.html", encoding="utf-8").read()
assert json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1)) == x
assert [w["tag"] for w in x["words"]] == tagged["tags"] and [w["p"] for w in x["words"]] == tagged["probabilities"]
assert [(s["type"], s["begin"], s["end"]) for s in x["found"]] == [(s["type"], s["begin"], s["end"]) for s in tagged["spans"]]
assert x["of"] == 5 and x["said"][1]["text"] == "New York" and not x["words"][1]["known"]
assert x["wrong"] == sum(a != b for a, b in zip(tagged["tags"], "O B-person O B-city I-city".split()))
PYTHON
expect_exit 0 "$RNN" explain tags --data requests.conll --row 2 --json
[[ "$(json_value "$out_file" 'x["of"] == len(x["words"])')" == True ]] || fail "the tags of a row"
expect_exit 0 "$RNN" inspect tags -p 'call Zora in New York'
expect_out 'Which words the tags lean on'

# Sensors: a file of one recording, by the names of its columns; rnn classify reads the same file.
expect_exit 0 "$RNN" classify gestures-run gestures/wave/1.csv
[[ "$(wc -l <"$out_file")" == 2 ]] || fail "one recording has one answer"
answer="$(sed -n 2p "$out_file" | cut -d, -f1)"
expect_exit 0 "$RNN" explain gestures-run -p gestures/wave/1.csv --label wave -o wave.html --svg wave-svg
expect_file wave-svg/series.svg
expect_exit 0 "$RNN" inspect gestures-run gestures/wave/1.csv --json
[[ "$(json_value "$out_file" 'x["answer"][0]["label"], [s["name"] for s in x["sensors"]], len(x["sensors_out"])')" == "('$answer', ['side', 'front', 'up'], 3)" ]] || fail "sensors: $(cat "$out_file")"
cut -d, -f1-3 gestures/wave/1.csv >less.csv
expect_refused 3 data/columns "$RNN" explain gestures-run -p less.csv -o no.html
expect_err 'no column up'

# Refused, once and clearly.
expect_refused 2 usage/label "$RNN" explain forward -p "$text" --label merry -o no.html
expect_err 'its labels are happy, unhappy'
expect_refused 2 usage/label "$RNN" explain tags -p 'call Zora' --label O -o no.html
expect_refused 2 usage/row "$RNN" explain forward --data reviews.csv --row 1000 -o no.html
expect_refused 2 usage/missing "$RNN" explain forward --row 3 -o no.html
expect_refused 3 data/missing "$RNN" explain gestures-run -p nowhere.csv -o no.html
expect_refused 2 inspect/empty "$RNN" explain forward -p ' ' -o no.html
expect_refused 2 explain/models "$RNN" explain forward both -p "$text" -o no.html
expect_refused 2 usage/option "$RNN" explain forward -p "$text" --beam 3 -o no.html
expect_refused 2 usage/option "$RNN" inspect forward -p "$text" --top 3
"$RNN" data make recall --length 6 --symbols 4 -n 60 >recall.jsonl
"$RNN" train recall.jsonl --hidden 8 --epochs 1 -q -o lines >/dev/null
expect_refused 4 model/task "$RNN" explain lines -p 'a b' -o no.html
expect_err 'rnn predict labels such lines'
sentences 60 7 >story.txt
"$RNN" train story.txt "${tiny[@]}" -o story -q >/dev/null
expect_refused 2 usage/option "$RNN" explain story -p 'The cat' --label happy -o no.html
expect_no_file no.html
