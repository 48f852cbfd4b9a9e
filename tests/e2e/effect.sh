# Why: an audio effect from two recordings: learnt, measured beside the simplest ways, run, resumed; and recordings that do not belong together.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
# shellcheck source=tests/support/speech.sh
. "$SOURCE/tests/support/speech.sh"

python3 "$SOURCE/tools/effects.py" overdrive drive --seconds 12,3,4 --rate 16000
small=(--hidden 12 --batch 8 --bptt 256 --threads 1)

expect_exit 0 "$RNN" data check drive/train-dry.wav drive/train-wet.wav
expect_out 'pair    drive/train-dry.wav'
expect_out 'a linear filter: ESR'

expect_exit 0 "$RNN" train drive/train-dry.wav drive/train-wet.wav --valid drive/valid-dry.wav drive/valid-wet.wav \
  --test drive/test-dry.wav drive/test-wet.wav "${small[@]}" --epochs 10 -o run
expect_err 'drive/train-dry.wav goes in, drive/train-wet.wav comes out'
expect_out 'a curve and filters'
expect_exit 0 "$RNN" eval run drive/test-dry.wav drive/test-wet.wav --json
[[ "$(json_value "$out_file" 'x["esr"] < 0.1 and x["esr"] < x["baselines"]["the dry signal"]["esr"] / 4 and x["baselines"]["a curve and filters"]["esr"] < x["baselines"]["a linear filter"]["esr"]')" == True ]] ||
  fail "it did not learn: $(cat "$out_file")"
cp "$out_file" measured.json

# What process writes has the error that eval says.
expect_exit 0 "$RNN" process run drive/test-dry.wav -o made.wav --float
expect_err 'of the time on one core'
python3 - measured.json <<'PYTHON' || fail "the sound that was written is not that which was measured"
import array, json, sys
def samples(path):
    data = array.array("f")
    data.frombytes(open(path, "rb").read()[44:])
    return data
made, wet = samples("made.wav"), samples("drive/test-wet.wav")
assert len(made) == len(wet)
esr = sum((a - b) ** 2 for a, b in zip(made, wet)) / sum(b * b for b in wet)
assert abs(esr - json.load(open(sys.argv[1]))["esr"]) < 1e-6 * max(1, esr), esr
PYTHON
expect_exit 0 "$RNN" process run drive/test-dry.wav -o whole.wav
expect_refused 2 output/exists "$RNN" process run drive/test-dry.wav -o whole.wav
expect_exit 0 "$RNN" info run
expect_out 'an effect on sound of 16000 Hz'

# Stopped and resumed it has the same bits.
expect_exit 0 "$RNN" train drive/train-dry.wav drive/train-wet.wav "${small[@]}" --schedule constant --epochs 2 -o straight
expect_exit 0 "$RNN" train drive/train-dry.wav drive/train-wet.wav "${small[@]}" --schedule constant --epochs 2 --max-updates 31 -o parts
expect_exit 0 "$RNN" train --resume parts --max-updates 0
expect_resumed straight parts

# A device that is nearly a filter: the filter is part of the model, which is therefore never worse than it.
python3 "$SOURCE/tools/effects.py" lowpass low --seconds 8,3,3 --rate 16000
expect_exit 0 "$RNN" train low/train-dry.wav low/train-wet.wav --valid low/valid-dry.wav low/valid-wet.wav \
  --test low/test-dry.wav low/test-wet.wav "${small[@]}" --epochs 2 -o low/run
expect_err 'filter *64 taps leave [0-9.]+ ?% of the validation'
expect_exit 0 "$RNN" eval low/run low/valid-dry.wav low/valid-wet.wav --json
[[ "$(json_value "$out_file" 'x["esr_emphasised"] <= 1.0001 * x["baselines"]["a linear filter"]["esr_emphasised"] + 1e-9')" == True ]] ||
  fail "worse than the filter in it: $(cat "$out_file")"
expect_exit 0 "$RNN" train low/train-dry.wav low/train-wet.wav "${small[@]}" --schedule constant --epochs 2 --max-updates 21 -o low/parts
expect_exit 0 "$RNN" train --resume low/parts --max-updates 0
expect_exit 0 "$RNN" train low/train-dry.wav low/train-wet.wav "${small[@]}" --schedule constant --epochs 2 -o low/straight
expect_resumed low/straight low/parts

# Recordings that do not belong together: one clear error each.
python3 - <<'PYTHON'
import random, struct, wave
def write(path, n, rate=16000, channels=1, level=0.3):
    r = random.Random(1)
    with wave.open(path, "wb") as w:
        w.setnchannels(channels), w.setsampwidth(2), w.setframerate(rate)
        w.writeframes(b"".join(struct.pack("<h", int(32767 * level * r.uniform(-1, 1))) for _ in range(n * channels)))
write("a.wav", 16000), write("short.wav", 15990), write("fast.wav", 16000, 22050), write("stereo.wav", 16000, 16000, 2)
write("silent.wav", 16000, 16000, 1, 0), write("clipped.wav", 16000, 16000, 1, 1.2 / 1.2)
open("text.wav", "w").write("no sound\n" * 50)
PYTHON
expect_refused 3 audio/length "$RNN" train a.wav short.wav -o none
expect_refused 3 audio/rate "$RNN" train a.wav fast.wav -o none
expect_refused 3 audio/channels "$RNN" train a.wav stereo.wav -o none
expect_refused 3 audio/silent "$RNN" train a.wav silent.wav -o none
expect_refused 3 audio/not_audio "$RNN" train a.wav text.wav -o none
expect_refused 3 audio/missing "$RNN" train a.wav nowhere.wav --task effect -o none
expect_refused 2 usage/pairs "$RNN" train a.wav a.wav a.wav --task effect -o none
expect_refused 2 usage/task_option "$RNN" train a.wav a.wav --horizon 3 --task effect -o none
expect_refused 3 audio/rate "$RNN" process run fast.wav -o none.wav
expect_refused 3 audio/rate "$RNN" eval run fast.wav fast.wav
expect_refused 4 model/task "$RNN" explain run -p a.wav -o none
expect_err 'rnn eval MODEL DRY.wav WET.wav says how near it comes'
expect_refused 4 model/task "$RNN" inspect run -p a.wav
[[ ! -e none && ! -e none.wav ]] || fail "a refused command left something"
