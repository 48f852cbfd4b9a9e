# Why: a signal is seen at once wherever the program is, saves what there is, and shows in the exit status.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
# start COMMAND...: in the background; `child` is its process. What the shell does with its SIGINT, `run` undoes.
start() {
  last_command="$*"
  ("$@") >"$out_file" 2>"$err_file" &
  child=$!
}
trap 'kill -KILL "${child:-}" 2>/dev/null || true' EXIT
run() { exec env --default-signal=INT "$RNN" "$@"; }
until_there() { # COMMAND...: succeeds
  for _ in $(seq 3000); do
    ! "$@" || return 0
    sleep 0.02
  done
  fail "this did not become true: $*"
}
expect_end() { # SIGNAL STATUS
  kill "-$1" "$child"
  local status=0
  wait "$child" || status=$?
  [[ "$status" -eq "$2" ]] || fail "exit status $status, expected $2"
}

# A closed terminal saves as Ctrl-C does; under nohup it is nothing.
flags=(story.txt --tokens word --hidden 32 --epochs 100000 --patience 0 --threads 1)
for signal in HUP:129 INT:130 TERM:143; do
  start run train "${flags[@]}" -o run --force
  until_there grep -qs '"eval"' run/metrics.jsonl
  expect_end "${signal%:*}" "${signal#*:}"
  expect_err '^ resume +rnn train --resume run$'
  expect_exit 0 "$RNN" train --resume run --max-updates 1 --quiet
  rm -r run
done
nohup_run() { exec env --default-signal=INT nohup "$RNN" "$@"; }
start nohup_run train "${flags[@]}" -o run
until_there grep -qs '"eval"' run/metrics.jsonl
kill -HUP "$child"
sleep 0.5
kill -0 "$child" || fail 'SIGHUP ended a run under nohup'
expect_end INT 130
rm -r run

# What is ignored from the start stays so, as in the background of a script.
deaf_run() { exec env --ignore-signal=INT "$RNN" "$@"; }
start deaf_run train "${flags[@]}" -o run
until_there grep -qs '"eval"' run/metrics.jsonl
kill -INT "$child"
sleep 0.5
kill -0 "$child" || fail 'SIGINT ended a run in the background'
expect_end TERM 143

# In a long validation, and in the report after the last update: the checkpoint is complete and the run can be resumed.
sentences 200000 8 >long.txt
long=(--tokens word --hidden 256 --layers 2 --batch 8 --threads 1)
start run train story.txt --valid long.txt "${long[@]}" --epochs 2 -o validated
until_there grep -qs '"start"' validated/metrics.jsonl
sleep 1
expect_end INT 130
expect_file validated/last.ckpt.safetensors
expect_err '^ resume +rnn train --resume validated$'
start run train story.txt --test long.txt --hidden 256 --layers 2 --tokens word --threads 1 --epochs 1 -o reported
until_there grep -qs '"eval"' reported/metrics.jsonl
sleep 0.5
expect_end INT 130
expect_file reported/last.ckpt.safetensors
expect_file reported/model.safetensors

awk 'BEGIN { for (i = 0; i < 20000; ++i) print i % 97, i % 89, i % 83, i % 79 "\t" i % 79, i % 83, i % 89, i % 97 }' >long.tsv
head -n 300 long.tsv >pairs.tsv
start run train pairs.tsv --task translate --valid long.tsv --hidden 128 --epochs 1 --threads 1 -o translated
until_there grep -qs '"eval"' translated/metrics.jsonl
sleep 1
expect_end INT 130
expect_file translated/model.safetensors

# A FIFO that nobody writes, or nobody reads.
mkfifo fifo
for words in 'train fifo' 'train story.txt --valid fifo' 'translate reported fifo' 'predict reported fifo' 'data check fifo' 'eval reported fifo'; do
  read -ra word <<<"$words"
  start run "${word[@]}"
  sleep 0.3
  ! kill -0 "$child" 2>/dev/null || expect_end INT 130
done
start run explain reported -p 'The cat' --no-lab -o fifo
until_there grep -q 'reading with' "$err_file"
sleep 0.5
expect_end INT 130
[[ -z "$(find runs -mindepth 1 2>/dev/null)" ]] || fail "left: $(ls runs)"
