# Why: a run folder belongs to one run at a time, and what the user has put beside it stays.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
flags=(story.txt --tokens word "${tiny[@]}" --quiet)

# A folder with files of the user is no run; they stay, also with --force.
mkdir project
printf '# My project\n' >project/README.md
printf 'a note\n' >project/notes.txt
cp -r project before
expect_exit 0 "$RNN" train "${flags[@]}" -o project
expect_file project/MODEL_CARD.md
expect_refused 2 run/exists "$RNN" train "${flags[@]}" -o project
expect_exit 0 "$RNN" train "${flags[@]}" -o project --force
for file in README.md notes.txt; do expect_same project/$file before/$file; done
grep -q '^library_name: rnn$' project/MODEL_CARD.md || fail 'no card'
expect_no_file project/run.lock
mkdir settings
printf 'mine\n' >settings/config.toml
expect_refused 2 run/files "$RNN" train "${flags[@]}" -o settings
[[ "$(cat settings/config.toml)" == mine ]] || fail 'a file of the user was overwritten'
expect_exit 0 "$RNN" train "${flags[@]}" -o settings --force

# One run at a time writes into a folder. What a killed run left is taken over, what another host has is not.
(exec "$RNN" train story.txt --tokens word --hidden 64 --epochs 100000 --patience 0 --threads 1 --quiet -o run) 2>first.err &
first=$!
trap 'kill -KILL "$first" 2>/dev/null || true' EXIT
for _ in $(seq 2000); do
  ! grep -q "^$first " run/run.lock 2>/dev/null || break
  sleep 0.01
done
expect_refused 2 run/locked "$RNN" train --resume run --epochs 3  # with or without a checkpoint
for _ in $(seq 1000); do
  [[ ! -s run/last.ckpt.safetensors ]] || break
  sleep 0.02
done
expect_file run/last.ckpt.safetensors
expect_refused 2 run/locked "$RNN" train --resume run --epochs 3
expect_err "process $first on this machine"
expect_refused 2 run/locked "$RNN" train "${flags[@]}" -o run --force
kill -KILL "$first"
wait "$first" || true
expect_file run/run.lock
expect_exit 0 "$RNN" train --resume run --max-updates 1
expect_no_file run/run.lock
printf '1 another-host\n' >run/run.lock
expect_refused 2 run/locked "$RNN" train --resume run --max-updates 1
expect_err '^help: .*remove run/run\.lock'
expect_file run/run.lock
rm run/run.lock

# Names that are given without -o are given once.
for i in 1 2 3 4 5 6; do (exec "$RNN" train "${flags[@]}" 2>"together$i.err") >/dev/null & done
wait
for i in 1 2 3 4 5 6; do
  [[ ! -s "together$i.err" ]] || fail "$(cat "together$i.err")"
  expect_file "runs/story-00$i/model.safetensors"
done
expect_exit 0 "$RNN" train "${flags[@]}" --cell rnn,gru
expect_file runs/story-007-rnn/model.safetensors
expect_file runs/story-007-gru/model.safetensors
expect_exit 3 "$RNN" train missing.txt --task language-model
[[ -z "$(find runs -name 'missing*')" ]] || fail 'a refused run left a folder'

# Folders of runs are no text to learn from, however often one trains.
mkdir texts
cp story.txt texts
expect_exit 0 env -C texts "$RNN" train . --tokens word "${tiny[@]}"
hash_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/data.json"))["hash"])' "$1"; }
expect_exit 0 env -C texts "$RNN" train . --tokens word "${tiny[@]}"
expect_err 'data .*1 folder of runs is left out'
expect_exit 0 env -C texts "$RNN" train . --tokens word "${tiny[@]}" -o .
expect_exit 0 env -C texts "$RNN" train . --tokens word "${tiny[@]}" -o . --force
for run in texts/runs/run-001 texts; do [[ "$(hash_of $run)" == "$(hash_of texts/runs/run-002)" ]] || fail "$run read other data"; done
expect_exit 0 "$RNN" data check texts
expect_out 'note\[data/runs\].*2 folders of runs are left out'

# compare leaves out what is no run, as long as something is.
mkdir runs/notes
: >runs/page.html
expect_exit 0 "$RNN" compare runs/*
expect_err '^note: runs/notes is no run and is left out$'
expect_err '^note: runs/page.html is no run'
expect_out 'story-003'
expect_refused 3 run/missing "$RNN" compare runs/notes
expect_exit 3 "$RNN" compare runs/notes runs/page.html
expect_err '^error\[run/missing\]: none of'
