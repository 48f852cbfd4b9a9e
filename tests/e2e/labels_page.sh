# Why: the commands of docs/labels.md work on files such as the page describes, and every option that it names is one.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
export RNN_THREADS=1

python3 - <<'PYTHON'
rows = [(f"the {w} was {'good' if i % 2 else 'bad'} on day {i}", "good" if i % 2 else "bad") for i, w in enumerate(["film", "phone", "room"] * 30)]
for name in ("reviews", "test"):
    open(name + ".csv", "w").write("text,label\n" + "".join(f"{t},{l}\n" for t, l in rows))
open("new.csv", "w").write("text\n" + "".join(t + "\n" for t, _ in rows[:5]))
for name in ("train", "dev"):
    open(name + ".conll", "w").write("".join(f"play O\n{g} B-genre\nin O\n{c} B-city\n\n" for g in ("jazz", "rock") for c in ("berlin", "rome", "oslo") * 8))
open("sentences.txt", "w").write("play rock in rome\n")
PYTHON
rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 4 --hidden 16)
  "$RNN" "$@" "${bounds[@]}"
}
# shellcheck disable=SC2016
sed -n '/^```$/,/^```$/p' "$SOURCE/docs/labels.md" | grep -E '^rnn ' >commands.txt
[[ "$(wc -l <commands.txt)" -ge 6 ]] || fail "docs/labels.md has hardly any commands"
number=0
while IFS= read -r line; do
  number=$((number + 1))
  (eval "$line") >out 2>err </dev/null || fail "command $number of docs/labels.md fails: $line: $(tail -n 3 err)"
done <commands.txt
for verb in train classify tag eval; do "$RNN" $verb --help-all >>help.txt 2>&1; done
while IFS= read -r option; do
  grep -q -- "$option" help.txt || fail "docs/labels.md names $option, which no verb has"
done < <(grep -oE -- '--[a-z][a-z-]*' "$SOURCE/docs/labels.md" | sort -u)
