# Why: data from a pipe is all of the data: every source is opened once, whatever looks at it before it is read.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

awk 'BEGIN { for (i = 0; i < 12000; ++i) print "The", i % 7 ? "cat" : "dog", "number", i, "sleeps." }' >story.txt
"$RNN" data make recall --length 6 --symbols 4 -n 300 >recall.jsonl
awk 'BEGIN { for (i = 0; i < 400; ++i) print "a b " i "\tb a " i }' >pairs.tsv
tiny=(--hidden 8 --max-updates 3 --threads 1 -q)
hash_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/data.json"))["hash"])' "$1"; }
same_run() { # FOLDER: the same data as the file, and the same numbers
  [[ "$(hash_of "$1")" == "$(hash_of "$2")" ]] || fail "$1 was trained on other data than $2"
  cmp -s <(grep -o '"train_loss":[^,]*' "$1/metrics.jsonl") <(grep -o '"train_loss":[^,]*' "$2/metrics.jsonl") || fail "$1 learnt other numbers"
}

# Text: as a file, from a process, from standard input, from a FIFO.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" -o file
expect_exit 0 "$RNN" train <(cat story.txt) "${tiny[@]}" -o process
expect_exit 0 "$RNN" train - "${tiny[@]}" -o input <story.txt
mkfifo fifo
cat story.txt >fifo &
expect_exit 0 "$RNN" train fifo "${tiny[@]}" -o fifo_run
for run in process input fifo_run; do same_run $run file; done
# shellcheck disable=SC2002  # a pipe is what this is about
cat story.txt | expect_exit 0 "$RNN" train - "${tiny[@]}" -o piped
same_run piped file
expect_exit 0 "$RNN" train story.txt --valid <(head -n 50 story.txt) --test <(tail -n 50 story.txt) "${tiny[@]}" -o three

# Sequences and pairs are recognised in a pipe as in a file.
expect_exit 0 "$RNN" train recall.jsonl "${tiny[@]}" -o recall
expect_exit 0 "$RNN" train - --hidden 8 --max-updates 3 --threads 1 -o recalled <recall.jsonl
expect_err '^ *task *classify'
same_run recalled recall
expect_exit 0 "$RNN" train --task translate pairs.tsv "${tiny[@]}" -o pairs
expect_exit 0 "$RNN" train --task translate - "${tiny[@]}" -o paired <pairs.tsv
same_run paired pairs
expect_exit 0 "$RNN" train <(cat pairs.tsv) --hidden 8 --max-updates 3 --threads 1 -o by_content
expect_err '^ *task *translate [(].* holds pairs of sentences'
same_run by_content pairs
gzip -c pairs.tsv >packed
expect_exit 0 "$RNN" data check - <packed
expect_out '^ task +translate '
expect_exit 0 "$RNN" data check <(sed 's/\t/ /' pairs.tsv)
expect_out '^ task +language-model '
expect_exit 0 "$RNN" data check <(awk '{ print NR "\t" NR * NR }' pairs.tsv)
expect_out '^ task +language-model '
# Lines of JSON say by themselves what they are.
sed 's/\(.*\)\t\(.*\)/{"source": "\1", "target": "\2"}/' pairs.tsv >pairs.jsonl
expect_exit 0 "$RNN" train pairs.jsonl "${tiny[@]}" -o objects
expect_exit 0 "$RNN" train - "${tiny[@]}" -o piped_objects <pairs.jsonl
same_run piped_objects objects
sed 's/.*/{"text": "&"}/' story.txt >texts.jsonl
expect_exit 0 "$RNN" train texts.jsonl "${tiny[@]}" -o texts
expect_exit 0 "$RNN" train <(cat texts.jsonl) "${tiny[@]}" -o piped_texts
same_run piped_texts texts
expect_exit 0 "$RNN" data check - --json < <(sed 's/text/word/' texts.jsonl)  # no text in them: it is JSON that is learnt
[[ "$(python3 -c 'import json; x = json.load(open(".out")); print(x["documents"], x["lines"])')" == '1 12000' ]] || fail "JSON as text"

# The other verbs.
expect_exit 0 "$RNN" data check - <story.txt
expect_out '12,000 lines'
expect_exit 0 "$RNN" data check <(cat recall.jsonl)
expect_out 'classify'
expect_exit 0 "$RNN" data head - -n 2 <story.txt
[[ "$(wc -l <"$out_file")" -eq 2 ]] || fail "data head"
expect_exit 0 "$RNN" eval file story.txt --json
cp "$out_file" by_file.json
expect_exit 0 "$RNN" eval file - --json <story.txt
[[ "$(python3 -c 'import json; a, b = (json.load(open(f)) for f in ("by_file.json", ".out")); print(a["loss"] == b["loss"])')" == True ]] || fail "eval"

# What cannot be read again is refused before anything is lost.
expect_refused 3 data/pipe "$RNN" train --resume input
expect_refused 3 data/pipe "$RNN" train --resume process
expect_err 'init-from process'
expect_refused 3 data/empty "$RNN" train - -o none </dev/null
expect_no_file none

# A device that may have no end is no data; a terminal and /dev/null are.
few_seconds() { timeout 20 "$@"; }
for words in 'train /dev/zero -o none' 'train story.txt --valid /dev/zero -o none' 'data check /dev/urandom' 'data head /dev/zero' 'eval file /dev/zero' 'info /dev/zero' 'generate file --load-state /dev/zero' 'config show -c /dev/zero' 'translate pairs /dev/zero'; do
  read -ra word <<<"$words"
  status=0
  few_seconds "$RNN" "${word[@]}" >"$out_file" 2>"$err_file" || status=$?
  last_command="$words"
  [[ "$status" -ge 2 && "$status" -le 4 ]] || fail "exit status $status"
done
expect_refused 3 data/unreadable few_seconds "$RNN" train - -o none </dev/zero
expect_err 'it is a device, not a file$'
expect_no_file none
