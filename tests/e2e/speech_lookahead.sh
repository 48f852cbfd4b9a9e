# Why: a model that looks ahead is late by as much as it says, in portions of any size, and its last word comes out.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
# shellcheck source=tests/support/speech.sh
. "$SOURCE/tests/support/speech.sh"

python3 "$SOURCE/tests/support/tones.py" clips 0 120
python3 "$SOURCE/tests/support/tones.py" fresh 200 208
mapfile -t fresh < <(find fresh -name '*.wav' | sort)
small=(--hidden 32 --layers 1 --cell gru --lr 1e-2 --batch 8 --threads 1 --dropout 0 --speeds 1 --volume 0 --streaming --row-convolution 4)

expect_exit 0 "$RNN" train clips "${small[@]}" --lookahead 0 --epochs 40 -o ahead
expect_err '3 a step, 0 frames ahead, 4 steps more of hidden rows'
expect_exit 0 "$RNN" info ahead
expect_out 'listens while people speak, 165 ms behind them'  # 4 steps of 30 ms, 2 frames of 10 ms, and a frame of 25 ms
expect_out 'row_convolution.weight +5 x 32'

expect_exit 0 "$RNN" eval ahead fresh --json
[[ "$(json_value "$out_file" 'x["wer"] <= 0.35 and x["cer"] <= 0.08')" == True ]] ||
  fail "it did not learn, or a word is lost: $(cut -c1-300 "$out_file")"
expect_exit 0 "$RNN" transcribe ahead "${fresh[0]}"
cp "$out_file" whole.txt
tail -c +45 "${fresh[0]}" >samples.raw
for size in 77 3000; do
  dd if=samples.raw bs="$size" status=none | "$RNN" transcribe ahead - --raw s16,8000 >piped.txt || fail "a pipe"
  cmp -s piped.txt whole.txt || fail "portions of $size bytes are heard otherwise"
done
# Words are not said before the sound begins, nor after it ends: the times are those of the sound, not of when it was understood.
for wav in "${fresh[@]}"; do
  expect_exit 0 "$RNN" transcribe ahead "$wav" --format json
  python3 - "$out_file" "$wav" <<'PYTHON' || fail "times of words"
import json, sys, wave
x = json.load(open(sys.argv[1]))
with wave.open(sys.argv[2]) as w: length = w.getnframes() / w.getframerate()
assert x["words"] and x["words"][-1]["start"] < length - 0.15, (x["words"], length)
PYTHON
done
# The page draws what is written where its sound is: its words have the times of the transcript, and its steps begin with the clip.
cp "$out_file" said.json
expect_exit 0 "$RNN" explain ahead -p "${fresh[-1]}" --json
python3 - said.json "$out_file" <<'PYTHON' || fail "times of the page"
import json, sys
said, page = (json.load(open(path)) for path in sys.argv[1:])
assert len(said["words"]) == len(page["words"]) > 0
for word, shown in zip(said["words"], page["words"]):
    assert word["text"] == shown["text"] and all(abs(word[k] - shown[k]) < 0.002 for k in ("start", "end")), (word, shown)
first = next(t for t, text in enumerate(page["best"]) if text != "–") * page["step"]
assert abs(first - page["words"][0]["start"]) <= page["step"] + 1e-6, (first, page["words"][0])
PYTHON

expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 4 -o straight
expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 4 --max-updates 13 -o parts
expect_exit 0 "$RNN" train --resume parts --max-updates 0
expect_resumed straight parts
expect_refused 2 usage/option "$RNN" train clips --row-convolution 4 -o none
