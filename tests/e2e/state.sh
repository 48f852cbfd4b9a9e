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
expect_err 'its configuration is another|its weights are others'
# How many models there are.
expect_refused 4 state/model "$RNN" generate one --load-state e.bin -n 5
expect_err 'this is the state of 2 models together, not of one model$'
expect_err '^help: name the others again, in the same order: --with MODEL$'
expect_refused 4 state/model "$RNN" generate one --with weights --with weights --load-state e.bin -n 5
expect_err 'this is the state of 2 models together, not of 3 models together$'
expect_refused 4 state/model "$RNN" generate one --with weights --load-state s.bin -n 5
expect_err 'this is the state of one model, not of 2 models together$'
# As an earlier version wrote it: without their number.
python3 -c 'import sys; b = open("e.bin", "rb").read(); assert b[:8] == b"rnnstat5"; open("e3.bin", "wb").write(b"rnnstat3" + b[12:])'
expect_exit 0 "$RNN" generate one --with weights --load-state e3.bin -n 5
expect_no_err note
expect_refused 4 state/model "$RNN" generate one --load-state e3.bin -n 5

# Cut off anywhere.
for file in s.bin c.bin e.bin; do
  with=()
  [[ "$file" != e.bin ]] || with=(--with weights)
  size=$(stat -c %s "$file")
  for length in 1 7 8 12 31 36 44 $((size / 2)) $((size - 4)) $((size - 1)); do
    head -c "$length" "$file" >cut.bin
    expect_refused 4 state/corrupt "$RNN" generate one "${with[@]}" --load-state cut.bin -n 5
  done
  expect_err 'this saved state is cut off or damaged$'
done

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
