# Why: each rule of rnn doctor finds the run that was spoilt on purpose, no rule a healthy one; rnn train warns as it runs.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 400 7 >story.txt
sentences 60 8 >valid.txt
story=(story.txt --valid valid.txt --threads 1)

# sick RUN CODE FLAGS...: a run trained with these flags has this finding, evidence and advice; diverged runs exit with 5.
sick() {
  local run=$1 code=$2
  shift 2
  "$RNN" train "$@" -o "$run" --quiet >"$run.log" 2>&1 || [[ $? -eq 5 ]] || fail "$run: $(tail -n 2 "$run.log")"
  found "$run" "$code"
}
found() {  # found RUN CODE FLAGS...
  local run=$1 code=$2
  shift 2
  expect_exit 6 "$RNN" doctor "$run" "$@"
  expect_out "^$run: [0-9]+ of [0-9]+ rules found a problem"
  expect_out "\[health/$code\]$"
  expect_exit 6 "$RNN" doctor "$run" "$@" --json
  [[ "$(json_value "$out_file" "[r['health'] for r in x['rules'] if r['code'] == 'health/$code' and r['evidence'] and r['mend']]")" == "['bad']" ]] ||
    fail "$run: $code is not in the JSON object"
}
advised() {  # advised CODE COMMAND: the command in the last diagnosis
  local command
  command="$(json_value "$out_file" "next(r['command'] for r in x['rules'] if r['code'] == 'health/$1')")"
  [[ "$command" == "$2" ]] || fail "advised '$command', not '$2'"
}

mended() {  # mended CODE: the command that the last diagnosis advises trains a run without the finding
  local command
  read -ra command <<<"$(json_value "$out_file" "next(r['command'] for r in x['rules'] if r['code'] == 'health/$1')")"
  [[ "${command[0]} ${command[1]}" == "rnn train" ]] || fail "no command for $1"
  expect_exit 0 "$RNN" "${command[@]:1}" -o "mended-$1" --quiet
  "$RNN" doctor "mended-$1" --json >"$out_file" 2>"$err_file" || [[ $? -eq 6 ]] || fail "rnn doctor mended-$1"
  [[ "$(json_value "$out_file" "next(r['health'] for r in x['rules'] if r['code'] == 'health/$1')")" != bad ]] || fail "$1 is not mended"
}

# A healthy run: no findings and no warnings.
expect_exit 0 "$RNN" train "${story[@]}" --hidden 32 --epochs 30 --batch 8 -o healthy
expect_no_err '^warning'
expect_exit 0 "$RNN" doctor healthy
expect_out '^healthy: [0-9]+ rules found no problem'
expect_out '^ vanishing +of the gradient one step back, '
expect_exit 0 "$RNN" doctor healthy/ --json
[[ "$(json_value "$out_file" 'x["bad"], len(x["rules"]), x["task"], x["steps"] > 200')" == "(0, 15, 'language-model', True)" ]] || fail "JSON"
[[ "$(json_value "$out_file" '[r["code"][7:] for r in x["rules"] if r["health"] == "absent"]')" == \
  "['dead_relu', 'carried_state', 'short_window', 'guessing']" ]] || fail "what cannot be in this run"

# What metrics show; live rules warn once, on the terminal and in the run.
sick lr_large lr_large "${story[@]}" --hidden 32 --lr 3 --epochs 8 --batch 8
advised lr_large 'rnn train -c lr_large/config.toml --lr 0.002'
mended lr_large
expect_exit 0 "$RNN" train "${story[@]}" --hidden 32 --lr 3 --epochs 8 --batch 8 -o warned
[[ "$(grep -c '^warning\[health/lr_large\]' "$err_file")" -eq 1 ]] || fail "the warning is not printed once"
expect_err '^help: .*--lr 0\.002'
[[ "$(grep -c 'health/lr_large' warned/metrics.jsonl)" -eq 1 ]] || fail "the warning is not in the metrics"
expect_exit 0 "$RNN" train --resume warned --epochs 12
expect_no_err '^warning'
cp story.txt story.lines
sick task lr_large story.lines --task language-model --valid valid.txt --threads 1 --hidden 32 --lr 3 --epochs 8 --batch 8
advised lr_large 'rnn train -c task/config.toml --task language-model --lr 0.002'
sick lr_small lr_small "${story[@]}" --hidden 32 --lr 1e-6 --epochs 10 --batch 8
mended lr_small
sentences 1500 9 >long.txt
sick clip clip_always long.txt --valid valid.txt --hidden 16 --clip 1e-4 --epochs 4 --batch 2 --threads 1
mended clip_always
expect_exit 0 "$RNN" data make adding --length 60 -n 1000
cp "$out_file" adding.jsonl
sick numbers lr_large adding.jsonl --lr 1000 --hidden 16 --epochs 4 --patience 0 --threads 1
sick exploding exploding adding.jsonl --cell rnn-relu --init identity --optimizer sgd --lr 0.02 --clip 0 --hidden 32 --batch 8 --threads 1
advised exploding 'rnn train -c exploding/config.toml --clip 1'
# A long memory that a cell as it starts does not find, and does with the advice; a model that counting beats.
expect_exit 0 "$RNN" data make recall --length 60 -n 1500
cp "$out_file" recall.jsonl
sick guessing guessing recall.jsonl --cell lstm --init pytorch --hidden 32 --epochs 6 --lr 0.01 --threads 1
advised guessing 'rnn train -c guessing/config.toml --chrono 61'
sick counting counting "${story[@]}" --hidden 2 --epochs 3 --lr 0.001
advised counting 'rnn train --resume counting --epochs 6'
head -n 30 story.txt >few.txt
sick overfitting overfitting few.txt --valid valid.txt --hidden 64 --epochs 60 --batch 4 --patience 0 --lr 0.01 --threads 1
sick undertrained undertrained "${story[@]}" --hidden 32 --epochs 2 --lr 0.002
advised undertrained 'rnn train --resume undertrained --epochs 4'

# What the model does with data.
expect_exit 0 "$RNN" data make recall --length 40 -n 400
cp "$out_file" recall.jsonl
sick vanishing vanishing recall.jsonl --cell rnn --hidden 16 --epochs 3 --threads 1
mended vanishing
sick saturated saturated "${story[@]}" --hidden 16 --init uniform:9 --epochs 5 --lr 1e-3
advised saturated 'rnn train -c saturated/config.toml --init pytorch'
mended saturated
sick flat saturated "${story[@]}" --hidden 16 --forget-bias 30 --epochs 2
expect_out '"evidence":"100 % of the values of gate f in layer 1 are within 1e-06 of an end'
expect_exit 0 "$RNN" train adding.jsonl --chrono 2000 --hidden 16 --epochs 1 --threads 1 -o open --quiet
"$RNN" doctor open >"$out_file" || [[ $? -eq 6 ]]
expect_no_out 'health/saturated'  # open for a long memory is not saturated
sick dead_relu dead_relu "${story[@]}" --cell rnn-relu --init uniform:0.6 --optimizer sgd --lr 1 --clip 0 --hidden 32 --epochs 5 --batch 8
expect_exit 0 "$RNN" data make adding --length 20 -n 400
python3 -c '
import json, sys
for line in sys.stdin:
    x = json.loads(line)
    print(json.dumps({"input": [[1000 * a, b] for a, b in x["input"]], "target": x["target"]}))' <"$out_file" >scale.jsonl
sick input_scale input_scale scale.jsonl --hidden 16 --epochs 4 --threads 1
sick short_window short_window "${story[@]}" --mode stream --bptt 4 --cell lstm --forget-bias 4 --hidden 16 --epochs 4 --lr 1e-3
sick unknown_words unknown_words "${story[@]}" --hidden 16 --epochs 8 --max-vocabulary 6
mended unknown_words

# Each line begins with the last noun of the line before: a model that carries its state over learns this, and is misled
# by unrelated lines.
awk 'BEGIN {
  split("cat dog bird horse fish girl boy farmer", noun); split("sees likes finds follows feeds", verb); seed = 5; last = 1
  for (i = 0; i < 1600; i++) {
    for (k = 0; k < 2; k++) { seed = (seed * 1103515245 + 12345) % 2147483648; r[k] = int(seed / 65536) }
    next_noun = r[0] % 8 + 1; first = i < 1500 ? last : (r[1] % 8 + 1)
    print noun[first] " " verb[r[1] % 5 + 1] " the " noun[next_noun] "." > (i < 1500 ? "chain.txt" : "unchained.txt"); last = next_noun
  } }'
expect_exit 0 "$RNN" train chain.txt --mode stream --cell gru --hidden 32 --epochs 6 --bptt 16 --lr 0.01 --batch 8 --threads 1 -o chain --quiet
found chain carried_state --data unchained.txt
mkdir single && (cd single && split -l 1 -a 3 --additional-suffix=.txt ../unchained.txt)  # documents start from a zero state, as in training
expect_exit 0 "$RNN" doctor chain --data single
expect_out '^ carried_state: the tested text has 0 line starts'

# A rule that cannot be evaluated says why.
mv valid.txt gone.txt
expect_exit 0 "$RNN" doctor healthy
expect_out '^not evaluated$'
expect_out '^ vanishing, saturated, .*unknown_words: valid\.txt, on which the run was validated, is gone or has changed \(--data names another\)'
mv gone.txt valid.txt

# Bad input: one error each.
expect_refused 2 usage/missing "$RNN" doctor
expect_refused 3 run/missing "$RNN" doctor nowhere
expect_refused 3 run/missing "$RNN" doctor story.txt
cp -r healthy bare && rm bare/metrics.jsonl
expect_refused 3 run/metrics "$RNN" doctor bare
expect_err 'metrics\.jsonl is missing'
cp -r healthy torn && echo 'nonsense' >>torn/metrics.jsonl
expect_refused 3 run/metrics "$RNN" doctor torn
expect_err 'metrics\.jsonl:[0-9]+ '
expect_refused 3 data/missing "$RNN" doctor healthy --data nowhere.txt
cp -r healthy cut && head -c 100 healthy/model.safetensors >cut/model.safetensors
expect_exit 4 "$RNN" doctor cut

# The page about the doctor has every threshold as the program has it.
python3 - "$SOURCE" <<'PYTHON' || fail "docs/doctor.md and src/train/health_limits.h do not agree"
import re, sys
source = open(sys.argv[1] + "/src/train/health_limits.h").read()
page = open(sys.argv[1] + "/docs/doctor.md").read()
limits = re.findall(r'HealthLimit k\w+\{"([^"]*)",\s*"([^"]*)",\s*([-0-9.e]+),\s*"([^"]*)"\}', source)
assert len(limits) == len(re.findall(r"HealthLimit k\w+\{", source)) > 30
for code, what, value, why in limits:
    row = f"| {'`' + code.split('/')[1] + '`' if code else 'all'} | {what} | {value} | {why} |"
    assert row in page, row
PYTHON
