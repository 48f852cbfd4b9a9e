# Why: a page of docs teaches by commands and names options; both are tested as they stand on the page.
# shellcheck shell=bash disable=SC2034,SC2154  # last_command, out_file and err_file are those of assert.sh

# expect_page_commands PAGE LEAST: the lines of its blocks that begin with rnn or arecord, at least LEAST of them, work in their order. The
# caller defines rnn(), which may bound how long they take.
expect_page_commands() {
  local page="$1" number=0 line
  sed -n '/^```$/,/^```$/p' "$SOURCE/$page" | grep -E '^(rnn|arecord) ' >commands.txt
  [[ "$(wc -l <commands.txt)" -ge "$2" ]] || fail "$page has hardly any commands"
  while IFS= read -r line; do
    number=$((number + 1))
    last_command="$line"
    (eval "$line") >"$out_file" 2>"$err_file" </dev/null || fail "command $number of $page fails"
  done <commands.txt
}

# expect_page_options PAGE VERB...: every option that the page names is one of these verbs ("data check" is one).
expect_page_options() {
  local page="$1" verb option words
  shift
  for verb in "$@"; do
    read -ra words <<<"$verb"
    "$RNN" "${words[@]}" --help-all >>help.txt 2>&1 || "$RNN" "${words[@]}" --help >>help.txt
  done
  while IFS= read -r option; do
    grep -q -- "$option" help.txt || fail "$page names $option, which no verb has"
  done < <(grep -oE -- '--[a-z][a-z-]*' "$SOURCE/$page" | sort -u)
}
