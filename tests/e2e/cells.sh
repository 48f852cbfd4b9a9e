# Why: a cell of the list works in every face of the program without another line: here those without a recurrent matrix.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"

"$RNN" data make adding --length 12 -n 1500 >adding.jsonl
"$RNN" data make adding --length 12 -n 300 -s 2 >unseen.jsonl
sed -n 1,300p "$SOURCE/data/corpus/everyday.txt" >story.txt

diagnosed() {  # findings are no failure here
  "$RNN" doctor "$1" >.out 2>.err || [[ $? -eq 6 ]] || fail "rnn doctor $1"
}

# They learn what a guess of the mean cannot say (its error is 1/6).
for cell in mingru indrnn; do
  "$RNN" train adding.jsonl -o "add-$cell" --cell "$cell" --hidden 32 --layers 2 --lr 1e-2 --epochs 12 -q >/dev/null
  "$RNN" eval "add-$cell" unseen.jsonl --json >eval.json
  python3 - "$cell" <<'P'
import json
import sys
r = json.load(open("eval.json"))
assert r["loss"] < 0.5 * r["baselines"]["always the mean"]["loss"], (sys.argv[1], r)
P
  diagnosed "add-$cell"
done

# Language models through every verb.
for cell in mingru indrnn indrnn-tanh; do
  "$RNN" train story.txt -o "$cell" --cell "$cell" --hidden 24 --layers 2 --tokens word --epochs 2 --batch 8 -q >out.txt
  expect_exit 0 "$RNN" check "$cell" --samples 5
  expect_exit 0 "$RNN" info "$cell"
  expect_out "$cell 2 x 24"
  [[ "$cell" == mingru ]] && expect_no_out weight_hh
  [[ "$cell" == mingru ]] || expect_out ' rnn\.weight_hh_l0 +24 '
  expect_no_out bias_hh
  expect_exit 0 "$RNN" generate "$cell" -p "The cat" -n 5 --seed 1
  expect_exit 0 "$RNN" inspect "$cell" story.txt --tokens 100
  expect_out "Size of the state"
  expect_no_out "Recurrent weights"
  diagnosed "$cell"
done
expect_exit 0 "$RNN" inspect mingru -p "The cat"
expect_out "z update gate"

# The page names all three and explains their letters.
"$RNN" explain mingru indrnn -p "The cat" --no-lab -o page.html >/dev/null || fail "rnn explain"
grep -q "the minGRU" page.html || fail "no minGRU on the page"
grep -q "how much of its old value it takes along" page.html || fail "no u on the page"

# A run started from another one keeps its cell; the list is that of the help line.
"$RNN" train story.txt --init-from indrnn-tanh -o more --epochs 1 -q >/dev/null || fail "--init-from"
grep -q 'cell = "indrnn-tanh"' more/config.toml || fail "the cell of a run from another one"
expect_exit 2 "$RNN" train story.txt -o no --cell grul
expect_err "mingru, indrnn, indrnn-tanh"
expect_exit 0 "$RNN" bench --quick --suite step,train --cell mingru,indrnn-tanh --hidden 32 --threads 1
expect_out "^ *indrnn-tanh 32 B=20 T=35"

# Refused, once.
for option in "--weight-drop 0.1" "--state-dropout 0.1" "--projection 8" "--peephole" "--forget-bias 1"; do
  read -ra words <<<"$option"
  expect_exit 2 "$RNN" train story.txt -o no --cell mingru "${words[@]}"
  expect_err "^error\\[usage/option\\]: ${words[0]} needs .*the cell is mingru"
done
