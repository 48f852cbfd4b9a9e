# Why: disks fill, pipes close, folders cannot be written: what was saved before stays intact and the user is told.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 400 7 >story.txt
flags=(story.txt --tokens word --hidden 64 --batch 8 --threads 1 --patience 0)
expect_exit 0 "$RNN" train "${flags[@]}" --epochs 1 -o run --quiet
cp run/last.ckpt.safetensors before.ckpt
cp run/model.safetensors before.model

# A file may not grow beyond 64 KB: the checkpoint cannot be written, the old one survives and resumes.
resume_with_little_room() { (ulimit -f 64 && exec "$RNN" train --resume run --epochs 3); }
expect_exit 1 resume_with_little_room
expect_err '^error\[io/write\]: .*run/'
expect_same run/last.ckpt.safetensors before.ckpt
expect_same run/model.safetensors before.model
[[ -z "$(find run -name '*tmp*' -o -name '*.part')" ]] || fail "half a file was left: $(ls run)"
expect_exit 0 "$RNN" generate run -p 'The cat' -n 3
expect_exit 0 "$RNN" train --resume run --epochs 2 --quiet

# The same on a disk that is really full, where this user may mount one.
mkdir small
if mount -t tmpfs -o size=3m none small 2>/dev/null; then
  trap 'umount "$WORK/small"' EXIT
  expect_exit 0 "$RNN" train "${flags[@]}" --epochs 1 -o small/run --quiet
  cp small/run/last.ckpt.safetensors before.ckpt
  head -c 10000000 /dev/zero >small/filler 2>/dev/null || true
  expect_exit 1 "$RNN" train --resume small/run --epochs 3
  expect_err '^error\[io/write\]'
  expect_err '^help: free some space'
  expect_same small/run/last.ckpt.safetensors before.ckpt
  rm small/filler
  expect_exit 0 "$RNN" train --resume small/run --epochs 2 --quiet
fi

# Folders that cannot be made.
expect_exit 1 "$RNN" train "${flags[@]}" --epochs 1 -o story.txt/run
expect_err '^error\[io/write\]'
expect_exit 1 "$RNN" train "${flags[@]}" --epochs 1 -o /proc/run
expect_err '^error\[io/write\]'
expect_exit 2 "$RNN" train "${flags[@]}" --epochs 1 -o story.txt
expect_err 'is a file'
expect_exit 1 "$RNN" generate run -p The --save-state /proc/s.bin
expect_err '^error\[io/'
expect_err '^help: .*name another place for it$'
expect_no_err 'free some space|-o'
expect_exit 1 "$RNN" plot run -o /proc/x.svg
expect_no_err 'free some space|-o'
expect_exit 1 "$RNN" plot run -o nowhere/x.svg
expect_err '^help: make the folder first'

# Standard output: full, or closed by its reader.
to_full() { "$RNN" "$@" >/dev/full; }
expect_exit 1 to_full generate run -p The -n 5
expect_err '^error\[io/write\]: cannot write to standard output'
expect_exit 1 to_full info run
cp run/model.safetensors one.safetensors
{ for i in $(seq 40); do printf 'a b %s\tb a %s\n' "$i" "$i"; done; } >pairs.tsv
expect_exit 0 "$RNN" train pairs.tsv --task translate --hidden 8 --epochs 1 --threads 1 -o pairs --quiet
"$RNN" data make recall --length 3 --symbols 3 -n 60 >recall.jsonl
expect_exit 0 "$RNN" train recall.jsonl --hidden 8 --epochs 1 --threads 1 -o labels --quiet
printf 'a b\n' >lines.txt
while read -ra word; do
  expect_exit 1 to_full "${word[@]}"
  expect_err '^error\[io/write\]: cannot write to standard output'
done <<'CASES'
--version
--help
train --help
data --help
train story.txt --tokens word --hidden 8 --max-updates 2 --threads 1 -o full --force
train story.txt --tokens word --hidden 8 --max-updates 2 --threads 1 -o full --force -q
train story.txt --tokens word --hidden 8 --max-updates 2 --threads 1 --cell rnn,gru -o full --force
train story.txt --tokens word --hidden 8 --max-updates 2 --threads 1 -o full --force --json
train story.txt --tokens word --hidden 8 --max-updates 2 --threads 1 -o full --force --profile
eval run story.txt
eval run story.txt --json
eval run --choose The cat dog
eval pairs pairs.tsv
generate run -p The --top 3
generate run -p The -n 3 --json
generate run -p The -n 3 --save-state full.state
predict labels recall.jsonl
translate pairs lines.txt
translate pairs lines.txt --json
info run --json
inspect run -p The
explain run -p The --no-lab --json
explain run -p The --no-lab
doctor run
check run --samples 2
data check story.txt
data check story.txt --json
data head story.txt
data split story.txt --force
data make copy -n 3
data ngram story.txt
tokenizer encode run lines.txt
average run run -o full.safetensors --force
compare run run
plot run
plot run -o full.svg
bench --quick --suite step --cell rnn --hidden 8
config show
config recipes
CASES
to_head() {
  "$RNN" "$@" | head -c 10 >/dev/null
  return "${PIPESTATUS[0]}"
}
expect_exit 0 to_head generate run -p The -n 200000
expect_no_err .
expect_exit 0 to_head info run
expect_no_err .
# A run outlives the reader of its events.
expect_exit 0 to_head train "${flags[@]}" --epochs 2 --json -o piped
expect_file piped/model.safetensors
[[ "$(json_value piped/metrics.jsonl 'x["type"]')" == result ]] || fail "training ended with its reader"

# Divergence stops with the name of the tensor, advice and exit status 5; the last good checkpoint stays.
expect_exit 5 "$RNN" train "${flags[@]}" --epochs 50 --optimizer sgd --lr 1e8 --clip 0 --init uniform:10 -o wild
expect_err '^error\[train/diverged\]: .*update'
expect_err '^help: lower the learning rate'

# Streams that the caller has closed: their numbers are not given to files of the run.
closed_error() { "$RNN" "$@" 2>&-; }
closed_output() { "$RNN" "$@" >&-; }
closed_all() { "$RNN" "$@" <&- >&- 2>&-; }
short=("${flags[@]}" --max-updates 3) # too short for lines of progress, which depend on the time
expect_exit 0 "$RNN" train "${short[@]}" -o open --quiet
for how in closed_error closed_output closed_all; do
  expect_exit 0 $how train "${short[@]}" --json -o closed --force
  each_line_is_json closed/metrics.jsonl
  [[ "$(wc -l <closed/metrics.jsonl)" -eq "$(wc -l <open/metrics.jsonl)" ]] || fail "$how: $(wc -l <closed/metrics.jsonl) events"
  for file in metrics.csv train.log config.toml; do
    [[ "$(wc -l <closed/$file)" -eq "$(wc -l <open/$file)" ]] || fail "$how: something was written into $file"
  done
  expect_exit 2 $how train "${flags[@]}" --hiden 3
done
