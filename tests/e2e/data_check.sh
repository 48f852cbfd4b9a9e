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
for _ in 1 2 3 4; do cat pairs.tsv; done >more.tsv
expect_exit 0 "$RNN" data check more.tsv --task language-model
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
expect_exit 3 "$RNN" data check sales.csv
expect_err '^error\[data/too_short\]: sales.csv: the longest series has 2 values'
expect_out '^ columns value: sales'
expect_refused 3 data/too_short "$RNN" train sales.csv
printf 'day;shop\n2024-05-01;north\n2024-05-02;south\n' >days.csv
expect_refused 2 task/not_available "$RNN" train days.csv
expect_err 'the task looks like forecast'
for row in 'text,label|"A ""fine"", long film, I liked it.",good' 'id,stars,text|7,4,"Never again, it
broke on the first day."' 'name,kind|Anna,cat'; do
  printf '%s\n%s\n%s\n' "${row%%|*}" "${row#*|}" "${row#*|}" >reviews.csv
  expect_exit 3 "$RNN" train reviews.csv
  expect_err '^error\[data/(labels|columns)\]: reviews.csv: (column .* has one label|no column looks like labels)'
done
expect_refused 2 task/unknown "$RNN" data check story.txt --task translat
expect_refused 3 data/missing "$RNN" data check nothing.txt
expect_refused 3 data/missing "$RNN" data check nothing.en nothing.fr
expect_refused 3 data/missing "$RNN" data check nothing.jsonl --task classify
expect_exit 2 "$RNN" data check

# What rnn train refuses as a whole, data check refuses with the same code, message and exit status; it shows first what is there.
refused_alike() { # STATUS CODE DATA...
  local status=$1 code=$2
  shift 2
  expect_exit "$status" "$RNN" train "$@" -o none
  expect_err "^error\[$code\]: "
  grep -E '^(error|help)' "$err_file" >of_train
  expect_exit "$status" "$RNN" data check "$@"
  expect_same "$err_file" of_train
  expect_no_file none
}
printf 'one line only\n' >one.txt
printf 'a\tb\n' >one.tsv
printf '{"input": ["a"], "target": "b"}\n' >one.jsonl
for form in txt tsv jsonl; do
  for _ in 1 2 3; do cat "one.$form"; done >"copies.$form"
  refused_alike 3 data/too_short "one.$form"
  expect_out '^ 1 error, '
  refused_alike 3 data/too_short "copies.$form"
done
expect_out '^ data +copies.jsonl · 3 sequences, '
printf 'hello there\nhow are you\nfine\n' >tiny.txt
refused_alike 3 data/too_short tiny.txt
expect_out '^ tokens +char '
refused_alike 3 data/too_short pairs.tsv --task language-model
: >empty.txt
refused_alike 3 data/empty empty.txt
refused_alike 3 data/empty story.txt empty.txt
refused_alike 3 data/missing story.txt nothing.txt
refused_alike 3 data/empty recall.jsonl empty.txt
expect_exit 3 "$RNN" data check one.jsonl --json
[[ "$(json_value "$out_file" '[f["code"] for f in x["findings"] if f["severity"] == "error"]')" == "['data/too_short']" ]] || fail "a refusal as JSON"

# One is too few, two are too few.
expect_exit 3 "$RNN" data check one.tsv
expect_out '^ data +one.tsv · 1 pair, '
expect_out 'one.tsv: 1 pair is too few to learn much from$'
expect_out '^ source +source: 1 word [(]1 different[)], longest 1 word$'
expect_exit 3 "$RNN" data check one.jsonl
expect_out 'one.jsonl: 1 sequence is too few to learn much from$'
expect_err 'one.jsonl has 1 sequence, too few different ones'
head -n 3 copies.tsv | sed '3s/.*/c\td/' >three.tsv
expect_exit 0 "$RNN" data check three.tsv
expect_out '1 of 3 pairs repeats an earlier pair'

# Several files of sequences are one set, as for rnn train.
head -n 20 recall.jsonl >first.jsonl
tail -n 20 recall.jsonl >second.jsonl
expect_exit 0 "$RNN" data check recall.jsonl --json
cp "$out_file" whole.json
expect_exit 0 "$RNN" data check first.jsonl second.jsonl --json
for key in sequences steps labels counts constant_loss; do
  [[ "$(json_value "$out_file" "x[\"$key\"]")" == "$(json_value whole.json "x[\"$key\"]")" ]] || fail "$key of two files"
done
checks 0 classify first.jsonl second.jsonl
expect_exit 6 "$RNN" data check recall.jsonl one.jsonl
expect_out '^error\[data/sequence\]: one.jsonl does not have the same task, width or symbols as recall.jsonl$'
