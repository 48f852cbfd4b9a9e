# Why: the commands of docs/speech.md work on clips such as the page describes, and every option that it names is one.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/page_commands.sh
. "$SOURCE/tests/support/page_commands.sh"
export RNN_THREADS=1

python3 "$SOURCE/tests/support/tones.py" clips 0 24
python3 "$SOURCE/tests/support/tones.py" new_clips 50 54
cp clips/voice0/clip0.wav call.wav && cp clips/voice0/clip0.txt call.txt
arecord() { tail -c +45 call.wav; }  # a microphone, for a test
rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 4 --hidden 16)
  "$RNN" "$@" "${bounds[@]}"
}
expect_page_commands docs/speech.md 7
expect_page_options docs/speech.md train transcribe eval align 'data check' 'data ngram'
