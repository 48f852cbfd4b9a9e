# Why: sub-words from end to end: learnt or loaded, inside the model file, exported for other tools, and every refusal.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

head -n 1000 "$SOURCE/data/corpus/everyday.txt" >story.txt
tail -n 60 "$SOURCE/data/corpus/everyday.txt" >new.txt
printf 'Caf\xc3\xa9  for two:\t\xf0\x9f\x90\xb1 \xe2\x96\x81 <unk>\n' >odd.txt

for kind in unigram bpe; do
  # Training tells the size that the text supports; the record holds it.
  expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 4 --lr 0.01 --tokens "$kind" --max-vocabulary 8000 -o "$kind"
  expect_err "^ tokens +$kind · [0-9,]+ different · .*asked for 8,000 sub-words, the text supports [0-9,]+\)$"
  expect_out '^ +bits/byte +loss +perplexity$'
  expect_exit 0 "$RNN" info "$kind" --json
  size="$(json_value "$out_file" 'x["tokenizer"]["size"]')"
  [[ "$(json_value "$out_file" 'x["tokenizer"]["kind"]')" == "$kind" && "$size" -lt 4000 ]] || fail "not $kind"
  expect_exit 0 "$RNN" compare "$kind" --json
  [[ "$(json_value "$out_file" 'x["runs"][0]["settings"]["vocabulary"]')" == "$size" ]] || fail "another size in the record"

  # Figures: bits per byte first, over the bytes of the text as it is; nothing is unknown.
  expect_exit 0 "$RNN" eval "$kind" new.txt --json
  [[ "$(json_value "$out_file" 'list(x)[0]')" == bits_per_byte ]] || fail "eval does not lead with bits per byte"
  python3 - "$out_file" new.txt <<'PYTHON' || fail "bits per byte are not those of the text"
import json, math, os, sys
x = json.loads(open(sys.argv[1]).read())
assert x["bytes"] == os.path.getsize(sys.argv[2]) and x["unknown"] == 0
assert abs(x["bits_per_byte"] - x["loss"] * x["tokens"] / x["bytes"] / math.log(2)) < 1e-9
PYTHON
  expect_exit 0 "$RNN" eval "$kind" odd.txt --json
  [[ "$(json_value "$out_file" 'x["unknown"]')" == 0 ]] || fail "something is unknown"
  expect_exit 0 "$RNN" eval "$kind" new.txt
  expect_out '^ +bits/byte +loss +perplexity$'

  # Every text comes back.
  for text in story.txt odd.txt; do
    "$RNN" tokenizer encode "$kind" --ids <"$text" >ids.txt || fail "encode"
    expect_exit 0 "$RNN" tokenizer decode "$kind" - <ids.txt
    expect_same "$out_file" "$text"
  done

  # Writing: no space that nobody wrote; a space at the end of a prompt is the one before the next word.
  expect_exit 0 "$RNN" generate "$kind" -p "The cat" --top 3
  expect_out '^The cat ▏▁'
  expect_exit 0 "$RNN" generate "$kind" -p "The cat" -n 20 --temperature 0
  cp "$out_file" without.txt
  expect_exit 0 "$RNN" generate "$kind" -p "The cat " -n 20 --temperature 0
  expect_same "$out_file" without.txt

  # The file for other tools, and a run that reads with it: the same ids.
  expect_exit 0 "$RNN" tokenizer export "$kind" -o "$kind.model"
  expect_out "^$kind\.model: [0-9,]+ sub-words \($kind\), a SentencePiece model$"
  expect_exit 0 "$RNN" train new.txt "${tiny[@]}" --tokenizer "$kind.model" -o "$kind-again"
  expect_err "^ tokens +$kind · [0-9,]+ different · .*from $kind\.model"
  rm "$kind.model"
  expect_exit 0 "$RNN" tokenizer export "$kind-again/model.safetensors" -o "$kind.model"
  for reader in "$kind" "$kind-again" "$kind.model"; do
    "$RNN" tokenizer encode "$reader" --ids <story.txt >"ids.${reader%.model}" || fail "encode"
    expect_same "ids.${reader%.model}" "ids.$kind"
  done
  if command -v spm_encode >/dev/null; then
    # Lines without the sign that SentencePiece keeps for the space.
    cat story.txt new.txt >both.txt
    printf 'Caf\xc3\xa9  for two: \xf0\x9f\x90\xb1 <unk> and   \xe6\x97\xa5\xe6\x9c\xac\n' >>both.txt
    spm_encode --model="$kind.model" --output_format=id <both.txt >theirs.txt 2>/dev/null
    "$RNN" tokenizer encode "$kind" --ids <both.txt >ours.txt
    expect_same ours.txt theirs.txt
    spm_encode --model="$kind.model" --output_format=piece <story.txt 2>/dev/null |
      perl -pe 's/<0x([0-7].)>/chr(hex($1))/ge' >theirs.txt  # a letter that is a byte is shown as the letter
    "$RNN" tokenizer encode "$kind" <story.txt >ours.txt
    expect_same ours.txt theirs.txt
  else
    echo "spm_encode is not installed (Debian package sentencepiece): not compared with it"
  fi
done

# Learnt apart, the same; the same again in the same bytes.
expect_exit 0 "$RNN" tokenizer train story.txt --tokens bpe --max-vocabulary 300 -o one.model
expect_out '^one\.model: 300 sub-words \(bpe\) from '
expect_no_err .
expect_exit 2 "$RNN" tokenizer train story.txt --tokens bpe --max-vocabulary 300 -o one.model
expect_err '^error\[tokenizer/exists\]'
expect_exit 0 "$RNN" tokenizer train story.txt --tokens bpe --max-vocabulary 300 -o two.model
expect_same one.model two.model
expect_exit 0 "$RNN" tokenizer train new.txt -o three.model
expect_err '^aimed at 1,000 sub-words, the text supports [0-9]{3}$'
expect_exit 0 "$RNN" tokenizer encode one.model "The cat" --json
[[ "$(json_value "$out_file" '"".join(x["pieces"])')" == "The cat" ]] || fail "pieces"

# A list of pieces for other kinds.
expect_exit 0 "$RNN" train new.txt "${tiny[@]}" --tokens char --max-updates 1 --quiet -o letters
expect_exit 0 "$RNN" tokenizer export letters -o letters.txt
[[ "$(head -n 1 letters.txt)" == "<unk>" ]] || fail "no list of pieces"
grep -Fxq '\n' letters.txt || fail "the end of a line is not escaped"

# Refused: one sentence each.
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --tokens bpe --max-vocabulary 100 -o no
expect_err '^error\[usage/tokens\]: a vocabulary of 100 is too small for sub-words of this text: it needs at least [0-9]+$'
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --tokenizer one.model --max-vocabulary 500 -o no
expect_err '^error\[usage/tokens\]: one\.model has 300 pieces, but --max-vocabulary is 500$'
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --tokenizer one.model --tokens word -o no
expect_err '^error\[usage/tokens\]: --tokens is word, but one\.model holds a bpe model$'
expect_exit 4 "$RNN" train story.txt "${tiny[@]}" --tokenizer story.txt -o no
expect_err '^error\[tokenizer/file\]: story\.txt is not a usable sub-word model'
expect_exit 3 "$RNN" train story.txt "${tiny[@]}" --tokenizer none.model -o no
expect_err '^error\[tokenizer/file\]: .*none\.model'
expect_exit 2 "$RNN" train story.txt "${tiny[@]}" --tokenizer one.model --init-from bpe -o no
expect_err '^error\[usage/option\]: --tokenizer and --init-from'
expect_exit 2 "$RNN" tokenizer train story.txt --tokens word -o no.model
expect_err "^error\[usage/option\]: --tokens is 'word', it must be unigram or bpe$"
expect_exit 2 "$RNN" tokenizer decode one.model 300
expect_err "^error\[tokenizer/id\]: '300' is not a token id: ids are numbers from 0 to 299$"
expect_exit 2 "$RNN" tokenizer exprot x
expect_err 'did you mean rnn tokenizer export\?$'
[[ ! -e no && ! -e no.model ]] || fail "a refused command left something behind"

# Another sub-word model inside the file than the one that the weights belong to.
python3 - <<'PYTHON'
import base64, json, struct
raw = open("bpe/model.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
head = json.loads(raw[8:8 + n])
head["__metadata__"]["rnn.tokenizer"] = json.dumps({"kind": "bpe", "model": base64.b64encode(open("one.model", "rb").read()).decode()})
text = json.dumps(head).encode()
text += b" " * (-len(text) % 8)
open("swapped.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + raw[8 + n:])
PYTHON
expect_exit 4 "$RNN" info swapped.safetensors
expect_err '^error\[model/tokenizer\]: swapped\.safetensors: the tokenizer has 300 pieces, but the model has [0-9]+$'
