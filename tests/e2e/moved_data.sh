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
