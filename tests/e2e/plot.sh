# Why: the curves that rnn plot draws and lists are the figures of metrics.jsonl, for one run or several, and fit their room.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
for cell in rnn gru; do
  expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 4 --lr 0.01 --cell "$cell" -o "runs/$cell" --quiet
done
"$RNN" data make reverse --length 4 --min-length 2 --symbols 4 -n 300 >reverse.tsv
expect_exit 0 "$RNN" train reverse.tsv --hidden 16 --epochs 2 --threads 1 --best-by bleu -o runs/reverse --quiet

# The points are those of the events.
expect_exit 0 "$RNN" plot runs/rnn runs/gru --json
expect_no_err .
cp "$out_file" points.json
python3 - <<'PYTHON' || fail "the points do not agree with metrics.jsonl"
import json
x = json.load(open("points.json"))
assert [r["run"] for r in x["runs"]] == ["runs/rnn", "runs/gru"]
for run in x["runs"]:
    events = [json.loads(l) for l in open(run["run"] + "/metrics.jsonl")]
    assert run["best_by"] == "val_loss" and list(run["curves"]) == ["loss", "val_loss", "lr"]
    for key, curve in run["curves"].items():
        own = [(e["step"], e["epoch"], e[key]) for e in events if e["type"] in ("metric", "eval") and key in e]
        assert own and list(zip(curve["step"], curve["epoch"], curve["value"])) == own, key
PYTHON
expect_exit 0 "$RNN" plot runs/rnn --what grad_norm,val_bits_per_byte,grad_norm --json
[[ "$(json_value "$out_file" 'list(x["runs"][0]["curves"])')" == "['grad_norm', 'val_bits_per_byte']" ]] || fail "--what"
# What decides which model is kept is among the usual figures.
expect_exit 0 "$RNN" plot runs/reverse --json
[[ "$(json_value "$out_file" 'list(x["runs"][0]["curves"])[:3]')" == "['loss', 'val_loss', 'val_bleu']" ]] || fail "--best-by"

# In a pipe: 80 columns, no escape sequences; the ends of the scale are the figures.
expect_exit 0 "$RNN" plot runs/rnn
expect_no_err .
expect_out '^training loss: [0-9.]+ at first, [0-9.]+ at the end; lowest [0-9.]+, highest [0-9.]+$'
expect_out '^validation loss: '
expect_out '^learning rate: 0\.01 at first, 0\.01 at the end'
expect_out '^ +[0-9.]+ │.*█'
expect_out '^ +[0-9]+ +update [0-9]+$'
python3 - "$out_file" <<'PYTHON' || fail "not as plain or as narrow as it should be"
import sys
text = open(sys.argv[1], encoding="utf-8").read()
assert "\x1b" not in text and max(len(l) for l in text.splitlines()) == 80
PYTHON
expect_exit 0 "$RNN" plot runs/rnn runs/gru --width 40
expect_out '^training loss$'
expect_out '^rnn: '
expect_out '^gru: '
python3 -c 'import sys; assert max(len(l) for l in open(sys.argv[1], encoding="utf-8").read().splitlines()) == 40' "$out_file" ||
  fail "--width"
expect_refused 2 usage/option "$RNN" plot runs/rnn --width 23
expect_err '[-]-width is 23, it must be 0 or at least 24'
expect_exit 0 "$RNN" plot runs/rnn --width 24
# Runs are told apart: by their folders, by their paths, by a number.
cp -r runs/rnn rnn
expect_exit 0 "$RNN" plot runs/rnn rnn rnn runs/gru --what val_loss
for name in 'runs/rnn' 'rnn' 'rnn [(]2[)]' 'gru'; do expect_out "^$name: "; done
rm -r rnn
expect_exit 0 "$RNN" plot runs/rnn --log
expect_out 'logarithmic|^training loss: '

# A drawing: XML, with the same points; another of our drawings may be replaced, nothing else.
expect_exit 0 "$RNN" plot runs/rnn runs/gru -o curves.svg
expect_out '^curves\.svg$'
python3 - <<'PYTHON' || fail "the drawing"
import json, xml.etree.ElementTree as tree
root = tree.parse("curves.svg").getroot()
text = open("curves.svg", encoding="utf-8").read()
assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
lines = {}
for node in root.iter():
    if "data-values" in node.attrib:
        lines.setdefault(node.attrib["data-name"], []).append([float(v) for v in node.attrib["data-values"].split(",")])
for run in json.load(open("points.json"))["runs"]:
    assert lines[run["run"].split("/")[1]] == [c["value"] for c in run["curves"].values()]
PYTHON
expect_exit 0 "$RNN" plot runs/rnn --what lr -o curves.svg
echo mine >mine.svg
expect_refused 2 output/exists "$RNN" plot runs/rnn -o mine.svg
expect_exit 0 "$RNN" plot runs/rnn -o mine.svg --force --json

for name in x.png x.PDF sub/x.html; do
  expect_refused 2 output/format "$RNN" plot runs/rnn -o "$name"
  expect_err "^help: rnn plot writes SVG: name it ${name%.*}.svg\$"
  expect_no_file "$name"
done

# What is wrong is said.
expect_refused 2 plot/what "$RNN" plot runs/rnn --what loss,bleu
expect_err "'bleu', which no run has"
expect_err '^help: one of .*val_loss'
expect_refused 2 usage/missing "$RNN" plot
expect_refused 3 run/missing "$RNN" plot nowhere
expect_exit 0 "$RNN" plot runs/* story.txt
expect_err '^note: story\.txt is no run and is left out$'
mkdir empty
printf '{"type":"start","config":{}}\n' >empty/metrics.jsonl
expect_refused 3 plot/empty "$RNN" plot empty
printf '{"type":"metric","step":1,"loss":null}\n{"type":"metric","step":2,"loss":2.5}\nhalf a li' >>empty/metrics.jsonl
expect_exit 0 "$RNN" plot empty --json
[[ "$(json_value "$out_file" 'x["runs"][0]["curves"]["loss"]["value"]')" == '[None, 2.5]' ]] || fail "a value that is not finite"
expect_exit 0 "$RNN" plot empty
expect_out '^training loss: 2\.5 at first'
