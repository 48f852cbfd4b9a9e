# Why: rnn data check asks the code that rnn train asks what data is for, and that task says what is in it.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

checks() {  # checks STATUS TASK WORDS...: the task that is named, and that train names, too
  local status=$1 task=$2
  shift 2
  expect_exit "$status" "$RNN" data check "$@"
  expect_out "^ task +$task [(]"
  expect_exit 0 "$RNN" train "$@" --hidden 4 --max-updates 1 --threads 1 --force -o run
  expect_err "^ *task +$task"
}

for i in $(seq 1 60); do
  printf 'the %s sleeps at home\n' "cat$((i % 7))" >>train.en
  printf 'le %s dort chez lui\n' "chat$((i % 7))" >>train.fr
done
paste train.en train.fr >pairs.tsv
for _ in 1 2 3 4 5 6 7 8 9 10; do sed 's/^/A line of text: /' train.en; done >story.txt
"$RNN" data make recall -n 40 >recall.jsonl
"$RNN" data make adding -n 40 >adding.jsonl

checks 0 translate train.en train.fr
expect_exit 0 "$RNN" data check train.en train.fr
expect_out '^ data +train.en train.fr · 60 pairs, en to fr$'
expect_out '^ source +en: 300 words [(]11 different[)], longest 5 words$'
expect_out '^warning\[data/duplicates\]: train.en train.fr: 53 of 60 pairs repeat'
expect_out '^warning\[data/little\]'
checks 0 translate pairs.tsv
checks 0 language-model story.txt
checks 0 classify recall.jsonl
checks 0 regress adding.jsonl
checks 0 language-model story.txt train.en
expect_exit 0 "$RNN" data check story.txt train.en
expect_out '660 lines'

# As asked; and for programs.
expect_exit 0 "$RNN" data check pairs.tsv --task language-model
expect_out '^ task +language-model [(]as asked[)]$'
expect_exit 0 "$RNN" data check pairs.tsv --json
[[ "$(json_value "$out_file" '[x["task"], x["pairs"], x["repeated_pairs"], x["longest_source"], [f["code"] for f in x["findings"]]]')" == "['translate', 60, 53, 5, ['data/little', 'data/duplicates']]" ]] || fail "pairs as JSON"
expect_exit 0 "$RNN" data check story.txt --json
[[ "$(json_value "$out_file" '[x["task"], x["lines"], x["files"]]')" == "['language-model', 600, 1]" ]] || fail "text as JSON"

# A source with several translations, copies, empty sides.
{ for i in $(seq 1 40); do printf 'one\tun%s\n' "$i"; done; printf 'two\ttwo\nthree\tthree\nfour\tfour\nfive\tfive\nsix\tsix\n\tsept\n'; } >odd.tsv
expect_exit 0 "$RNN" data check odd.tsv
expect_out '^warning\[data/ambiguous\]: odd.tsv: 39 of 45 pairs'
expect_out '^warning\[data/copies\]: odd.tsv: in 5 of 45 pairs'
expect_out '^note\[data/empty_side\]: odd.tsv: 1 pair with'

# Faults of pairs with their line, exit status 6; what no task reads is named as by train.
head -n 59 train.fr >short.fr
expect_exit 6 "$RNN" data check train.en short.fr --task translate
expect_out '^error\[data/pairs\]: '
expect_out '^ 1 error [(]reading stopped there[)], 0 warnings$'
printf 'day,sales\n1,20\n2,30\n' >sales.csv
expect_refused 2 task/not_available "$RNN" data check sales.csv
expect_refused 2 task/not_available "$RNN" train sales.csv
expect_refused 2 task/unknown "$RNN" data check story.txt --task translat
expect_refused 3 data/missing "$RNN" data check nothing.txt
expect_refused 3 data/missing "$RNN" data check nothing.en nothing.fr
expect_refused 3 data/missing "$RNN" data check nothing.jsonl --task classify
expect_exit 2 "$RNN" data check
