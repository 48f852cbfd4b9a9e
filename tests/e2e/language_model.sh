# Why: the main job from end to end: a text becomes a run, a run gives figures, next words and sentences.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 600 7 >story.txt
sentences 100 8 >new.txt

# Training: the plan and the progress on standard error, the table on standard output.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 8 --lr 0.01 -o run
expect_err '^ task +language-model \(a \.txt file'
expect_err '^ data +story\.txt'
expect_err '^epoch 1/8 100%'
expect_err '^ next +rnn generate run'
expect_out '^ this model +[0-9.]+ +[0-9.]+ +[0-9.]+$'
expect_out '^ trigram +[0-9.]+'
expect_out '^ zstd -19 '
expect_no_out 'epoch'
for file in config.toml model.safetensors last.ckpt.safetensors metrics.jsonl metrics.csv train.log README.md data.json; do
  expect_file "run/$file"
done
each_line_is_json run/metrics.jsonl
ls run/events.out.tfevents.* >/dev/null || fail "no TensorBoard file"

# The resolved config trains the same model again; an existing run is not overwritten unasked.
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" -o run
expect_err '^error\[run/exists\]'
expect_err '--force'
cp run/model.safetensors first.safetensors
expect_exit 0 "$RNN" train -c run/config.toml --quiet -o again
expect_no_err .
expect_exit 0 "$RNN" generate run -n 30 --seed 3
cp "$out_file" one.txt
expect_exit 0 "$RNN" generate again -n 30 --seed 3
expect_same "$out_file" one.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 8 --lr 0.01 -o run --force --quiet

# Without -o: runs/<stem>-001, then -002. --json: JSON lines only, the last one is the result.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 3 --json
each_line_is_json "$out_file"
[[ "$(json_value "$out_file" 'x["type"]')" == result ]] || fail "the last line is not the result"
[[ "$(json_value "$out_file" 'x["model"]')" == runs/story-001/model.safetensors ]] || fail "not runs/story-001"
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 3 --quiet
expect_file runs/story-002/model.safetensors
expect_no_err .

# Where the time went: a table above the result, an event among the others.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 5 --profile --quiet
expect_out '^ where the time went +share +seconds +ms per update +GFLOP/s$'
expect_out '^ recurrence +[0-9.]+ % +[0-9.]+ +[0-9.]+ +[0-9]+$'
expect_out '^ all +100.0 %'
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 5 --profile --json
[[ "$(grep -c '"type":"profile"' "$out_file")" == 1 ]] || fail "not one event with the profile"
expect_no_out 'where the time went'

# Several cells: one run each, one table.
expect_exit 0 "$RNN" train --task language-model --train story.txt --valid new.txt --cell rnn,gru,lstm "${tiny[@]}" -o three
for cell in rnn gru lstm; do
  expect_out "^ $cell +[0-9,]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9:]+$"
  expect_file "three-$cell/model.safetensors"
done
expect_out '^ trigram '

# Fine-tuning starts from the other run's weights.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --lr 1e-9 --optimizer sgd --init-from run -o tuned --json
before="$(json_value run/metrics.jsonl 'x["metrics"]["val_loss"]')"
after="$(json_value "$out_file" 'x["metrics"]["val_loss"]')"
python3 -c "import sys; a, b = map(float, sys.argv[1:]); sys.exit(not abs(a - b) < 0.01)" "$before" "$after" || fail "$before, then $after"

# Evaluation.
expect_exit 0 "$RNN" eval run new.txt --json
each_line_is_json "$out_file"
python3 - "$out_file" <<'PYTHON' || fail "the figures of rnn eval do not agree"
import json, math, sys
x = json.loads(open(sys.argv[1]).read())
assert x["tokens"] == 700, x["tokens"]  # 100 lines of 7 tokens: five words, a full stop, the end of line
assert x["unknown"] == 0
assert abs(math.exp(x["loss"]) / x["perplexity"] - 1) < 1e-9
assert abs(x["loss"] * x["tokens"] / x["bytes"] / math.log(2) / x["bits_per_byte"] - 1) < 1e-9
assert x["loss"] < math.log(20)  # better than no idea of 20 tokens
assert x["baselines"]["trigram"]["loss"] > 0 and x["baselines"]["zstd -19"]["bits_per_byte"] > 0
PYTHON
expect_exit 0 "$RNN" eval run new.txt --per-line
[[ "$(grep -c 'The .* the .*\.$' "$out_file")" -eq 100 ]] || fail "not one line of result per line of text"
expect_exit 0 "$RNN" eval run new.txt --fail-under 50
expect_exit 6 "$RNN" eval run new.txt --fail-under 0.001
expect_err 'error\[eval/fail_under\]'

expect_exit 0 "$RNN" eval run new.txt --cache 50 --dynamic 0.1 --json
[[ "$(json_value "$out_file" 'sorted(x["adapted"]) == ["both", "learning on", "with a cache"] and all(0 < r["loss"] < 5 for r in x["adapted"].values())')" == True ]] || fail "rows of adaptation"
[[ "$(json_value "$out_file" 'x["adapted"]["learning on"]["loss"] < x["loss"]')" == True ]] || fail "learning on did not help"
expect_exit 0 "$RNN" eval run new.txt --cache 50
expect_out '^ with a cache +[0-9.]+ +[0-9.]+ +[0-9.]+$'
expect_exit 2 "$RNN" eval run new.txt --cache 50 --cache-weight 1.5
expect_err '^error\[usage/option\]: --cache-weight'

# Next words: probabilities as a table and as JSON.
expect_exit 0 "$RNN" generate run -p 'The cat' --top 5
expect_out '^The cat ▏(sees|likes|finds|follows|feeds) +[0-9.]+%  █'
[[ "$(wc -l <"$out_file")" -eq 5 ]] || fail "not five lines"
expect_exit 0 "$RNN" generate run -p 'The cat' --top 5 --json
[[ "$(json_value "$out_file" '0 < sum(n["probability"] for n in x["next"]) <= 1 and len(x["next"]) == 5')" == True ]] || fail "probabilities"
expect_exit 0 "$RNN" generate run -p 'The zebra' --top 3
expect_err 'does not know zebra'

# Text: greedy and seeded are repeatable, stop ends, samples differ, prompts come from standard input.
expect_exit 0 "$RNN" generate run -p 'The cat' -n 40 --temperature 0
cp "$out_file" one.txt
expect_exit 0 "$RNN" generate run -p 'The cat' -n 40 --temperature 0 --seed 9 --threads 2
expect_same "$out_file" one.txt
expect_exit 0 "$RNN" generate run -p 'The cat' -n 200 --stop .
expect_out '^The cat [^.]*\.$'
[[ "$(wc -l <"$out_file")" -eq 1 ]] || fail "--stop did not stop"
expect_exit 0 "$RNN" generate run -p 'The cat' -n 20 --samples 3 --json
[[ "$(cut -d, -f3 "$out_file" | sort -u | wc -l)" -gt 1 ]] || fail "samples are all alike"
each_line_is_json "$out_file"
printf 'The cat\nThe dog\n' >prompts.txt
expect_exit 0 bash -c '"$RNN" generate run -p - --json -n 5 <prompts.txt'
[[ "$(wc -l <"$out_file")" -eq 2 && "$(json_value "$out_file" 'x["prompt"]')" == 'The dog' ]] || fail "prompts of standard input"

# The memory is a value: what is written in two parts is what is written in one.
expect_exit 0 "$RNN" generate run -p 'The cat' --save-state s.bin
expect_no_out .
expect_exit 0 "$RNN" generate run --load-state s.bin -n 30 --seed 4
cp "$out_file" parts.txt
expect_exit 0 "$RNN" generate run -p 'The cat' -n 30 --seed 4
[[ "$(cat "$out_file")" == "The cat$(cat parts.txt)" ]] || fail "a saved memory goes on differently"
expect_exit 4 "$RNN" generate three-rnn --load-state s.bin -n 3
expect_err 'error\[state/'
head -c 20 s.bin >cut.bin
expect_exit 4 "$RNN" generate run --load-state cut.bin -n 3

# Turn after turn with one memory: the same text as in one go, and what is taken back leaves no trace.
expect_exit 0 bash -c 'printf "The cat\n/quit\n" | "$RNN" generate run -i -n 12 --seed 4'
cp "$out_file" turn.txt
expect_exit 0 "$RNN" generate run -p 'The cat' -n 12 --seed 4
[[ "$(cat "$out_file")" == "The cat$(cat turn.txt)" ]] || fail "a turn writes other text than a prompt"
expect_exit 0 bash -c 'printf "The cat\n/top 3\nThe dog\n/undo\n/top 3\n/what\n/forget\n/undo\n" | "$RNN" generate run -i -n 5'
[[ "$(grep -c '▏' "$out_file")" -eq 6 ]] || fail "not two tables of three"
[[ "$(grep '▏' "$out_file" | sort | uniq -c | awk '{print $1}' | sort -u)" == 2 ]] || fail "/undo did not bring the memory back"
expect_err '^1 turn left$'
expect_err '^there is no command /what; /help'
expect_err '^0 turns left$'
expect_err '^there is nothing to undo$'
expect_exit 2 "$RNN" generate run -i --json
expect_err '^error\[usage/option\]'

# The cuts: with --min-p 1 only the likeliest is left; a penalty keeps the text from going in circles.
expect_exit 0 "$RNN" generate run -p 'The cat' -n 40 --min-p 1 --temperature 1
expect_same "$out_file" one.txt
expect_exit 0 "$RNN" generate run -p 'The cat' -n 40 --temperature 0 --repetition-penalty 1.5
if cmp -s "$out_file" one.txt; then fail "the penalty changed nothing"; fi
expect_exit 0 "$RNN" generate run -p 'The cat' -n 10 --typical 0.5
expect_exit 2 "$RNN" generate run -p 'The cat' --min-p 2
expect_err '^error\[usage/option\]: --min-p is 2'

# Regularised, with a mean of the weights; the gradient is right with every mask, and a stopped run goes on with the same bits.
regular=(--layers 2 --dropout 0.2 --variational --state-dropout 0.2 --zoneout 0.1 --zoneout-cell 0.1 --weight-drop 0.3)
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" "${regular[@]}" --average nt-asgd --nonmono 1 --epochs 6 --eval-every 5 --patience 0 -o regular --quiet
expect_exit 0 "$RNN" info regular
expect_out ', variational, state dropout 0.2, weight drop 0.3, zoneout 0.1, cell zoneout 0.1'
expect_exit 0 "$RNN" check regular --samples 6
expect_no_out 'WRONG'
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" "${regular[@]}" --average nt-asgd --nonmono 1 --epochs 6 --eval-every 5 --patience 0 --max-updates 23 -o parts --quiet
expect_exit 0 "$RNN" train --resume parts --max-updates 0 --quiet
cmp -s parts/model.safetensors regular/model.safetensors || python3 - parts/model.safetensors regular/model.safetensors <<'PYTHON' || fail "resumed otherwise"
import json, struct, sys
def weights(path):
    data = open(path, "rb").read()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]
sys.exit(weights(sys.argv[1]) != weights(sys.argv[2]))
PYTHON
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --cell gru --zoneout-cell 0.1 -o no
expect_err '^error\[.*--zoneout-cell needs a cell with a cell state'
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --dropout 1 -o no
expect_err '^error\['
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --zoneout 0.1 --projection 8 -o no
expect_err '^error\[model/zoneout\]'
for optimizer in rmsprop adagrad; do
  expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --optimizer "$optimizer" --average ema --max-updates 5 --quiet
done

# Layer normalisation in every cell, coupled gates, a bound of the cell state: trained, remembered, the gradient right, streamed as trained.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --layers 2 --layer-norm --cell-clip 2 --zoneout 0.1 --state-dropout 0.1 -o normed --quiet
expect_exit 0 "$RNN" info normed
expect_out '^ model +lstm 2 x 16, layer normalisation, cell state clipped to \+-2,'
expect_out '^ rnn\.layer_norm_ih_l0\.weight +64 '
expect_exit 0 "$RNN" check normed --samples 6
expect_out '^ rnn\.layer_norm_c_l1\.bias +6 .* ok$'
expect_no_out 'WRONG'
for cell in rnn gru gru-reset-before lstm-coupled; do
  expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell "$cell" --layer-norm --max-updates 5 -o "normed-$cell" --quiet
  expect_exit 0 "$RNN" check "normed-$cell" --samples 6
  expect_no_out 'WRONG'
  expect_exit 0 "$RNN" generate "normed-$cell" -p 'The cat' -n 5
done
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --cell gru --cell-clip 1 -o no
expect_err '^error\[.*--cell-clip needs a cell with a cell state'

# What is inside, and that its gradient is right.
expect_exit 0 "$RNN" info run
expect_out '^ tokenizer +word, 1[0-9] different'
expect_out '^ rnn\.weight_hh_l0 +64 x 16 +1,024$'
expect_out '^ command +rnn train story\.txt'
expect_exit 0 "$RNN" info run --json
[[ "$(json_value "$out_file" 'sum(t["parameters"] for t in x["tensors"]) == x["parameters"] and x["state_bytes"]')" == 128 ]] || fail "info --json"
[[ "$(json_value "$out_file" 'x["config"]["hidden"], x["config"]["cell"], x["config"]["zoneout"]')" == "(16, 'lstm', 0.0)" ]] || fail "info --json: the configuration"
for run in run three-rnn three-gru; do
  expect_exit 0 "$RNN" check "$run" --samples 6
  expect_out '^ output\.weight +6 .* ok$'
  expect_no_out 'WRONG'
done
# With the weights of its inputs 0 every unit of relu sits on its kink: no slope of a bias can be measured, and that is no proof.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell rnn-relu --max-updates 1 -o relu --quiet
python3 - <<'PYTHON'
import json, struct
data = bytearray(open("relu/model.safetensors", "rb").read())
begin = 8 + struct.unpack("<Q", data[:8])[0]
for name, tensor in json.loads(data[8:begin]).items():
    if name.startswith("rnn."):
        first, last = tensor["data_offsets"]
        data[begin + first:begin + last] = bytes(last - first)
open("zero.safetensors", "wb").write(data)
PYTHON
expect_exit 6 "$RNN" check zero.safetensors --samples 6
expect_out '^ rnn\.bias_hh_l0 +0 .* WRONG$'
expect_err 'error\[check/gradient\]'

# Colour never reaches a file.
expect_no_out $'\x1b'
expect_exit 0 env TERM=xterm "$RNN" train story.txt "${tiny[@]}" -o colours
expect_no_out $'\x1b'
expect_no_err $'\x1b'

# A short demo and a short bench run through.
export XDG_CACHE_HOME="$PWD/cache"
expect_exit 0 "$RNN" demo --seconds 1.5 --corpus story.txt --threads 1 --prompt 'The cat' -o demo
expect_err '^This demo trains small networks on this computer and makes one page'
expect_err 'three networks read simple English .* 2 s$'
expect_no_err 'grad|tok/s|adamw'
expect_out '^The cat ▏'
expect_out '^ cell .* recall 5  recall 20  recall 100$'
expect_out '^ lstm +[0-9,]+ .*%$'
expect_out '^ trigram '
expect_out '^ page +demo\.html$'
expect_file demo.html
expect_file demo-dates/explain.html
expect_file demo-bakery/report.html
python3 - demo.html <<'PYTHON' || fail "the page of the demo"
import json, re, shutil, sys
spoken = shutil.which("espeak-ng") is not None  # without it the demo has no digits
page = open(sys.argv[1], encoding="utf-8").read()
x = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
assert [p["kind"] for p in x["parts"]] == ["text", "dates", "digits", "series"]
assert [p["link"] for p in x["parts"]] == ["#loop", "demo-dates/explain.html", "demo-digits/heard.html" if spoken else "", "demo-bakery/report.html"]
assert [bool(p["output"]) for p in x["parts"]] == [True, True, spoken, True]
assert len(x["parts"][3]["next"]) == len(x["parts"][3]["low"]) == 28 and x["parts"][3]["past"]
assert x["lines"] > 0 and len(x["worth"]) == 4 + spoken
for row in x["worth"]:
    assert row["seconds"] > 0 and row["bytes"] > 1000 and row["simple"] and row["network"], row
    win = row["network_value"] > row["simple_value"] if row["higher"] else row["network_value"] < row["simple_value"]
    same = abs(row["network_value"] - row["simple_value"]) < 1e-9
    assert win or same or f"{row['task']} ({row['simple']})".replace("'", "&#39;") in page, row["task"]
PYTHON
expect_out '^ 500 dates that it has never seen +right$'
expect_out '^ copy the source +0\.0%$'
expect_out '^ 5/3/2021 -> '
expect_out '^ +5/3/2021↵$'
expect_out '^ maps +demo-dates/attention-1\.svg and so on$'
expect_file demo-dates/attention-3.svg
if command -v espeak-ng >/dev/null; then
  expect_out '^ heard +demo-digits/heard\.html$'
  expect_file demo-digits/heard.html
else
  expect_err 'espeak-ng, which is not installed'
fi
[[ "$(cut -f1 demo-dates/train.tsv demo-dates/unseen.tsv | sort -u | grep -cFxf <(cut -f1 demo-dates/unseen.tsv))" -eq 500 ]] ||
  fail "the unseen dates are not 500 different ones"
! grep -qFxf <(cut -f1 demo-dates/unseen.tsv) <(cut -f1 demo-dates/train.tsv) || fail "a date was seen"
expect_exit 0 "$RNN" bench run --quick --json --threads 1
[[ "$(json_value "$out_file" '[c["name"] for c in x["cases"]] == ["step", "reading", "training"] and x["cases"][0]["us_p99"] >= x["cases"][0]["us_p50"] > 0 and x["cases"][2]["tokens_per_s"] > 0')" == True ]] ||
  fail "bench"
