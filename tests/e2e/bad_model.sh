# Why: a model file that is damaged, foreign or from the future is refused with exit status 4, never half loaded.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --max-updates 3 -o run --quiet
model=run/model.safetensors

refused() {  # refused PATTERN FILE
  for verb in info eval generate check; do
    words=("$verb" "$2")
    [[ "$verb" != eval ]] || words+=(story.txt)
    expect_exit 4 "$RNN" "${words[@]}"
    expect_err "$1"
    expect_no_out .
  done
}
refused '^error\[model/missing\]: .*nowhere' nowhere
mkdir hollow
refused '^error\[model/missing\]' hollow
: >empty.safetensors
refused '^error\[model/' empty.safetensors
refused '^error\[model/' story.txt
for size in 4 100 3000 "$(($(stat -c %s "$model") - 1))"; do
  head -c "$size" "$model" >cut.safetensors
  refused '^error\[model/' cut.safetensors
done
{ cat "$model"; printf x; } >long.safetensors
refused '^error\[model/' long.safetensors
{ printf '\xff\xff\xff\xff\xff\xff\xff\x7f'; tail -c +9 "$model"; } >huge.safetensors
refused '^error\[model/' huge.safetensors
LC_ALL=C sed 's/"rnn.format":"1"/"rnn.format":"9"/' "$model" >newer.safetensors
! cmp -s "$model" newer.safetensors || fail "the format number was not found in the file"
refused '^error\[model/newer\]: .*format 9' newer.safetensors
LC_ALL=C sed 's/rnn.weight_hh_l0/rnn.weight_hX_l0/' "$model" >renamed.safetensors
refused '^error\[model/tensor\].*weight_h' renamed.safetensors
# Some KB that ask for a network of terabytes: the shapes are compared before any of it is allocated.
python3 - "$model" <<'PYTHON'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
head = json.loads(data[8 : 8 + size])
config = json.loads(head["__metadata__"]["rnn.config"])
config.update(hidden=65536, input=65536, layers=64)
head["__metadata__"]["rnn.config"] = json.dumps(config)
text = json.dumps(head).encode()
open("asks.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size :])
PYTHON
refused '^error\[model/shape\]: .*embedding.* is [0-9]+x[0-9]+, expected [0-9]+x65536' asks.safetensors
expect_exit 4 "$RNN" average asks.safetensors "$model" -o mean.safetensors
expect_err '^error\[model/shape\]'
expect_exit 4 "$RNN" train story.txt "${tiny[@]}" --init-from asks.safetensors -o tuned
expect_err '^error\[model/shape\]'
python3 - "$model" <<'PYTHON'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-4:] = struct.pack("<f", float("nan"))
open("nan.safetensors", "wb").write(data)
PYTHON
for verb in "eval nan.safetensors story.txt" "generate nan.safetensors" "check nan.safetensors"; do
  read -ra words <<<"$verb"
  expect_exit 4 "$RNN" "${words[@]}"
  expect_err '^error\[model/nan\]'
done

# A bare torch.nn.LSTM state dict is shown, and refused where a language model is needed.
python3 - <<'PYTHON'
import json, struct
header, data = {}, b""
for name, shape in {"weight_ih_l0": [12, 5], "weight_hh_l0": [12, 3], "bias_ih_l0": [12], "bias_hh_l0": [12]}.items():
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
    data += struct.pack(f"<{count}f", *[0.01 * i for i in range(count)])
text = json.dumps(header).encode()
open("bare.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
PYTHON
expect_exit 0 "$RNN" info bare.safetensors
expect_out '^ model +lstm 1 x 3, input 5$'
for verb in "eval bare.safetensors story.txt" "generate bare.safetensors" "check bare.safetensors" "bench bare.safetensors"; do
  read -ra words <<<"$verb"
  expect_exit 4 "$RNN" "${words[@]}"
  expect_err '^error\[model/task\]: .*bare'
done
expect_exit 4 "$RNN" train story.txt "${tiny[@]}" --init-from bare.safetensors -o tuned
expect_exit 4 "$RNN" train --resume hollow
expect_err '^error\[run/no_checkpoint\]'
head -c 2000 run/last.ckpt.safetensors >hollow/last.ckpt.safetensors
expect_exit 4 "$RNN" train --resume hollow
expect_err '^error\[model/'
