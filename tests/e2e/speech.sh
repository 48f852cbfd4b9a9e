# Why: clips become a recogniser that transcribes them, whole and while they arrive, aligns texts, and is measured; all by the program.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
# shellcheck source=tests/support/speech.sh
. "$SOURCE/tests/support/speech.sh"

python3 "$SOURCE/tests/support/tones.py" clips 0 120
python3 "$SOURCE/tests/support/tones.py" fresh 200 208

expect_exit 0 "$RNN" data check clips
expect_out '120 clips, .* 4 speakers'
small=(--hidden 32 --layers 1 --cell gru --lr 1e-2 --batch 8 --threads 1 --dropout 0 --speeds 1)
expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 40 -o run
expect_err 'task +transcribe'
expect_err '8000 Hz · 40 bands'
expect_err 'by speaker|speakers'

# New clips of known words: nearly all right, and every place says the same.
expect_exit 0 "$RNN" eval run fresh --json
[[ "$(json_value "$out_file" 'x["wer"] <= 0.25 and x["cer"] <= 0.06 and x["words"]["reference"] > 8 and x["words"]["low"] <= x["wer"] <= x["words"]["high"]')" == True ]] ||
  fail "it did not learn: $(cut -c1-300 "$out_file")"
wer="$(json_value "$out_file" 'x["wer"]')"
[[ "$(json_value "$out_file" '(lambda t: t["clips"] == 8 and 0 < t["portion_ms"] and 0 < t["text_ms"] <= t["text_longest_ms"])(x["listening"])')" == True ]] ||
  fail "what listening costs: $(cut -c1-600 "$out_file")"
expect_exit 0 "$RNN" eval run fresh -o clips.csv
expect_out '^ words +'
expect_out '^ listening on one thread: .* ms for every 20 ms of sound'
[[ "$(wc -l <clips.csv)" == 9 ]] || fail "a line for each clip"
mapfile -t fresh < <(find fresh -name '*.wav' | sort)
expect_exit 0 "$RNN" transcribe run "${fresh[@]}"
cp "$out_file" heard.txt
for wav in "${fresh[@]}"; do cat "${wav%.wav}.txt"; done >said.txt
python3 - "$wer" <<'PYTHON' || fail "eval and transcribe differ"
import sys
said, heard = [[line.split() for line in open(f)] for f in ("said.txt", "heard.txt")]
def errors(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        before, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            before, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, before + (x != y))
    return row[-1]
assert len(said) == len(heard) == 8
mine = sum(errors(a, b) for a, b in zip(said, heard)) / sum(map(len, said))
assert mine <= float(sys.argv[1]) + 1e-9, (mine, sys.argv[1])
PYTHON

# Formats: times ascend and lie in the clip; a search without a model hears the same; a list allows its words only.
expect_exit 0 "$RNN" transcribe run "${fresh[0]}" --format json
expect_times "$out_file" "${fresh[0]}"
for format in srt vtt ctm; do expect_exit 0 "$RNN" transcribe run "${fresh[0]}" --format "$format"; done
expect_exit 0 "$RNN" transcribe run "${fresh[@]}" --beam 1000
paste -d'|' heard.txt "$out_file" | awk -F'|' '$1 == $2 {same++} END {exit !(same >= 6)}' || fail "a wide search hears something else"
printf 'ab\ncab\n' >words.txt
expect_exit 0 "$RNN" transcribe run "${fresh[@]}" --words words.txt
! grep -qE '\b(ba|dad|acd|bad)\b' "$out_file" || fail "a word that is not in the list"
expect_exit 0 "$RNN" transcribe run "${fresh[0]}" --beam 8 --nbest 3
[[ "$(wc -l <"$out_file")" -ge 2 ]] || fail "alternatives"

# A known text has times; another one than was said has less probable ones; one that is too long is refused.
expect_exit 0 "$RNN" align run "${fresh[0]}" "${fresh[0]%.wav}.txt" --format json --characters
[[ "$(json_value "$out_file" '[w["text"] for w in x["words"]]' | tr -d "[]',")" == "$(cat "${fresh[0]%.wav}.txt")" ]] || fail "aligned words"
right="$(json_value "$out_file" 'x["log_probability"]')"
expect_exit 0 "$RNN" align run "${fresh[0]}" --say "dad dad" --format json
[[ "$(json_value "$out_file" "x[\"log_probability\"] < $right")" == True ]] || fail "a wrong text is as probable"
expect_refused 3 data/too_short_clip "$RNN" align run "${fresh[0]}" --say "$(printf 'dad %.0s' {1..60})"
expect_refused 3 data/text "$RNN" align run "${fresh[0]}" --say "xyz"

# A model that listens while people speak: a pipe in any portions, and the whole file, to the letter.
expect_exit 0 "$RNN" train clips "${small[@]}" --streaming --epochs 40 -o live
expect_exit 0 "$RNN" info live
expect_out "sound +8000 Hz, 40 bands, steps of 30 ms; listens while people speak"
expect_exit 0 "$RNN" transcribe live "${fresh[0]}"
cp "$out_file" whole.txt
tail -c +45 "${fresh[0]}" >samples.raw
expect_exit 0 "$RNN" transcribe live samples.raw --raw s16,8000
cmp -s "$out_file" whole.txt || fail "raw samples are heard otherwise"
for size in 1 77 3000; do
  dd if=samples.raw bs="$size" status=none | "$RNN" transcribe live - --raw s16,8000 >piped.txt || fail "a pipe"
  cmp -s piped.txt whole.txt || fail "portions of $size bytes are heard otherwise"
done
"$RNN" transcribe live - --raw s16,8000 --partial <samples.raw >partial.txt || fail "partial"
[[ "$(tail -n 1 partial.txt)" == "$(cat whole.txt)" ]] || fail "the end of a partial transcript"
expect_refused 2 usage/option "$RNN" transcribe run "${fresh[0]}" --partial

# Stopped and resumed is straight, to the bit.
expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 4 -o straight
expect_exit 0 "$RNN" train clips "${small[@]}" --epochs 4 --max-updates 13 -o parts
expect_exit 0 "$RNN" train --resume parts --max-updates 0
expect_resumed straight parts

# What cannot be heard: one error each; a clip among others is named and left out.
echo "just a text" >text.wav
: >empty.wav
head -c 30 "${fresh[0]}" >short.wav
expect_refused 3 audio/not_audio "$RNN" transcribe run text.wav
expect_refused 3 audio/empty "$RNN" transcribe run empty.wav
expect_refused 3 audio/header "$RNN" transcribe run short.wav
expect_refused 3 audio/missing "$RNN" transcribe run none.wav
expect_refused 2 usage/raw "$RNN" transcribe run samples.raw --raw s17,8000
expect_refused 2 usage/format "$RNN" transcribe run "${fresh[0]}" --format docx
expect_refused 2 usage/speaker "$RNN" train clips --test-speakers voice9 -o none
cp -r clips broken
cp text.wav broken/voice1/clip1.wav
expect_exit 0 "$RNN" train broken "${small[@]}" --epochs 1 -o partly
expect_err 'note .*clip1.wav'
[[ ! -e none ]] || fail "a refused run has a folder"

# Weights of a model of words are chosen on the clips that the model was chosen by.
cat clips/*/*.txt >texts.txt
expect_exit 0 "$RNN" data ngram texts.txt --tokens space --order 2 -o words.arpa
expect_exit 0 "$RNN" eval run clips --lm words.arpa --tune-lm --json
[[ "$(json_value "$out_file" 'min(t["wer"] for t in x["tried"]) == x["wer"] and len(x["tried"]) > 10 and x["clips"] < 60')" == True ]] ||
  fail "weights: $(cut -c1-300 "$out_file")"
expect_exit 0 "$RNN" eval run fresh --lm words.arpa --tune-lm
expect_out 'best on 8 clips: --alpha [0-9.]+ --beta -?[0-9]'
expect_refused 2 usage/option "$RNN" eval run fresh --tune-lm

# Words that are waited for: without a threshold everything is one of them, with one what is not passes.
echo dad >waited.txt
spotted() { json_value "$out_file" "x['spotted']['$1']"; }
expect_exit 0 "$RNN" eval run clips --words waited.txt --json
said="$(spotted said)" loose="$(spotted false_alarms)"
[[ "$said" == "$(cat clips/*/*.txt | grep -ow dad | wc -l)" ]] || fail 'waited-for words that were said'
expect_exit 0 "$RNN" eval run clips --words waited.txt --reject 0.6 --json
[[ "$(spotted false_alarms)" -lt $((loose / 2)) && "$(spotted found)" -gt $((said / 2)) ]] || fail "spotting: $(json_value "$out_file" 'x["spotted"]')"
expect_exit 0 "$RNN" eval run clips --words waited.txt --reject 0.6
expect_out 'listed words: [0-9]+ of [0-9]+ found, [0-9]+ false alarms? \([0-9.]+ an hour\)'
expect_exit 0 "$RNN" transcribe run clips/voice0/clip0.wav --reject 1
[[ ! -s "$out_file" || "$(tr -d '[:space:]' <"$out_file")" == '' ]] || fail 'nothing is certain, yet something is heard'

# The page of a clip: the same words as transcribe, the reference beside, bad input in words.
expect_exit 0 "$RNN" explain run -p "${fresh[0]}" --say "$(cat "${fresh[0]%.wav}.txt")" --json
[[ "$(json_value "$out_file" 'x["text"]')" == "$(head -n 1 heard.txt)" ]] || fail 'explain and transcribe hear different words'
[[ "$(json_value "$out_file" 'len(x["blank"]) == len(x["best"]) == len(x["change"]) and x["of"] > 0 and abs(x["blank_share"] - x["best"].count("–") / len(x["best"])) < 1e-9')" == True ]] ||
  fail 'figures of the page'
expect_exit 0 "$RNN" explain run -p "${fresh[0]}" -o heard.html --svg drawn
for name in sound steps; do python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "drawn/$name.svg" || fail "$name.svg is no SVG"; done
grep -q 'id="spectrogram"' heard.html || fail 'no picture of the sound'
expect_refused 2 usage/option "$RNN" explain run -p "${fresh[0]}" --no-lab
expect_refused 2 explain/models "$RNN" explain run run -p "${fresh[0]}"
expect_exit 3 "$RNN" explain run -p none.wav
expect_exit 3 "$RNN" explain run -p clips/voice0/clip0.txt
