# Why: words between white space, as published figures count them: what is trained, measured and written is the text as it stands.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

# As tokenised corpora are: symbols stand apart or do not, <unk> is in the text, lines begin with a space.
sentences 400 7 | sed -E "s/\.$/ n't U.S. N 'twas <unk> don't/; s/^/ /; s/\$/ /" >corpus.txt
types="$(tr -s ' ' '\n' <corpus.txt | grep -v '^$' | sort -u | wc -l)" # with <unk>
tokens="$(wc -w <corpus.txt)"
lines="$(wc -l <corpus.txt)"

expect_exit 0 "$RNN" data check corpus.txt
expect_exit 0 "$RNN" train --train corpus.txt --valid corpus.txt "${tiny[@]}" --lr 0.01 --mode stream --tokens space -o run
expect_err "^ tokens +space · $((types + 1)) different · "
expect_exit 0 "$RNN" info run --json
[[ "$(json_value "$out_file" 'x["tokenizer"]["kind"], x["tokenizer"]["size"]')" == "('space', $((types + 1)))" ]] || fail "not $types types"
expect_exit 0 "$RNN" eval run corpus.txt --json
[[ "$(json_value "$out_file" 'x["tokens"]')" == $((tokens + lines)) ]] || fail "not $tokens words and $lines ends of lines"
[[ "$(json_value "$out_file" 'x["unknown"]')" == "$lines" ]] || fail "<unk> in the text is not the unknown word"

# Decoded, words stand apart by one space.
"$RNN" tokenizer encode run --ids <corpus.txt >ids.txt || fail "encode"
expect_exit 0 "$RNN" tokenizer decode run - <ids.txt
tr -s ' ' <corpus.txt | sed 's/^ //; s/ $//' >plain.txt
expect_same "$out_file" plain.txt
expect_exit 0 "$RNN" generate run -p "The cat  sees" -n 12 --temperature 0
expect_out "^The cat  sees [^ ]"
expect_exit 0 "$RNN" generate run -p "The cat sees " -n 12 --temperature 0
expect_out "^The cat sees [^ ]"
expect_exit 0 "$RNN" generate run -p "The cat" --top 3
expect_exit 0 "$RNN" generate run -p "The cat" --prefix " sees  the " -n 6
expect_out '^The cat sees the '
expect_exit 0 "$RNN" eval run --choose "The cat" sees "n't"
expect_exit 0 "$RNN" explain run -p "The cat sees the dog" -o page.html
expect_no_out 'wherever this page says'
! grep -q 'wherever this page says' page.html || fail "the page takes words for pieces"

# Rare words.
expect_exit 0 "$RNN" train corpus.txt "${tiny[@]}" --tokens space --max-vocabulary 10 --max-updates 2 --quiet -o few
expect_exit 0 "$RNN" info few --json
[[ "$(json_value "$out_file" 'x["tokenizer"]["size"]')" == 10 ]] || fail "not 10 pieces"
printf 'a a b\n' >>corpus.txt
expect_exit 0 "$RNN" data ngram corpus.txt --tokens space --min-count 2 --json
[[ "$(json_value "$out_file" 'x["tokens"], x["vocabulary"]')" == "('space', $((types + 2)))" ]] || fail "min-count"

# An n-gram model of such words, and its file, over the same tokens.
printf '<b> <b> <c>\n<b> <c>\n' >>corpus.txt
expect_exit 0 "$RNN" data ngram corpus.txt --tokens space --eval plain.txt -o space.arpa --json
cp "$out_file" counted.json
expect_exit 0 "$RNN" data ngram space.arpa --tokens space --eval plain.txt --json
python3 - counted.json "$out_file" <<'PYTHON' || fail "the file says something else"
import json, sys
a, b = (json.load(open(name))["eval"] for name in sys.argv[1:])
assert abs(a["loss"] - b["loss"]) < 1e-5 and a["tokens"] == b["tokens"] and a["unknown"] == b["unknown"], (a, b)
PYTHON
printf '<b> <c>\n' >marks.txt
expect_exit 0 "$RNN" data ngram space.arpa --tokens space --eval marks.txt --json
[[ "$(json_value "$out_file" 'x["eval"]["unknown"]')" == 0 ]] || fail "a word in angle brackets was lost on the way"
