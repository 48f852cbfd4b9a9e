# Why: on sentences that people wrote a 5-gram is a better baseline than a trigram; the row must show it.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

need_data lm/tatoeba-english/train.txt
text="$DATA/lm/tatoeba-english"
for order in 3 5; do
  expect_exit 0 "$RNN" data ngram "$text/train.txt" --tokens word --min-count 2 --order "$order" --eval "$text/test.txt" --json
  cp "$out_file" "$order.json"
done
python3 - <<'PYTHON' || fail "the 5-gram is not better"
import json
three, five = (json.load(open(f"{n}.json")) for n in (3, 5))
assert five["eval"]["loss"] < three["eval"]["loss"], (five["eval"], three["eval"])
assert five["eval"]["perplexity"] < 33 and five["eval"]["tokens"] == three["eval"]["tokens"]
PYTHON
