# Why: a transducer is trained, measured, searched, aligned and streamed as CTC is, by the program.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
# shellcheck source=tests/support/speech.sh
. "$SOURCE/tests/support/speech.sh"

python3 "$SOURCE/tests/support/tones.py" clips 0 120
python3 "$SOURCE/tests/support/tones.py" fresh 200 208
small=(--hidden 32 --layers 1 --cell gru --lr 1e-2 --batch 8 --threads 1 --dropout 0 --speeds 1 --volume 0 --transducer)

expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 40 -o run
expect_err 'head +transducer that reads its last 2 characters, with 0.2 of CTC'
expect_exit 0 "$RNN" info run
expect_out 'head +transducer that reads its last 2 characters, with 0.2 of CTC'
expect_exit 0 "$RNN" info run --json
[[ "$(json_value "$out_file" 'x["speech"]["head"] == "transducer" and x["speech"]["times"] and x["config"]["transducer"]["ctc_weight"] == 0.2')" == True ]] ||
  fail "info does not say what it is"
grep -q 'transducer that reads its last 2 characters' run/README.md || fail "the card does not say what it is"

# New clips of known words: nearly all right; eval, transcribe and a beam that is wide say the same.
expect_exit 0 "$RNN" eval run fresh --json
[[ "$(json_value "$out_file" 'x["wer"] <= 0.2 and x["cer"] <= 0.1 and 0.1 < x["blank_share"] < 1')" == True ]] ||
  fail "it did not learn: $(cut -c1-300 "$out_file")"
expect_exit 0 "$RNN" eval run fresh -o clips.csv
mapfile -t fresh < <(find fresh -name '*.wav' | sort)
expect_exit 0 "$RNN" transcribe run "${fresh[@]}"
cp "$out_file" heard.txt
python3 - <<'PYTHON' || fail "eval and transcribe differ"
import csv
rows = {r["clip"].split("/")[-1]: r["heard"] for r in csv.DictReader(open("clips.csv"))}
assert sorted(rows.values()) == sorted(line.strip() for line in open("heard.txt")), rows
PYTHON
expect_exit 0 "$RNN" transcribe run "${fresh[@]}" --beam 16
paste -d'|' heard.txt "$out_file" | awk -F'|' '$1 == $2 {same++} END {exit !(same >= 6)}' || fail "a search hears something else"
expect_exit 0 "$RNN" transcribe run "${fresh[0]}" --beam 8 --nbest 3
[[ "$(wc -l <"$out_file")" -ge 2 ]] || fail "alternatives"
printf 'ab\ncab\n' >words.txt
expect_exit 0 "$RNN" transcribe run "${fresh[@]}" --words words.txt
! grep -qE '\b(ba|dad|acd|bad)\b' "$out_file" || fail "a word that is not in the list"

# Words have times, which are those of its CTC layer; a known text, too.
expect_exit 0 "$RNN" transcribe run "${fresh[0]}" --format json
expect_times "$out_file" "${fresh[0]}"
expect_exit 0 "$RNN" align run "${fresh[0]}" "${fresh[0]%.wav}.txt"
expect_out '[a-d]+ [01]\.[0-9]+$'

# While people speak: a pipe in any portions is the whole file, to the letter.
expect_exit 0 "$RNN" train clips "${small[@]}" --streaming --predictor recurrent --epochs 40 -o live
expect_exit 0 "$RNN" info live
expect_out 'transducer that reads all its characters'
expect_out 'listens while people speak'
expect_exit 0 "$RNN" eval live fresh --json
[[ "$(json_value "$out_file" 'x["wer"] <= 0.3')" == True ]] || fail "the streaming one did not learn: $(cut -c1-300 "$out_file")"
expect_exit 0 "$RNN" transcribe live "${fresh[0]}"
cp "$out_file" whole.txt
[[ -s whole.txt ]] || fail "it says nothing"
tail -c +45 "${fresh[0]}" >samples.raw
for size in 77 3000; do
  dd if=samples.raw bs="$size" status=none | "$RNN" transcribe live - --raw s16,8000 >piped.txt || fail "a pipe"
  cmp -s piped.txt whole.txt || fail "portions of $size bytes are heard otherwise"
done
"$RNN" transcribe live - --raw s16,8000 --partial <samples.raw >partial.txt || fail "partial"
[[ "$(tail -n 1 partial.txt)" == "$(cat whole.txt)" ]] || fail "the end of a partial transcript"
grep -q '^~ ' partial.txt || fail "nothing is shown while it listens"
expect_refused 2 usage/option "$RNN" transcribe run "${fresh[0]}" --partial

# Stopped and resumed is straight, to the bit.
expect_exit 0 "$RNN" train clips "${small[@]}" --predictor recurrent --epochs 4 -o straight
expect_exit 0 "$RNN" train clips "${small[@]}" --predictor recurrent --epochs 4 --max-updates 13 -o parts
expect_exit 0 "$RNN" train --resume parts --max-updates 0
expect_resumed straight parts

# Without its CTC loss it knows no times, and says so; what belongs to a transducer is refused without it.
expect_exit 0 "$RNN" train clips "${small[@]}" --joint-ctc 0 --epochs 1 -o untimed
expect_err 'without CTC: it knows no times'
expect_exit 0 "$RNN" transcribe untimed "${fresh[0]}" --format json
expect_refused 2 usage/format "$RNN" transcribe untimed "${fresh[0]}" --format srt
expect_refused 4 model/no_times "$RNN" align untimed "${fresh[0]}" --say "ab"
expect_refused 2 usage/option "$RNN" train clips --predictor recurrent -o none
expect_refused 2 usage/option "$RNN" train clips --transducer --predictor convolution -o none
[[ ! -e none ]] || fail "a refused run has a folder"
