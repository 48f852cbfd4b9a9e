# Why: which words fit? A question on the command line, or a file of them with the share of right answers.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 600 7 >story.txt
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --epochs 4 --lr 0.01 -o run --quiet

expect_exit 0 "$RNN" eval run --choose 'The cat' sees 'the the' .
expect_out '^The cat ___$'
expect_out '^ > sees +[0-9.]+% +-[0-9.]+ +-[0-9.]+ +-[0-9.]+ +1$'
expect_out '^   the the .* 2$'
expect_exit 0 "$RNN" eval run --choose 'The ___ sees the dog .' cat the
expect_out '^The ___ sees the dog \.$'
expect_out '^ > cat '

# The same figures from the table of next words.
expect_exit 0 "$RNN" eval run --choose 'The cat' sees likes --json
each_line_is_json "$out_file"
cp "$out_file" choice.json
expect_exit 0 "$RNN" generate run -p 'The cat' --top 100 --json
python3 - choice.json "$out_file" <<'PYTHON' || fail "not the model's own probabilities"
import json, math, sys
choice = json.loads(open(sys.argv[1]).readline())
p = {x["token"]: x["probability"] for x in json.loads(open(sys.argv[2]).readline())["next"]}
for c in choice["choices"]:
    assert abs(c["log_prob"] - math.log(p[c["text"]])) < 1e-5, c
    assert abs(c["share"] - p[c["text"]] / (p["sees"] + p["likes"])) < 1e-5, c
    assert abs(c["per_byte"] * len(c["text"]) - c["log_prob"]) < 1e-9, c
assert choice["best"] == choice["choices"][0]["text"]
PYTHON

# A file of questions.
printf 'The cat\t*sees\t. .\tthe the\n\n{"context": "The ___ sees the dog .", "choices": ["the", "cat"], "answer": "cat"}\n' >questions.txt
printf 'The cat\tsees\t*the the\n' >>questions.txt
expect_exit 0 "$RNN" eval run --choose questions.txt
expect_out $'^1\tright\tsees\t-[0-9.]+\tThe cat ___$'
expect_out $'^3\tright\tcat\t'
expect_out $'^4\twrong\tsees\t'
expect_out '^ log-prob +2 +3 +66\.7%$'
expect_out '^ per byte +[0-3] +3 '
expect_exit 0 "$RNN" eval run --choose - --rank-by byte --json <questions.txt
each_line_is_json "$out_file"
[[ "$(json_value "$out_file" 'x["answered"] == 3 and x["rank_by"] == "byte" and abs(x["accuracy"]["sum"] - 2 / 3) < 1e-9')" == True ]] ||
  fail "the result line"
[[ "$(head -n 2 "$out_file" | tail -n 1 | python3 -c 'import json, sys; x = json.load(sys.stdin); print(x["right"], x["answer"], x["line"])')" == 'True cat 3' ]] ||
  fail "the second question"
printf 'The cat\tsees\tlikes\n' | expect_exit 0 "$RNN" eval run --choose -
expect_out '^ 1 questions? without a right answer$'

# A byte order mark is no part of the first question, from a file or a pipe.
expect_exit 0 "$RNN" eval run --choose questions.txt
cp "$out_file" without.txt
{ printf '\xef\xbb\xbf' && cat questions.txt; } >marked.txt
expect_exit 0 "$RNN" eval run --choose marked.txt
expect_same "$out_file" without.txt
expect_exit 0 "$RNN" eval run --choose - <marked.txt
expect_same "$out_file" without.txt
# Nor of the first prompt, turn or text.
for verb in "generate run -n 5 --temperature 0 -p -" "generate run -n 5 --temperature 0 -i" "tokenizer encode run"; do
  # shellcheck disable=SC2086
  expect_exit 0 "$RNN" $verb <<<'The cat'
  cp "$out_file" without.txt
  # shellcheck disable=SC2086
  expect_exit 0 "$RNN" $verb <<<$'\xef\xbb\xbfThe cat'
  expect_same "$out_file" without.txt
done

# What cannot be asked.
expect_refused 2 usage/option "$RNN" eval run --choose 'The cat' sees likes --rank-by word
expect_refused 2 usage/option "$RNN" eval run --choose 'The cat' sees likes --per-line
expect_refused 3 choose/alternatives "$RNN" eval run --choose 'The cat' sees
expect_refused 3 choose/alternatives "$RNN" eval run --choose 'The cat' sees sees
expect_exit 3 "$RNN" eval run --choose 'The cat'
expect_err '^help: .*with alternatives after it'
printf 'The cat\tsees\tlikes\nThe dog\t*sees\t*likes\n' >bad.txt
expect_refused 3 choose/line "$RNN" eval run --choose bad.txt
expect_err 'bad\.txt:2: '
