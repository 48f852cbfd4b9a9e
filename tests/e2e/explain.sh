# Why: the page of rnn explain shows what rnn inspect measures, is complete in one file, and each error is reported once.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
export XDG_CACHE_HOME="$PWD/cache"

sentences 400 7 >story.txt
sentences 60 8 >valid.txt
prompt='The cat sees the dog'
for cell in rnn gru lstm; do
  expect_exit 0 "$RNN" train story.txt --valid valid.txt "${tiny[@]}" --cell "$cell" --epochs 4 --lr 0.01 -o "$cell" --quiet
done
expect_exit 0 "$RNN" train story.txt --valid valid.txt "${tiny[@]}" --tokens char --max-updates 3 -o char --quiet

# The page of three models: its data are the figures of rnn inspect over the same text, and those of --json.
expect_exit 0 "$RNN" explain rnn gru lstm -p "$prompt" -o page.html --seconds 0.3
expect_out '^page\.html$'
expect_err 'wrote page\.html'
cp "$err_file" first.err
for cell in rnn gru lstm; do
  expect_exit 0 "$RNN" inspect "$cell" valid.txt -p "$prompt" --json
  cp "$out_file" "$cell.json"
done
expect_exit 0 "$RNN" explain rnn gru lstm -p "$prompt" --json --no-lab
cp "$out_file" all.json
expect_no_file explain.html
python3 - page.html all.json rnn.json gru.json lstm.json <<'PYTHON' || fail "the page and rnn inspect do not agree"
import json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
whole, *models = (json.load(open(f)) for f in sys.argv[2:])
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
def timeless(models):
    for m in models:
        assert m.pop("step_microseconds") > 0
    return models
assert timeless(data["models"]) == timeless(models) == timeless(whole["models"])
assert data["prompt"] == whole["prompt"] == "The cat sees the dog"
assert [c["cell"] for c in data["recall"]["cells"]] == ["rnn", "gru", "lstm"] and data["clipping"]["with"]
assert whole["recall"]["lags"] == []
# Printed figures are those of the data.
def at(pointer):
    value = data
    for key in pointer.split("/")[1:]:
        value = value[int(key) if isinstance(value, list) else key]
    return value
printed = re.findall(r'<data[^>]*>', page)
checked = 0
for tag in printed:
    pointer, value = re.search(r'data-at="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
    if pointer and value and "step_microseconds" not in pointer.group(1):
        exact = at(pointer.group(1))
        if exact is None:  # JSON has no infinity
            assert value.group(1) == "null", tag
            continue
        assert abs(float(exact) - float(value.group(1))) <= 1e-9 * abs(float(value.group(1))) + 1e-15, tag
        checked += 1
assert checked > 20, checked
assert len(page) < 2_000_000
assert not re.search(r'(src|href)="(?!#|data:)', page)
PYTHON

# The memory test is cached only if its training finished: here the time ran out first, so the next call trains again.
expect_exit 0 "$RNN" explain lstm -p "$prompt" -o one.html --no-lab
expect_file one.html
[[ "$(grep -c 'id="recall"' one.html)" -eq 0 ]] || fail "--no-lab"

# The drawings of the page as files, which are XML.
expect_exit 0 "$RNN" explain rnn gru lstm -p "$prompt" -o drawn.html --seconds 0.3 --svg drawings
for drawing in loop length whisper doors-gru doors-lstm; do
  python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "drawings/$drawing.svg" || fail "$drawing.svg"
done
expect_no_file drawings/doors-rnn.svg
expect_exit 0 "$RNN" explain rnn -p "$prompt" -o drawn.html --no-lab --svg drawings --force

# Without the text of the run, only the prompt is measured, and a note says so; --data names another text.
cp -r lstm moved
mv valid.txt other.txt
expect_exit 0 "$RNN" explain moved -p "$prompt" -o moved.html --no-lab
expect_err '^note: .*only the prompt'
expect_exit 0 "$RNN" explain moved -p "$prompt" -o moved.html --no-lab --data other.txt --json
[[ "$(json_value "$out_file" 'len(x["models"][0]["gradient"]["state"])')" -eq 101 ]] || fail "--data"
mv other.txt valid.txt

# Two runs in folders of the same name can be told apart.
mkdir -p again && cp -r lstm again/lstm
expect_exit 0 "$RNN" explain lstm again/lstm -p "$prompt" --json --no-lab
[[ "$(json_value "$out_file" 'len({m["name"] for m in x["models"]})')" -eq 2 ]] || fail "names"

# A translator: one sentence and how it became another; the page, --json and rnn inspect have the same figures, and the
# translation is that of rnn translate. If the model has no attention, the page says so.
"$RNN" data make dates -n 600 >dates.tsv
date='Friday, March 5, 2021'
pairs=(--tokens char --hidden 16 --batch 16 --lr 0.01 --max-updates 40 --patience 0 --threads 1 --quiet)
expect_exit 0 "$RNN" train dates.tsv "${pairs[@]}" -o dates
expect_exit 0 "$RNN" train dates.tsv "${pairs[@]}" --attention none -o blind
for run in dates blind; do
  expect_exit 0 "$RNN" explain "$run" -p "$date" -o "$run.html"
  expect_out "^$run\\.html\$"
  expect_exit 0 "$RNN" explain "$run" -p "$date" --json
  cp "$out_file" "$run.explain.json"
  expect_exit 0 "$RNN" inspect "$run" -p "$date" --json
  expect_same "$out_file" "$run.explain.json"
  printf '%s\n' "$date" >date.txt
  expect_exit 0 "$RNN" translate "$run" date.txt
  cp "$out_file" "$run.txt"
  python3 - "$run.html" "$run.explain.json" "$run.txt" <<'PYTHON' || fail "the page of $run is not right"
import json, math, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
x = json.load(open(sys.argv[2], encoding="utf-8"))
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
assert data == x
assert x["translations"][0]["text"] == open(sys.argv[3], encoding="utf-8").read().rstrip("\n")
assert x["sentence"] == "Friday, March 5, 2021" and x["source"][-1]["text"] == "↵"
best = x["translations"][0]
assert abs(sum(math.log(t["p"]) for t in x["target"]) - best["log_prob"]) < 1e-4
assert abs(math.exp(best["log_prob"]) - best["p"]) <= 1e-9 * best["p"]
scores = [t["score"] for t in x["translations"]]
assert scores == sorted(scores, reverse=True) and len(scores) == 5
seen = x["name"] == "dates"
assert x["attention"] == ("additive" if seen else "none")
for token in x["target"]:
    assert len(token["attention"]) == (len(x["source"]) if seen else 0)
    assert not seen or abs(sum(token["attention"]) - 1) < 1e-4 and 0 < token["from_context"] < 1
assert [w["word"] for w in x["left_out"]] == ["Friday,", "March", "5,", "2021"]
for step, nodes in enumerate(x["search"]["steps"]):
    assert sum(n["fate"] == "kept" for n in nodes) <= x["search"]["beam"] == 5
    for n in nodes:
        assert (n["parent"] == -1) == (step == 0)
        assert step == 0 or x["search"]["steps"][step - 1][n["parent"]]["fate"] == "kept"
assert all(any(n["won"] for n in x["search"]["steps"][t]) for t in range(len(x["target"])))
assert ("This model has no attention" in page) == (not seen) and ("attention-map" in page) == seen
checked = 0
for tag in re.findall(r'<(?:data|text)[^>]*data-value="[^>]*>', page):
    pointer, value = re.search(r'data-at="([^"]*)"', tag), re.search(r'data-value="([^"]*)"', tag)
    exact = x
    for key in pointer.group(1).split("/")[1:]:
        exact = exact[int(key) if isinstance(exact, list) else key]
    assert abs(exact - float(value.group(1))) <= 1e-9 * abs(exact) + 1e-15, tag
    checked += 1
assert checked > 200, checked
assert len(page) < 2_000_000 and not re.search(r'(src|href)="(?!#|data:)', page)
PYTHON
done
expect_exit 0 "$RNN" explain dates -p "$date" --beam 1 --json
[[ "$(json_value "$out_file" 'max(sum(n["fate"] == "kept" for n in s) for s in x["search"]["steps"])')" -eq 1 ]] || fail "--beam 1"

# Bad input: one error each, and no page.
expect_refused 2 usage/missing "$RNN" explain -o bad.html
expect_refused 2 usage/missing "$RNN" explain lstm -o bad.html
expect_refused 2 inspect/empty "$RNN" explain lstm -p '' -o bad.html
expect_refused 2 inspect/unknown_word "$RNN" explain rnn gru -p 'The cot sees' -o bad.html
expect_refused 2 inspect/too_long "$RNN" explain lstm -p "$(for _ in $(seq 70); do printf 'the cat sees '; done)" -o bad.html
expect_refused 2 explain/models "$RNN" explain lstm char -p 'The cat' -o bad.html
expect_err '^help: .*--tokens'
expect_refused 4 model/missing "$RNN" explain nowhere -p 'The cat' -o bad.html
expect_refused 3 data/missing "$RNN" explain lstm -p 'The cat' --data nowhere.txt -o bad.html
expect_exit 0 "$RNN" data make recall --length 3 -n 50
cp "$out_file" recall.jsonl
expect_exit 0 "$RNN" train recall.jsonl --hidden 8 --max-updates 3 --threads 1 -o recall --quiet
expect_refused 4 model/task "$RNN" explain recall -p 'a b' -o bad.html
expect_refused 2 explain/models "$RNN" explain dates blind -p "$date" -o bad.html
expect_refused 2 explain/models "$RNN" explain lstm dates -p 'The cat' -o bad.html
expect_refused 2 inspect/empty "$RNN" explain dates -p ' ' -o bad.html
expect_refused 2 inspect/lines "$RNN" explain dates -p $'1 May 2021\n2 May 2021' -o bad.html
expect_refused 2 inspect/too_long "$RNN" explain dates -p "$(for _ in $(seq 15); do printf '%s ' "$date"; done)" -o bad.html
for flag in "--data valid.txt" "--svg drawings" --no-lab "--seconds 1" --no-cache; do
  # shellcheck disable=SC2086
  expect_refused 2 usage/option "$RNN" explain dates -p "$date" $flag -o bad.html
done
expect_refused 2 usage/option "$RNN" explain lstm -p "$prompt" --beam 2 -o bad.html
expect_no_file bad.html
mkdir full && chmod 500 full
if [[ ! -w full ]]; then
  expect_exit 1 "$RNN" explain lstm -p "$prompt" --no-lab -o full/page.html
  expect_err '^error\[io/write\]'
fi
