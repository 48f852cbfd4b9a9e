# Why: values and words arrive as they were typed: empty ones, brackets, names that begin with a dash.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
expect_exit 0 "$RNN" train story.txt --tokens word "${tiny[@]}" --quiet -o run

# An empty value is the value, and the next word is not.
generate=("$RNN" generate run -n 5 --seed 3)
expect_exit 0 "${generate[@]}" -p 'The cat'
cp "$out_file" plain.txt
for empty in --prefix= --stop=; do
  expect_exit 0 "${generate[@]}" $empty -p 'The cat'
  expect_same "$out_file" plain.txt
  expect_exit 0 "${generate[@]}" "${empty%=}" '' -p 'The cat'
  expect_same "$out_file" plain.txt
done
expect_exit 0 "${generate[@]}" --prompt= --json
[[ "$(json_value "$out_file" 'x["prompt"]')" == '' ]] || fail 'the prompt was not empty'
expect_exit 2 "$RNN" train story.txt --output= --epochs 1
expect_err '^error\[usage/option\]: --output is empty'
expect_exit 2 "$RNN" train story.txt -o '' --epochs 1
# Where no empty text is a value it is refused.
while read -ra word; do
  expect_refused 2 usage/option "$RNN" "${word[@]}"
  expect_err "^error.*: ${word[-1]%=} is empty, it must be "
done <<'CASES'
train story.txt --task=
train --resume=
data check story.txt --task=
plot run --output=
plot run --what=
bench --suite=
bench --cell=
generate run --beam 2 --length-rule=
generate run --load-state=
eval run story.txt --ngram=
eval run --choose a b c --rank-by=
data ngram story.txt --tokens=
data ngram story.txt --eval=
tokenizer train story.txt --tokens=
average run run --weights=
inspect run -p The --svg=
CASES
expect_exit 2 "$RNN" train story.txt --hidden= --epochs 1
expect_err "^error\[usage/option\]: --hidden is ''"
expect_exit 2 "$RNN" train story.txt --hidden
expect_err '^error\[usage/flag\]'

# A value may look like a flag or a list.
for text in '[v2]' '[a,b]' '--' '-x' '--top=3' '{}' '"a"' "'b'"; do
  for words in "-p|$text" "--prompt|$text" "--prompt=$text" "-p$text"; do
    IFS='|' read -ra word <<<"$words"
    expect_exit 0 "${generate[@]}" "${word[@]}" --json
    [[ "$(json_value "$out_file" 'x["prompt"]')" == "$text" ]] || fail "${word[*]} is read as $(json_value "$out_file" 'x["prompt"]')"
  done
done

# So may a file, after -- also one that begins with a dash.
for name in '[v2].txt' '[a,b]' '-x.txt' '--hidden' '--epochs=3.txt'; do
  cp story.txt "./$name"
  expect_exit 0 "$RNN" train "${tiny[@]}" --quiet -o named --force -- "$name"
  [[ "$(python3 -c 'import json; print(json.load(open("named/data.json"))["files"])')" == "['$name']" ]] || fail "$(cat named/data.json)"
done
expect_exit 0 "$RNN" train '[v2].txt' '[a,b]' "${tiny[@]}" --quiet -o named --force --valid '[v2].txt'
[[ "$(python3 -c 'import json; print(json.load(open("named/data.json"))["files"])')" == "['[v2].txt', '[a,b]']" ]] || fail "$(cat named/data.json)"
expect_exit 0 "$RNN" data check -- -x.txt
expect_exit 0 "$RNN" eval run -- -x.txt
expect_exit 2 "$RNN" eval run -x.txt
expect_err 'rnn eval has no flag -x.txt'
expect_exit 2 "$RNN" eval run story.txt -- -x.txt
expect_err "does not expect '-x.txt'"
cp -r run ./-run
expect_exit 0 "$RNN" info -- -run

# A switch may be given a value: --x=false is --no-x.
for words in '--spec-augment=false false' '--spec-augment=true true' '--no-spec-augment=false true' '--no-spec-augment false'; do
  expect_exit 0 "$RNN" config show "${words% *}"
  grep -Eq "^spec-augment *= *${words#* }" "$out_file" || fail "${words% *} is not ${words#* }"
done
