# Why: the figures of rnn inspect agree between its output forms and with rnn generate, for every kind of model, and errors
# are reported once.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 400 7 >story.txt
sentences 40 8 >new.txt
prompt='The cat sees the dog'

expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 4 --lr 0.01 -o lstm --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell gru --layers 2 --mode stream -o gru --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell rnn --tokens char --max-updates 3 -o char --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --projection 6 --peephole --tokens byte --max-updates 3 -o byte --quiet

# The terminal: every part is there, word by word.
expect_exit 0 "$RNN" inspect lstm -p "$prompt"
for part in 'Word by word' 'Gates, mean over the units' 'What is left of "cat"' 'What each word does' 'Gradient against distance' \
  'Saturation' 'Size of the state' 'Recurrent weights'; do
  expect_out "^$part"
done
expect_out '^ lstm: lstm 1 x 16, word tokens, [0-9,]+ parameters, perplexity [0-9.]+'
expect_out '^ cat +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+: [-+][0-9.]+ .*%'
expect_out '^ (half-life [0-9.]+ steps|half-life more than)'
expect_no_out $'\x1b'
expect_no_err .

# The same figures as JSON; the next words are those of rnn generate.
for run in lstm gru char byte; do
  expect_exit 0 "$RNN" inspect "$run" -p "$prompt" --json
  each_line_is_json "$out_file"
  cp "$out_file" "$run.json"
  expect_exit 0 "$RNN" inspect "$run" -p "$prompt"
  cp "$out_file" "$run.out"
  expect_exit 0 "$RNN" generate "$run" -p "$prompt" --top 5 --json
  python3 - "$run.json" "$out_file" "$run.out" <<'PYTHON' || fail "figures of $run do not agree"
import json, re, sys
x, g = (json.loads(open(f).read()) for f in sys.argv[1:3])
shown = open(sys.argv[3]).read()
sign = lambda t: {"\n": "↵", " ": "␣"}.get(t, t)
assert [n["p"] for n in x["steps"][-1]["next"]] == [n["probability"] for n in g["next"]]
if x["name"] != "byte":  # there a token may be half a character
    assert [n["text"] for n in x["steps"][-1]["next"]] == [sign(n["token"]) for n in g["next"]]
assert x["steps"][0]["text"] == "↵" and x["steps"][0]["surprise"] is None
words = [s["text"] for s in x["steps"][1:]]
assert "".join(words).replace("␣", " ").replace(" ", "") == "Thecatseesthedog", words
states = {"lstm": 16, "gru": 16, "char": 16, "byte": 6}[x["name"]]
for step in x["steps"]:
    assert len(step["layers"]) == x["layers"]
    for layer in step["layers"]:
        assert len(layer["h"]) == states
        assert abs(sum(v * v for v in layer["h"]) ** 0.5 - layer["state_norm"]) < 1e-5
        assert set(layer["gates"]) == {"lstm": set("ifgo"), "gru": set("rzn"), "rnn": set("a")}[x["cell"]]
assert [i["position"] for i in x["influence"]] == list(range(1, len(words) + 1))
for i in x["influence"]:
    assert i["substitutes"] and 0 <= i["mean"] <= 1
    assert abs(sum(s["p"] for s in i["substitutes"]) / len(i["substitutes"]) - i["mean"]) < 1e-9
    assert i["lag"] == len(words) - i["position"] and i["word"] == words[i["position"] - 1]
assert len(x["gradient"]["state"]) == len(words) and x["gradient"] == x["prompt_gradient"]
assert x["gradient"]["state"][0] > 0 and x["gradient"]["worst"][0][0] == 1
assert len(x["spectra"]) == len(x["gates"]) and all(s["largest"] >= s["singular_values"][-1] for s in x["spectra"])
assert x["parameters"] > 0 and x["step_microseconds"] > 0 and x["val_loss"] > 0
if x["name"] in ("lstm", "gru"):  # the terminal shows these very figures
    cat = x["steps"][2]
    row = re.search(r"^ cat +([\d.]+) +([\d.]+) +([\d.]+) +(\d+): ", shown, re.M).groups()
    layer = cat["layers"][0]
    want = [f'{cat["surprise"]:.1f}', f'{layer["state_norm"]:.2f}', f'{layer["update_norm"]:.2f}', str(layer["moved"][0][0])]
    assert list(row) == want, (row, want)
    kept = x["distances"][0]["kept"]
    text = f"{kept:.1%}" if 0 < kept < 0.0995 else f"{kept:.0%}"
    assert f"{text} of the difference is left" in shown, kept
    radius = f'{x["spectra"][0]["radius"]:.3f}'
    assert radius in shown, radius
PYTHON
done

# --top: as many next words as requested.
expect_exit 0 "$RNN" inspect lstm -p "$prompt" --top 2 --json
[[ "$(json_value "$out_file" 'all(len(s["next"]) == 2 for s in x["steps"])')" == True ]] || fail "--top 2"

# Over a text: the gradient reaches as far back as the text allows; with a prompt both are shown; drawings are well-formed.
expect_exit 0 "$RNN" inspect gru new.txt --svg figures
expect_out '^Gradient against distance, 32 positions of new\.txt$'
expect_no_out '^Word by word'
expect_err 'wrote figures/gradient\.svg'
for figure in gradient gates norms spectrum; do
  expect_file "figures/$figure.svg"
  python3 -c 'import sys, xml.etree.ElementTree as e; assert e.parse(sys.argv[1]).getroot().tag.endswith("svg")' "figures/$figure.svg" ||
    fail "$figure.svg is no SVG"
done
expect_exit 0 "$RNN" inspect lstm new.txt
expect_out 'with the state carried across lines$'
expect_exit 0 "$RNN" inspect gru new.txt --json
cp "$out_file" text.json
expect_exit 0 "$RNN" inspect gru new.txt -p "$prompt" --json
cp "$out_file" both.json
python3 - text.json both.json gru.json <<'PYTHON' || fail "figures over a text do not agree"
import json, sys
text, both, alone = (json.load(open(f)) for f in sys.argv[1:])
assert text["steps"] == [] and len(text["gradient"]["state"]) == 101 and text["gradient"]["steps"] == 32
for key in ("gradient", "gates", "norms", "spectra"):
    assert text[key] == both[key], key
assert both["prompt_gradient"] == alone["prompt_gradient"] and both["steps"] == alone["steps"]
assert [w[0] for w in text["gradient"]["worst"]] == [1, 2, 5, 10, 20, 50, 100]
PYTHON
expect_exit 0 "$RNN" inspect gru new.txt --tokens 50 --json
[[ "$(json_value "$out_file" 'len(x["gradient"]["state"])')" == 49 ]] || fail "--tokens 50"

# The number of threads changes no figure (except the time of a step).
expect_exit 0 "$RNN" inspect gru new.txt -p "$prompt" --json --threads 1
python3 - both.json "$out_file" <<'PYTHON' || fail "another number of threads, other figures"
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
a.pop("step_microseconds"), b.pop("step_microseconds")
assert a == b
PYTHON

# A translator: the same figures as tables, as JSON and as drawings.
"$RNN" data make dates -n 600 >dates.tsv
date='Friday, March 5, 2021'
pairs=(--tokens char --hidden 16 --batch 16 --lr 0.01 --max-updates 40 --patience 0 --threads 1 --quiet)
expect_exit 0 "$RNN" train dates.tsv "${pairs[@]}" --layers 2 --input-feeding --reverse-source -o dates
expect_exit 0 "$RNN" train dates.tsv "${pairs[@]}" --attention none -o blind
expect_exit 0 "$RNN" inspect dates -p "$date" --svg drawn
for part in 'Translations, best first' 'Where it looked' 'The search, 5 side by side' 'The encoder, top layer' 'The decoder, top layer' \
  'Without one word of the sentence'; do
  expect_out "^$part"
done
expect_out '^ dates: lstm, bidirectional encoder of 2 layers, decoder 2 x 16, additive attention, copy bridge, char tokens, [0-9,]+ parameters'
expect_no_out $'\x1b'
for figure in attention left_out; do
  expect_err "wrote drawn/$figure\\.svg"
  python3 -c 'import sys, xml.etree.ElementTree as e; assert e.parse(sys.argv[1]).getroot().tag.endswith("svg")' "drawn/$figure.svg" ||
    fail "$figure.svg is no SVG"
done
cp "$out_file" dates.out
expect_exit 0 "$RNN" inspect dates -p "$date" --json
each_line_is_json "$out_file"
cp "$out_file" dates.json
python3 - dates.json dates.out <<'PYTHON' || fail "tables and JSON of a translator do not agree"
import json, re, sys
x, shown = json.load(open(sys.argv[1], encoding="utf-8")), open(sys.argv[2], encoding="utf-8").read()
assert x["input_feeding"] and x["reversed_source"] and x["both_ways"] and x["encoder_layers"] == 2
best = x["translations"][0]
assert re.search(rf'^ {re.escape(best["text"])} .* {best["score"]:.3f}$', shown, re.M), best
word = x["left_out"][1]
assert re.search(rf'^ {re.escape(word["word"])} .* {word["bits"]:.2f}\b', shown, re.M), word
for token in x["source"]:
    assert len(token["read"]) == 2 and len(token["read"][0]["h"]) == 8
# The sentence is read from its end: there the forward direction started from the zero state.
first = x["source"][-2]["read"][0]
assert abs(first["update_norm"] - first["state_norm"]) < 1e-6, first
assert len(x["target"][0]["state"]["h"]) == 16
PYTHON
expect_exit 0 "$RNN" inspect dates -p "$date" --json --threads 2
expect_same "$out_file" dates.json
expect_exit 0 "$RNN" inspect dates -p "$date" --top 2 --beam 2 --json
[[ "$(json_value "$out_file" 'all(len(t["next"]) == 2 for t in x["target"]) and len(x["translations"]) == 2')" == True ]] || fail "--top, --beam"
expect_exit 0 "$RNN" inspect blind -p "$date" --svg blind_drawn
expect_out 'This model has no attention'
expect_no_file blind_drawn/attention.svg
expect_file blind_drawn/left_out.svg

# Bad input: one error each.
expect_refused 2 inspect/unknown_word "$RNN" inspect lstm -p 'The cot sees'
expect_err "'cot'"
expect_err '^help: .*cat'
expect_refused 2 inspect/unknown_word "$RNN" inspect char -p 'The Ω'
expect_refused 2 inspect/empty "$RNN" inspect lstm -p ''
expect_refused 2 inspect/empty "$RNN" inspect lstm -p '  ' new.txt
expect_refused 2 inspect/too_long "$RNN" inspect lstm -p "$(for _ in $(seq 70); do printf 'the cat sees '; done)"
expect_err '210 tokens, but at most 200'
expect_refused 2 usage/missing "$RNN" inspect lstm
expect_refused 2 usage/missing "$RNN" inspect
expect_refused 3 data/missing "$RNN" inspect lstm nowhere.txt
expect_refused 2 usage/argument "$RNN" inspect dates dates.tsv
expect_refused 2 usage/option "$RNN" inspect dates -p "$date" --tokens 50
expect_refused 2 usage/option "$RNN" inspect lstm -p "$prompt" --beam 2
expect_refused 2 inspect/empty "$RNN" inspect dates -p ''
printf 'The' >short.txt
expect_refused 3 inspect/too_short "$RNN" inspect gru short.txt
expect_refused 4 model/missing "$RNN" inspect nowhere -p "$prompt"
expect_refused 4 model/missing "$RNN" inspect new.txt.gone -p "$prompt"
python3 - lstm/model.safetensors <<'PYTHON'
import json, struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-4:] = struct.pack("<f", float("nan"))
open("nan.safetensors", "wb").write(data)
header, data = {}, b""
for name, shape in {"weight_ih_l0": [12, 5], "weight_hh_l0": [12, 3], "bias_ih_l0": [12], "bias_hh_l0": [12]}.items():
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
    data += struct.pack(f"<{count}f", *[0.01 * i for i in range(count)])
text = json.dumps(header).encode()
open("bare.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
PYTHON
expect_refused 4 model/nan "$RNN" inspect nan.safetensors -p "$prompt"
expect_refused 4 model/task "$RNN" inspect bare.safetensors -p "$prompt"
: >file
expect_exit 1 "$RNN" inspect gru new.txt --svg file/inside
expect_err '^error\[io/write\]'
