# Why: whatever is wrong, the message is ours: no exception of a library, no abort reaches the user.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
expect_exit 0 "$RNN" train story.txt --tokens word "${tiny[@]}" --quiet -o run
expect_plain() {
  for word in 'exception\.' '\[json\.' 'terminate called' 'internal\]'; do
    expect_no_err "$word"
    expect_no_out "$word"
  done
}

# Names that are no UTF-8, wherever a name is written: records, cards, JSON, tables.
export LC_ALL=C  # the shell reads bytes
odd=$'caf\xe9'
mkdir "$odd"
cp story.txt "$odd/$odd.txt"
"$RNN" data make recall --length 6 --symbols 4 -n 300 >"$odd/recall.jsonl"
awk 'BEGIN { for (i = 0; i < 400; ++i) print "a b " i "\tb a " i }' >"$odd/pairs.tsv"
small=(--hidden 16 --epochs 2 --batch 8 --threads 1)
for data in "$odd.txt" recall.jsonl pairs.tsv; do
  task=(--task classify)
  [[ "$data" == recall.jsonl ]] || task=(--task "$([[ "$data" == pairs.tsv ]] && echo translate || echo language-model)")
  expect_exit 0 "$RNN" train "$odd/$data" --valid "$odd/$data" "${task[@]}" "${small[@]}" -o "$odd/run" --force
  expect_plain
  expect_exit 0 "$RNN" train "$odd/$data" "${task[@]}" "${small[@]}" -o "$odd/run" --force --json
  each_line_is_json "$out_file"
  for verb in info 'compare' 'doctor' 'compare --json' 'info --json' 'doctor --json'; do
    read -ra words <<<"$verb"
    "$RNN" "${words[0]}" "$odd/run" "${words[@]:1}" >"$out_file" 2>"$err_file" || [[ "$?" -eq 6 && "${words[0]}" == doctor ]] || fail "$verb"
    last_command="$verb"
    expect_plain
  done
done
expect_exit 0 "$RNN" average run run -o "$odd.safetensors"
for words in "eval run $odd/$odd.txt --json" "data check $odd/$odd.txt --json" "tokenizer encode run $odd/$odd.txt --json" "explain run -p The --no-lab -o $odd.html" "config show -c $odd.toml --json" "data ngram $odd/$odd.txt -o $odd.arpa --json" "info $odd.safetensors --json"; do
  read -ra word <<<"$words"
  printf '[data]\ntrain = ["a"]\n' >"$odd.toml"
  expect_exit 0 "$RNN" "${word[@]}"
  expect_plain
done
for words in "train $odd.none" "generate $odd.none" "train story.txt -o $odd.toml" "generate run -p $odd" "generate run -p The --stop $odd" "generate run -p The --prefix $odd --beam 2" "train story.txt --cell $odd" "train --$odd" "$odd" "eval run --choose $odd a b" "translate run $odd.none"; do
  read -ra word <<<"$words"
  "$RNN" "${word[@]}" >"$out_file" 2>"$err_file" || true
  last_command="$words"
  expect_plain
done

# JSON of the user that is not what it should be.
while IFS= read -r line; do
  printf '%s\n' "$line" >bad.jsonl
  expect_exit 3 "$RNN" eval run --choose bad.jsonl
  expect_err '^error\[choose/line\]: bad\.jsonl:1: '
  expect_plain
  for task in language-model classify regress tag translate; do
    expect_exit 3 "$RNN" train bad.jsonl --task "$task" -o none
    expect_plain
  done
done <<'CASES'
{"context": 3, "choices": ["a", "b"]}
{"context": "The", "choices": "a"}
{"context": "The", "choices": [1, 2]}
{"context": "The"}
{"context": "The", "choices": ["a", "b"], "answer": {}}
{"context": "The", "choices": ["a", "b"], "answer": 1e999}
{"context": "The
{"text": 1}
{"input": {}, "label": []}
{"context": "\ud800", "choices": ["a", "b"]}
CASES

# A checkpoint whose state is not what it should be.
python3 - <<'PYTHON'
import json, struct
data = open("run/last.ckpt.safetensors", "rb").read()
size = struct.unpack("<Q", data[:8])[0]
head = json.loads(data[8:8 + size])
state = json.loads(head["__metadata__"]["rnn.checkpoint"])
for i, change in enumerate([lambda s: s.pop("request"), lambda s: s["request"].update(data=3), lambda s: s.update(update="x"),
                            lambda s: s["request"].update(place=3), lambda s: s["request"].update(hash=None)]):
    broken = json.loads(json.dumps(state))
    change(broken)
    head["__metadata__"]["rnn.checkpoint"] = json.dumps(broken)
    text = json.dumps(head).encode()
    open(f"broken{i}.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])
PYTHON
for i in 0 1 2 3 4; do
  cp "broken$i.safetensors" run/last.ckpt.safetensors
  "$RNN" train --resume run --epochs 3 >"$out_file" 2>"$err_file" || true
  last_command="broken$i"
  expect_plain
done

# Too little memory: an error, not an abort. The sanitizers need much more for themselves.
(ulimit -v 1000000 && "$RNN" --version) >/dev/null 2>&1 || exit 0
for kilobytes in 40000 60000 100000 200000; do
  small() { (ulimit -v "$kilobytes" && exec "$RNN" "$@") }
  for words in 'bench --suite step --threads 4' 'generate run -p The -n 3 --threads 64' 'train story.txt --threads 64 -o little --force --epochs 1'; do
    read -ra word <<<"$words"
    status=0
    small "${word[@]}" >"$out_file" 2>"$err_file" || status=$?
    last_command="$kilobytes KB: $words"
    [[ "$status" -le 6 || "$status" -eq 127 ]] || fail "exit status $status"
    expect_plain
  done
done
