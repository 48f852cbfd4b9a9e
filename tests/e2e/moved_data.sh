# Why: a run is resumed from any folder, after everything has moved, and with its data at another place.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

mkdir work
sentences 300 7 >work/story.txt
sentences 60 8 >work/valid.txt
awk 'BEGIN { for (i = 0; i < 400; ++i) print "a b " i "\tb a " i }' >work/pairs.tsv
flags=(--tokens word "${tiny[@]}" --quiet)
expect_exit 0 env -C work "$RNN" train story.txt --valid valid.txt "${flags[@]}" -o run
expect_exit 0 env -C work "$RNN" train pairs.tsv --task translate --tokens word --hidden 16 --epochs 2 --threads 1 --quiet -o pairs

# From another folder; the paths are those that this folder needs, so it goes on from there as well.
expect_exit 0 "$RNN" train --resume work/run --epochs 3
expect_exit 0 "$RNN" train --resume work/pairs --epochs 3
mkdir deep && expect_exit 0 env -C deep "$RNN" train --resume ../work/run --epochs 4

# Run and data have moved together, seen from here and from elsewhere.
cp -r work copy && rm -r work && mv copy elsewhere
expect_exit 0 "$RNN" train --resume elsewhere/pairs --epochs 4
expect_exit 0 env -C elsewhere "$RNN" train story.txt --valid valid.txt "${flags[@]}" -o again
mv elsewhere moved
expect_exit 0 "$RNN" train --resume moved/again --epochs 3
expect_exit 0 env -C moved "$RNN" train --resume again --epochs 4

# The data lies elsewhere: named, it must be what it was.
mkdir data
mv moved/story.txt data/text.txt
mv moved/valid.txt data/valid.txt
expect_exit 3 "$RNN" train --resume moved/again --epochs 5
expect_err '^error\[data/missing\]'
expect_exit 0 "$RNN" train --resume moved/again --epochs 5 --data data/text.txt --valid data/valid.txt
expect_exit 0 "$RNN" train --resume moved/again --epochs 6
sentences 300 9 >data/other.txt
expect_refused 3 data/changed "$RNN" train --resume moved/again --epochs 7 --data data/other.txt
expect_err 'data/other.txt is not the data of moved/again'
expect_exit 2 "$RNN" train --data data/text.txt
expect_err '^error\[usage/option\]: --data is for a run that is resumed'

# Several files, each with its own --data or all after one; what has one value is given once.
sentences 300 7 >a.txt
sentences 300 8 >b.txt
sentences 300 9 >c.txt
expect_exit 0 "$RNN" train a.txt b.txt c.txt "${flags[@]}" -o three
mkdir later && mv a.txt b.txt c.txt later
expect_exit 0 "$RNN" train --resume three --epochs 3 --data later/a.txt --data later/b.txt --data later/c.txt
expect_exit 0 "$RNN" train --resume three --epochs 4 --data later/a.txt later/b.txt later/c.txt
expect_refused 3 data/changed "$RNN" train --resume three --epochs 5 --data later/a.txt --data later/b.txt
expect_refused 2 usage/option "$RNN" train --resume three --resume moved/again
expect_err '^error.*: --resume is given twice$'
expect_refused 2 usage/option "$RNN" train later/a.txt --valid later/b.txt --valid later/c.txt -o no
expect_err '^error.*: --valid is given twice$'
expect_refused 2 usage/option "$RNN" train later/a.txt -o no -o never
expect_refused 2 usage/option "$RNN" train later/a.txt --init-from three --init-from moved/again -o no

# explain and doctor find the validation text as --resume does: from another folder, and after all has moved.
mkdir place && sentences 400 7 >place/story.txt
expect_exit 0 env -C place "$RNN" train story.txt "${flags[@]}" -o run
"$RNN" data make recall --length 3 --symbols 3 -n 80 >place/recall.jsonl
expect_exit 0 env -C place "$RNN" train recall.jsonl --hidden 8 --epochs 2 --threads 1 --quiet -o labels
for where in place place2; do
  expect_exit 0 "$RNN" explain "$where/run" -p The --no-lab --json
  expect_no_err 'gone or has changed'
  for run in run labels; do
    "$RNN" doctor "$where/$run" >"$out_file" 2>"$err_file" || [[ "$?" -eq 6 ]] || fail "doctor $where/$run"
    last_command="doctor $where/$run"
    expect_no_out 'cannot be read|gone|has changed'
    expect_no_err 'cannot be read|gone|has changed'
  done
  [[ "$where" == place2 ]] || mv place place2
done

# Data under a name that is not UTF-8.
(
  export LC_ALL=C
  odd=$'caf\xe9'
  mkdir "$odd" && cp place2/story.txt "$odd/$odd.txt"
  expect_exit 0 env -C "$odd" "$RNN" train "$odd.txt" "${flags[@]}" -o run
  expect_exit 0 env -C "$odd" "$RNN" train --resume run --epochs 3
  expect_exit 0 "$RNN" train --resume "$odd/run" --epochs 4
  mv "$odd" "$odd$odd"
  expect_exit 0 "$RNN" train --resume "$odd$odd/run" --epochs 5
  expect_exit 0 "$RNN" explain "$odd$odd/run" -p The --no-lab --json
  expect_no_err 'gone or has changed'
)

# Who edits config.toml is told that a resumed run does not follow it, and what would.
cd place2
expect_exit 0 "$RNN" train --resume run --epochs 3
expect_no_err 'run/config'
sed -i 's/^epochs = 3 /epochs = 5 /; s/^hidden = [0-9]*/hidden = 99/' run/config.toml
expect_exit 0 "$RNN" train --resume run
expect_err '^warning\[run/config\]: run/config.toml says epochs = 5, but the run goes on with 3$'
expect_err '^help: to change it: rnn train --resume run --epochs 5$'
expect_err '^warning\[run/config\]: run/config.toml says hidden = 99, but the run goes on with 16$'
sed -i 's/^epochs = 3 /epochs = 5 /' run/config.toml
expect_exit 0 "$RNN" train --resume run --epochs 5
expect_no_err 'run/config'
expect_exit 0 "$RNN" train --resume run --threads 2
expect_exit 0 "$RNN" train --resume run
expect_no_err 'run/config'

# What killed processes left is removed, nothing else.
dead=$(bash -c 'echo $$')
for name in model.safetensors last.ckpt.safetensors README.md; do printf half >"run/$name.tmp$dead-3"; done
for name in "notes.txt.tmp$dead-1" "model.safetensors.tmp$$-1" model.safetensors.tmp model.safetensors.tmpx-1; do printf mine >"run/$name"; done
expect_exit 0 "$RNN" train --resume run --epochs 6
[[ -z "$(find run -name "*safetensors.tmp$dead-*" -o -name "README.md.tmp*")" ]] || fail "left: $(ls run)"
for name in "notes.txt.tmp$dead-1" "model.safetensors.tmp$$-1" model.safetensors.tmp model.safetensors.tmpx-1; do expect_file "run/$name"; done

# A run that is not there.
expect_refused 4 run/no_checkpoint "$RNN" train --resume rum
expect_err '^error.*: there is no run rum$'
expect_err '^help: did you mean run\?$'
expect_refused 4 run/no_checkpoint "$RNN" train --resume ../place2/lables
expect_err 'did you mean ../place2/labels'
expect_refused 4 run/no_checkpoint "$RNN" train --resume nothing/like/it
mkdir none
expect_refused 4 run/no_checkpoint "$RNN" train --resume none
