# Why: the commands of docs/speech.md work on clips such as the page describes, and every option that it names is one.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
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
sed -n '/^```$/,/^```$/p' "$SOURCE/docs/speech.md" | grep -E '^(rnn|arecord) ' >commands.txt
[[ "$(wc -l <commands.txt)" -ge 7 ]] || fail "docs/speech.md has hardly any commands"
number=0
while IFS= read -r line; do
  number=$((number + 1))
  (eval "$line") >out 2>err </dev/null || fail "command $number of docs/speech.md fails: $line: $(tail -n 3 err)"
done <commands.txt
for verb in train transcribe eval align 'data check' 'data ngram'; do
  # shellcheck disable=SC2086
  "$RNN" $verb --help-all >>help.txt 2>&1 || "$RNN" $verb --help >>help.txt
done
while IFS= read -r option; do
  grep -q -- "$option" help.txt || fail "docs/speech.md names $option, which no verb has"
done < <(grep -oE -- '--[a-z][a-z-]*' "$SOURCE/docs/speech.md" | sort -u)
