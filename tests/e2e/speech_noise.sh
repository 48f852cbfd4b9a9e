# Why: noise and rooms of training come from files: what is wrong with them is said, and a resumed run hears the same.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

python3 "$SOURCE/tests/support/tones.py" clips 0 40
python3 - <<'PYTHON'
import os, random, struct, wave
r = random.Random(1)
def write(path, rate, samples):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with wave.open(path, "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(rate)
        w.writeframes(b"".join(struct.pack("<h", int(s)) for s in samples))
write("noises/hall.wav", 8000, [r.gauss(0, 3000) for _ in range(16000)])
write("noises/street.wav", 16000, [r.gauss(0, 3000) for _ in range(16000)])
write("room.wav", 8000, [20000] + [0] * 300 + [9000] + [0] * 500 + [4000])
write("silent.wav", 8000, [0] * 8000)
write("short.wav", 8000, [r.gauss(0, 3000) for _ in range(500)])
PYTHON
small=(--hidden 16 --layers 1 --cell gru --lr 1e-2 --batch 8 --threads 1 --dropout 0 --speeds "0.9,1")
with=(--noise noises --noise-snr "5,15" --reverb room.wav)

expect_exit 0 "$RNN" train clips "${small[@]}" "${with[@]}" --epochs 4 -o straight
expect_err 'effects +2 noises, 0.1 minutes, 1 of another rate, at 5 to 15 dB; 1 room'
expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 4 -o plain
expect_exit 0 "$RNN" train clips "${small[@]}" "${with[@]}" --epochs 4 --max-updates 7 -o parts
cp -r parts changed
expect_exit 0 "$RNN" train --resume parts --max-updates 0
# Frames and samples that do not fit into memory are read from a file.
expect_exit 0 "$RNN" train clips "${small[@]}" "${with[@]}" --epochs 4 --frame-memory 0.05 -o filed
expect_err 'frames +[0-9.]+ KB in memory, [0-9.]+ MB in a file without a name'
python3 - <<'PYTHON' || fail "a resumed run is another one, or the noise is not heard"
import struct
def numbers(path):
    data = open(path, "rb").read()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]
assert numbers("straight/model.safetensors") == numbers("parts/model.safetensors")
assert numbers("straight/model.safetensors") == numbers("filed/model.safetensors"), "frames from a file are others"
assert numbers("straight/model.safetensors") != numbers("plain/model.safetensors")
PYTHON
cp room.wav noises/street.wav
expect_refused 3 data/changed "$RNN" train --resume changed --max-updates 0

expect_refused 3 data/noise "$RNN" train clips --noise silent.wav -o none
expect_refused 3 data/noise "$RNN" train clips --noise short.wav -o none
expect_refused 3 data/noise "$RNN" train clips --reverb silent.wav -o none
expect_refused 3 audio/missing "$RNN" train clips --noise nothing.wav -o none
expect_refused 2 usage/option "$RNN" train clips --noise noises --noise-snr 20,5 -o none
[[ ! -e none ]] || fail "a refused run has a folder"
