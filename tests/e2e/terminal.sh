# Why: what a prompt, a file name or a model says must not steer the terminal; in a pipe bytes are as they are.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

# A model that writes control characters, as it was taught.
escape=$'\x1b'
for _ in $(seq 300); do printf 'a%s[2Jb\x07c\xc2\x9bd\n' "$escape"; done >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 8 --lr 0.02 --tokens char --quiet -o run

# on_terminal COMMAND...: what a terminal gets, of both streams, in the file screen.
on_terminal() {
  TERM=xterm python3 -c 'import pty, sys; pty.spawn(sys.argv[1:], stdin_read=lambda fd: b"")' "$@" </dev/null >screen
}
no_escape_but_styles() {
  python3 - <<'PYTHON' || fail "a control character reached the terminal: $*"
import re
data = open("screen", "rb").read()
assert data, "nothing was written"
data = re.sub(rb"\x1b\[(0|1|2|32|0;2)m", b"", data)
assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", data), data
PYTHON
}
for words in "generate run -n 40 --temperature 0 -p a" "generate run -p a${escape}[2J --top 5" "generate run -p a${escape}[2J -n 5" \
  "eval run no${escape}[2J.txt" "eval run story.txt --choose a b ${escape}[2J" "info no${escape}[2Jrun" "generate run --no${escape}[2J" \
  "data head story.txt" "inspect run -p a${escape}[2J" "tokenizer encode run a${escape}[2J" "data check story.txt"; do
  # shellcheck disable=SC2086
  on_terminal "$RNN" $words
  no_escape_but_styles "$words"
done
on_terminal "$RNN" generate run -n 40 --temperature 0 -p a
grep -q '\\x1b\[2Jb\\x07c' screen || fail "the model's characters are not shown"

# In a pipe: the bytes of the model.
expect_exit 0 "$RNN" generate run -n 40 --temperature 0 -p a
grep -q "a$escape\[2Jb" "$out_file" || fail "a pipe did not get the bytes"
