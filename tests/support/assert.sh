# Why: assertions for the shell tests; source it: . "$SOURCE/tests/support/assert.sh"
# shellcheck shell=bash
#
#   expect_exit CODE command...   runs it; fails unless it ends with CODE; its output is kept for the next lines
#   expect_out PATTERN            the last command's standard output has a line matching the extended regular expression
#   expect_err PATTERN            the same for standard error
#   expect_no_out PATTERN, expect_no_err PATTERN, expect_file FILE, expect_no_file FILE, expect_same FILE FILE
#   need_data PATH                sets DATA to the folder of public data sets; without PATH there: skipped, in CI failed
#   skip REASON, fail REASON
#
# A test has RNN (the program), WORK (a folder of its own, emptied here) and SOURCE (the checkout) in its environment.
set -euo pipefail

: "${WORK:?the folder this test may write in}"
find "$WORK" -mindepth 1 -delete
cd "$WORK"
last_command='(none)'
out_file="$WORK/.out"
err_file="$WORK/.err"

fail() {
  local depth=0
  while [[ "${BASH_SOURCE[depth]}" == "${BASH_SOURCE[0]}" && depth -lt $((${#BASH_SOURCE[@]} - 1)) ]]; do depth=$((depth + 1)); done
  {
    printf '%s:%s: FAILED: %s\n' "${BASH_SOURCE[depth]}" "${BASH_LINENO[depth - 1]}" "$*"
    printf '  command: %s\n' "$last_command"
    for stream in out err; do
      local file="$WORK/.$stream"
      if [[ -s "$file" ]]; then
        printf '  --- its %s (last 20 lines)\n' "$stream"
        tail -n 20 "$file" | sed 's/^/  | /'
      fi
    done
  } >&2
  exit 1
}

skip() {
  printf 'skipped: %s\n' "$*" >&2
  exit 77
}

expect_exit() {
  local expected=$1 status=0
  shift
  last_command="$*"
  "$@" >"$out_file" 2>"$err_file" || status=$?
  [[ "$status" -eq "$expected" ]] || fail "exit status $status, expected $expected"
}

expect_out() { grep -Eq -- "$1" "$out_file" || fail "no line of standard output matches: $1"; }
expect_err() { grep -Eq -- "$1" "$err_file" || fail "no line of standard error matches: $1"; }
expect_no_out() { ! grep -Eq -- "$1" "$out_file" || fail "a line of standard output matches: $1"; }
expect_no_err() { ! grep -Eq -- "$1" "$err_file" || fail "a line of standard error matches: $1"; }
# One error with this code, and nothing on standard output: expect_refused STATUS CODE COMMAND...
expect_refused() {
  local status=$1 code=$2
  shift 2
  expect_exit "$status" "$@"
  expect_err "^error\[$code\]: "
  expect_no_out .
  [[ "$(grep -c '^error' "$err_file")" -eq 1 ]] || fail "more than one error"
}
expect_file() { [[ -s "$1" ]] || fail "missing or empty: $1"; }
expect_no_file() { [[ ! -e "$1" ]] || fail "should not be there: $1"; }
expect_same() { cmp -s -- "$1" "$2" || fail "$1 and $2 differ"; }

need_data() {
  DATA="${RNN_DATA:-${RNN_TEST_DATA:-$SOURCE/../shared/data}}"
  [[ -e "$DATA/$1" ]] && return
  case "${CI:-}" in
    '' | 0 | false) skip "public data set $1 not found: set RNN_DATA=FOLDER to run this test" ;;
    *) fail "public data set $1 not found; in CI it must be there (RNN_DATA=FOLDER)" ;;
  esac
}
