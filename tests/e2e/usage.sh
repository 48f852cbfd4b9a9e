# Why: the first thing a person types is wrong: every mistake gets one sentence, a hint and exit status 2.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

expect_exit 0 "$RNN" --version
expect_out '^rnn [0-9]+\.[0-9]+\.[0-9]+$'
expect_exit 0 "$RNN" --help
expect_out '^  train '
expect_exit 2 "$RNN"
expect_no_out .
expect_err 'usage: rnn VERB'

# Each help page: at most 12 flags, two examples, all of it on standard output.
for verb in train eval predict forecast detect report generate translate info inspect explain check "data check" "data head" "data split" "data make" "data ngram" "tokenizer export" "tokenizer train" "tokenizer encode" "tokenizer decode" average compare bench demo "config show" "config recipes"; do
  read -ra words <<<"$verb"
  expect_exit 0 "$RNN" "${words[@]}" --help
  expect_no_err .
  flags="$(grep -Ec '^  (-.|   ).*--[a-z]' "$out_file")"
  [[ "$flags" -ge 2 && "$flags" -le 12 ]] || fail "rnn $verb --help shows $flags flags"
  examples="$(sed -n '/^examples:$/,$p' "$out_file" | grep -c '^  rnn ')"
  [[ "$examples" -eq 2 ]] || fail "rnn $verb --help has $examples examples"
done
expect_exit 0 "$RNN" help train
expect_no_out '--label-smoothing'
expect_exit 0 "$RNN" train --help-all
expect_out '--label-smoothing S'

# Unknown verbs, flags and keys are answered with the nearest name.
expect_exit 2 "$RNN" trian
expect_err '^error\[usage/verb\]: there is no verb .trian.$'
expect_err '^help: did you mean rnn train\?$'
expect_exit 2 "$RNN" data chek x
expect_err 'did you mean rnn data check'
sentences 300 7 >story.txt
expect_exit 2 "$RNN" train story.txt --hiden 8
expect_err '^error\[usage/flag\]: rnn train has no flag --hiden$'
expect_err '^help: did you mean --hidden\?$'
expect_exit 2 "$RNN" eval model words tags labels surplus
expect_err "does not expect 'surplus'"
expect_exit 2 "$RNN" train
expect_err 'needs a text'
expect_exit 2 "$RNN" generate
expect_err 'needs a MODEL'

# Impossible values.
while read -r flag value message; do
  expect_exit 2 "$RNN" train story.txt "--$flag" "$value"
  expect_err "error\[usage/option\]: --$flag is $message"
  expect_no_out .
done <<'CASES'
lr -1 -1, it must be above 0
lr nan nan, it must be a finite number
lr inf inf, it must be a finite number
hidden 0 0, it must be at least 1
hidden 12x '12x', it must be a whole number
dropout 1.5 1.5, it must be at least 0 and below 1
epochs 99999999999 99999999999, which is out of range
cell lstmm 'lstmm', it must be one of
max-time 5w '5w', it must be a time
max-time 1500ms '1500ms', it must be a time
max-time 1hm '1hm', it must be a time
valid-share 1 1, it must be above 0 and below 1
CASES
expect_exit 2 "$RNN" train story.txt --cell gru --projection 8
expect_err '--projection needs a cell with a cell state and a recurrent matrix, but the cell is gru'
expect_err '^help: cells with it: lstm, lstm-coupled$'
expect_exit 2 "$RNN" train story.txt --cell rnn,gruu
expect_err 'did you mean gru'
expect_exit 2 "$RNN" generate m --temperature nan
expect_err '--temperature is nan'
expect_exit 2 "$RNN" generate m --top-p 0
expect_err '--top-p is 0, it must be above 0'
[[ ! -e runs ]] || fail "a refused command left a run folder"

# Every option with its default.
expect_exit 0 "$RNN" train --help-all
expect_out '^ +--hidden N +units of each layer \(256\)$'
expect_out '^ +--lr RATE .*\(auto\)$'
expect_out '^ +--cell NAME .*\(lstm\)$'
# A setting in place of a section.
printf 'model = 3\n' >section.toml
expect_exit 2 "$RNN" config show -c section.toml
expect_err "^error\\[config/key\\]: section\\.toml:1: 'model' is a section, not an option$"
expect_err '^help: write \[model\] on a line of its own'

# A variable that is nearly one that is read; others, and those that are, are nobody's business.
RNN_THREAD=2 RNN_MAXTIME=3m RNN_DATA=x RNN_GARDEN=y RNN_THREADS=1 expect_exit 0 "$RNN" config show
expect_err '^note: there is no variable RNN_THREAD; did you mean RNN_THREADS\?$'
expect_err '^note: there is no variable RNN_MAXTIME; did you mean RNN_MAX_TIME\?$'
[[ "$(wc -l <"$err_file")" -eq 2 ]] || fail "more than two notes"

# Precedence: command line, variable, file, default; each value with its source.
printf '[data]\ntrain = ["story.txt"]\n[model]\nhidden = 8\nlayers = 2\n[train]\nlr = 0.25\nmax_updates = 3\n' >run.toml
RNN_LAYERS=3 RNN_SEED=5 expect_exit 0 "$RNN" config show -c run.toml --seed 9
expect_out '^hidden = 8 +# run\.toml:4$'
expect_out '^layers = 3 +# RNN_LAYERS$'
expect_out '^seed = 9 +# command line$'
expect_out '^lr = 0\.25 +# run\.toml:7$'
expect_out '^max-updates = 3 +# run\.toml:8$'
expect_out '^bptt = 64 +# default$'
expect_exit 0 "$RNN" config show --json
each_line_is_json "$out_file"
RNN_LR=-1 expect_exit 2 "$RNN" config show
expect_err 'RNN_LR: --lr is -1'

# The file that the program writes is one that it reads.
expect_exit 0 "$RNN" config show -c run.toml --toml
cp "$out_file" again.toml
expect_exit 0 "$RNN" config show -c again.toml --toml
expect_same "$out_file" again.toml

# Config files with faults: the place and the nearest name.
refused() {
  printf '%b' "$1" >bad.toml
  expect_exit 2 "$RNN" train story.txt -c bad.toml
  expect_err "$2"
}
refused '[model]\nhiden = 8\n' "bad\.toml:2: unknown key 'hiden' under \[model\]"
expect_err 'did you mean hidden'
refused '[modle]\nhidden = 8\n' 'did you mean \[model\]'
refused '[train]\nhidden = 8\n' 'it belongs under \[model\]'
refused '[train]\nlr = -1\n' 'bad\.toml:2: --lr is -1'
refused '[train]\nlr = nan\n' 'finite'
refused '[train]\nlr = [1]\n' "'lr' must be a single number"
refused '[train\n' 'bad\.toml:1: '
refused 'hidden = 3\n' 'it belongs under \[model\]'
expect_exit 2 "$RNN" train -c missing.toml
expect_err 'missing\.toml does not exist'

# Data that a task does not read, and tasks that there are not.
expect_exit 3 "$RNN" train story.txt --task transcribe
expect_err "error\[data/no_audio\]: story.txt holds no sound"
expect_exit 2 "$RNN" train story.txt --task langage-model
expect_err 'did you mean language-model'
printf 'a,b\n1,2\n' >sales.csv
expect_exit 3 "$RNN" train sales.csv
expect_err 'the longest series has 1 value'
printf '1\t2\n3\t4\n' >numbers.tsv
expect_exit 3 "$RNN" train numbers.tsv
expect_err 'the longest series has'
expect_exit 3 "$RNN" train missing.tsv
expect_err '^error\[data/missing\]'
printf '__label__good a fine day\n' >labels.txt
expect_exit 3 "$RNN" train labels.txt
expect_err '^ task +classify [(]labels\.txt has __label__ lines'
expect_err "^error\\[data/labels\\]: labels\.txt has one label, 'good'"
expect_no_err 'not available in this version'
: >sound.wav
expect_exit 3 "$RNN" train sound.wav
expect_err 'sound has no transcript'
mkdir -p sorted/good sorted/bad && cp story.txt sorted/good && cp story.txt sorted/bad
expect_exit 2 "$RNN" train sorted
expect_err 'classify.*language-model'
