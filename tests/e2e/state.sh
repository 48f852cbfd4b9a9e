# Why: a saved state belongs to one model: any other refuses it and says what differs, and a damaged one is never loaded.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 1 >story.txt
tiny=(--tokens word --hidden 8 --max-updates 20 --threads 1)
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" -o one
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --seed 2 -o weights
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell gru -o cell
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --hidden 9 -o size
{ sentences 300 1; printf 'A zebra and a yak wander.\n'; } | shuf --random-source=<(yes) >other.txt
expect_exit 0 "$RNN" train other.txt "${tiny[@]}" -o tokens

expect_exit 0 "$RNN" generate one -p 'The cat' --save-state s.bin
expect_exit 0 "$RNN" generate one --load-state s.bin -n 5
expect_no_err 'note'
refused() {  # refused MODEL WHY
  expect_refused 4 state/model "$RNN" generate "$1" --load-state s.bin -n 5
  expect_err "saved with another model: $2"
}
refused weights 'its weights are others'
refused cell 'its configuration is another'
refused size 'its configuration is another'
refused tokens 'its tokens are others'
# The same model under another name is the same model.
cp one/model.safetensors copy.safetensors
expect_exit 0 "$RNN" generate copy.safetensors --load-state s.bin -n 5

# With a cache, and of an ensemble.
expect_exit 0 "$RNN" generate one -p 'The cat' --cache 50 --save-state c.bin
expect_exit 0 "$RNN" generate one --load-state c.bin --cache 50 -n 5
expect_refused 4 state/model "$RNN" generate weights --load-state c.bin --cache 50 -n 5
expect_exit 0 "$RNN" generate one --with weights -p 'The cat' --save-state e.bin
expect_exit 0 "$RNN" generate one --with weights --load-state e.bin -n 5
expect_refused 4 state/model "$RNN" generate weights --with one --load-state e.bin -n 5

# A number that is none; a file that is no state; one of an older version, which names no model.
python3 - <<'TEXT'
import struct
state = bytearray(open("s.bin", "rb").read())
open("old.bin", "wb").write(b"rnnstat1" + state[32:])
state[-4:] = struct.pack("<f", float("nan"))
open("nan.bin", "wb").write(state)
TEXT
expect_refused 4 state/corrupt "$RNN" generate one --load-state nan.bin -n 5
expect_err 'not finite'
expect_refused 4 state/corrupt "$RNN" generate one --load-state story.txt -n 5
expect_exit 0 "$RNN" generate one --load-state s.bin -n 9
cp "$out_file" new.txt
expect_exit 0 "$RNN" generate one --load-state old.bin -n 9
expect_err 'does not say which model saved it'
expect_same "$out_file" new.txt
