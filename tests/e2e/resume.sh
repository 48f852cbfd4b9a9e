# Why: a run that was stopped by hand, by a limit or by a signal resumes to the same bits as one that was not.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 1500 7 >story.txt
sentences 100 8 >valid.txt
same_run() {  # same_run FOLDER: its best model and its last state are those of the uninterrupted run
  expect_same "whole/$1/model.safetensors" "parts/$1/model.safetensors"
}
mkdir whole parts

# Stopped by --max-updates in the middle of an epoch, streams with carried state and dropout, on other numbers of threads.
for mode in stream sentence; do
  flags=(../story.txt --valid ../valid.txt --mode "$mode" --tokens word --cell lstm --hidden 24 --layers 2 --dropout 0.3 --batch 8 --bptt 10
    --epochs 2 --schedule stall --eval-every 30 --patience 0 -o "$mode")
  expect_exit 0 env -C whole "$RNN" train "${flags[@]}" --threads 1
  expect_exit 0 env -C parts "$RNN" train "${flags[@]}" --threads 2 --max-updates 47
  ! cmp -s "whole/$mode/model.safetensors" "parts/$mode/model.safetensors" || fail "the run was not stopped early"
  expect_exit 0 env -C parts "$RNN" train --resume "$mode" --threads 1 --max-updates 95
  expect_exit 0 env -C parts "$RNN" train --resume "$mode" --threads 2 --max-updates 0
  python3 - "$mode" <<'PYTHON' || fail "the models or the metrics of the runs differ ($mode)"
import json, struct, sys
def weights(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    return data[8 + size:]
def losses(path):
    events = [json.loads(line) for line in open(path)]
    return {e["step"]: e["val_loss"] for e in events if e["type"] == "eval"}
m = sys.argv[1]
assert weights(f"whole/{m}/model.safetensors") == weights(f"parts/{m}/model.safetensors")
whole, parts = losses(f"whole/{m}/metrics.jsonl"), losses(f"parts/{m}/metrics.jsonl")
assert len(whole) > 4 and all(parts[step] == loss for step, loss in whole.items())
PYTHON
done

# Ctrl-C and SIGTERM save, say how to go on, and end with 130 and 143; going on leads to the same bits.
flags=(../story.txt --valid ../valid.txt --tokens word --hidden 64 --batch 8 --bptt 10 --epochs 6 --patience 0 --threads 1 -o run)
expect_exit 0 env -C whole "$RNN" train "${flags[@]}"
for signal in INT:130 TERM:143; do
  rm -rf parts/run
  last_command="rnn train, then kill -${signal%:*}"
  # A child in the background may have SIGINT ignored from the shell.
  (cd parts && exec env --default-signal=INT "$RNN" train "${flags[@]}") >"$out_file" 2>"$err_file" &
  child=$!
  for _ in $(seq 200); do
    ! grep -q '"eval"' parts/run/metrics.jsonl 2>/dev/null || break
    sleep 0.02
  done
  kill "-${signal%:*}" "$child"
  status=0
  wait "$child" || status=$?
  [[ "$status" -eq "${signal#*:}" ]] || fail "exit status $status, expected ${signal#*:}"
  expect_err '^ resume +rnn train --resume run$'
  expect_no_out .
  expect_file parts/run/last.ckpt.safetensors
  expect_exit 0 env -C parts "$RNN" train --resume run
  same_run run
done

# --max-time ends in time and can be prolonged; what cannot be changed is refused.
started=$SECONDS
expect_exit 0 "$RNN" train story.txt --tokens char --hidden 64 --epochs 100000 --max-time 1s --threads 1 --patience 0 -o timed
[[ $((SECONDS - started)) -le 10 ]] || fail "--max-time 1s took $((SECONDS - started)) s"
expect_err 'max-time is over'
expect_exit 0 "$RNN" train --resume timed --max-time 1s
expect_exit 2 "$RNN" train --resume timed --hidden 32
expect_err '^error\[usage/resume\]: .*--hidden'
expect_exit 2 "$RNN" train --resume timed --epochs -1
expect_exit 0 env -C parts "$RNN" train --resume run --epochs 7
expect_err 'epoch 7/7'

# The text must be the one the run began with.
sentences 1500 9 >story.txt
expect_exit 3 env -C parts "$RNN" train --resume run --epochs 8
expect_err '^error\[data/changed\]'
expect_err '--init-from'
