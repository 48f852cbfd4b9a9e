# Why: the likeliest text, a text that begins as asked, and a memory with a cache, from the command line.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 600 7 >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 4 --lr 0.01 -o run --quiet
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens char --epochs 2 --lr 0.01 -o chars --quiet

# One hypothesis is greedy; more find a text that is at least as likely. No seed plays a part.
expect_exit 0 "$RNN" generate run -p 'The cat' --temperature 0 -n 6
cp "$out_file" greedy.txt
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 1 -n 6
expect_same "$out_file" greedy.txt
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 5 -n 12 --stop .
expect_out '^The cat .*\.$'
cp "$out_file" best.txt
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 5 -n 12 --stop . --seed 9 -t 2
expect_same "$out_file" best.txt
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 5 --n-best 3 -n 12 --stop .
[[ "$(wc -l <"$out_file")" == 3 ]] || fail "not three texts"
expect_out '^ +-[0-9.]+  The cat .*\.$'
[[ "$(head -n 1 "$out_file" | cut -c 12-)" == "$(cat best.txt)" ]] || fail "the first is not the best"
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 5 --n-best 3 -n 12 --stop . --json
each_line_is_json "$out_file"
python3 - "$out_file" <<'PYTHON' || fail "ranks, log-probabilities or texts"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [x["rank"] for x in lines] == [0, 1, 2]
assert all(x["finished"] and x["text"].endswith(".") and x["score"] == x["log_prob"] < 0 for x in lines)
assert lines[0]["log_prob"] >= lines[1]["log_prob"] >= lines[2]["log_prob"]
PYTHON
expect_exit 0 "$RNN" generate run -p 'The cat' --beam 5 --length-penalty 1 --length-rule wu --no-repeat 2 --min-tokens 6 -n 12 --stop . --json
[[ "$(json_value "$out_file" 'x["tokens"] >= 6')" == True ]] || fail "ended too early"

# In a conversation the best text is read, and the next turn goes on behind it.
printf 'The cat\n' >turns.txt
expect_exit 0 "$RNN" generate run -i --beam 5 -n 12 --stop . <turns.txt
[[ "The cat$(cat "$out_file")" == "$(cat best.txt)" ]] || fail "another text in a conversation"
printf 'The cat\n\n/top 3\n' >turns.txt
expect_exit 0 "$RNN" generate run -i --beam 5 -n 12 --stop . <turns.txt
[[ "$(wc -l <"$out_file")" -ge 5 ]] || fail "no second turn"

# A beginning that is asked for: characters count, not tokens.
for model in run chars; do
  expect_exit 0 "$RNN" generate "$model" -p 'The cat' --beam 4 --prefix 'se' -n 12
  expect_out '^The cat ?se'
  expect_exit 0 "$RNN" generate "$model" -p 'The cat' --prefix 'sees the b' -n 20 --temperature 1 --json
  [[ "$(json_value "$out_file" 'x["text"].lstrip().startswith("sees the b")')" == True ]] || fail "does not begin as asked"
  expect_refused 2 generate/prefix "$RNN" generate "$model" --json -p 'The cat' --beam 4 --prefix 'sees Ω'
done
expect_refused 2 generate/prefix "$RNN" generate chars --json -p 'The cat' --beam 4 --prefix 'sees the dog' -n 3
expect_err '3 tokens are not enough'

# What does not fit together.
expect_refused 2 usage/option "$RNN" generate run --beam 3 --temperature 1
expect_refused 2 usage/option "$RNN" generate run --n-best 3
expect_refused 2 usage/option "$RNN" generate run --beam 3 --n-best 4
expect_refused 2 usage/option "$RNN" generate run --beam 0
expect_refused 2 usage/option "$RNN" generate run --beam 3 --cache 10
expect_refused 2 usage/option "$RNN" generate run --beam 3 --length-rule mean
expect_refused 2 usage/option "$RNN" generate run --cache-weight 0.5
expect_refused 2 usage/option "$RNN" generate run --prefix x --top 3

# A cache: it changes what is written, goes back with /undo and is kept with the memory.
expect_exit 0 "$RNN" generate run -p 'The cat' -n 30 --seed 3
cp "$out_file" plain.txt
cached=(--cache 50 --cache-weight 0.4 --cache-sharpness 1)
expect_exit 0 "$RNN" generate run -p 'The cat' -n 30 --seed 3 "${cached[@]}"
if cmp -s "$out_file" plain.txt; then fail "the cache changed nothing"; fi
cp "$out_file" whole.txt
printf 'The cat\nThe dog\n/undo\n/top 5\n' >turns.txt
expect_exit 0 "$RNN" generate run -i -n 12 "${cached[@]}" <turns.txt
tail -n 5 "$out_file" >undone.txt
printf 'The cat\n/top 5\n' >turns.txt
expect_exit 0 "$RNN" generate run -i -n 12 "${cached[@]}" <turns.txt
tail -n 5 "$out_file" >straight.txt
expect_same undone.txt straight.txt
expect_exit 0 "$RNN" generate run -p 'The cat sees the dog .' "${cached[@]}" --save-state memory
expect_exit 0 "$RNN" generate run --load-state memory -n 20 "${cached[@]}"
cp "$out_file" later.txt
expect_exit 0 "$RNN" generate run -p 'The cat sees the dog .' -n 20 "${cached[@]}" --json
python3 -c 'import json, sys; sys.exit(json.loads(open(sys.argv[1]).read())["text"].strip() != open(sys.argv[2]).read().strip())' "$out_file" later.txt ||
  fail "the memory with its cache went on otherwise"
expect_exit 0 "$RNN" generate run --load-state memory -n 5
expect_err 'holds a cache'
expect_exit 0 "$RNN" generate run -p 'The cat' --save-state old
expect_exit 0 "$RNN" generate run --load-state old -n 5 --cache 20
expect_err 'holds no cache'
tr o u <story.txt >other.txt
expect_exit 0 "$RNN" train other.txt "${tiny[@]}" --max-updates 3 -o other --quiet
expect_refused 4 state/tokenizer "$RNN" generate other --load-state memory --cache 50
