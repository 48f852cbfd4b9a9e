# Why: the commands of docs/effects.md work on recordings such as the page describes, and every option that it names is one.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/page_commands.sh
. "$SOURCE/tests/support/page_commands.sh"
export RNN_THREADS=1

python3 "$SOURCE/tools/effects.py" lowpass played --seconds 3,0.5,1 --rate 16000
cp played/train-dry.wav dry.wav && cp played/train-wet.wav wet.wav && cp played/test-dry.wav guitar.wav
cp played/test-dry.wav dry2.wav && cp played/test-wet.wav wet2.wav
rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 4 --hidden 8)
  "$RNN" "$@" "${bounds[@]}"
}
expect_page_commands docs/effects.md 4
expect_page_options docs/effects.md train
