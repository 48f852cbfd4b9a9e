# Why: tests of models of sound ask the same of runs and of transcripts.
# shellcheck shell=bash

# expect_resumed STRAIGHT PARTS: two runs have the same weights, to the bit.
expect_resumed() {
  python3 - "$1/model.safetensors" "$2/model.safetensors" <<'PYTHON' || fail "a resumed run is another one"
import struct, sys
def numbers(path):
    data = open(path, "rb").read()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]
assert numbers(sys.argv[1]) == numbers(sys.argv[2])
PYTHON
}

# expect_times JSON WAV: the words of a transcript are its text, their times ascend and lie in the clip.
expect_times() {
  python3 - "$1" "$2" <<'PYTHON' || fail "times of words"
import json, sys, wave
x = json.load(open(sys.argv[1]))
with wave.open(sys.argv[2]) as w: length = w.getnframes() / w.getframerate()
assert x["text"] == " ".join(word["text"] for word in x["words"]) and x["words"]
before = 0
for word in x["words"]:
    assert before <= word["start"] < word["end"] <= length + 0.05 and 0 < word["confidence"] <= 1, word
    before = word["end"]
PYTHON
}
