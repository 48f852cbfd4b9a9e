# Why: the methods of AWD-LSTM and fine-tuning from the command line: stopped and resumed, frozen to the bit, refused clearly.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 600 7 >story.txt
sentences 600 9 >new.txt
awd=(--mode stream --tokens word --hidden 16 --layers 2 --tied --variational --dropout 0.2 --output-dropout 0.4 --embedding-dropout 0.1
  --word-dropout 0.1 --weight-drop 0.3 --activation-regularization 2 --temporal-activation-regularization 1 --batch 8 --bptt 12
  --bptt-random --epochs 2 --patience 0)
expect_exit 0 "$RNN" train story.txt "${awd[@]}" -t 1 -o whole
expect_exit 0 "$RNN" train story.txt "${awd[@]}" -t 2 --max-updates 17 -o parts
expect_exit 0 "$RNN" train --resume parts --max-updates 0 -t 1
expect_exit 0 "$RNN" info parts
expect_out 'embedding dropout 0.1'
expect_exit 0 "$RNN" train new.txt --init-from whole --freeze embedding,rnn.0 --layer-lr rnn.1=0.5 --dropout 0.1 --epochs 1 -o tuned
python3 - <<'PYTHON' || fail "weights are not what they should be"
import json, struct
def tensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {n: data[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]] for n, t in header.items() if n != "__metadata__"}
whole, parts, tuned = (tensors(f"{run}/last.ckpt.safetensors") for run in ("whole", "parts", "tuned"))
assert whole == parts
model, last = tensors("whole/model.safetensors"), tuned
frozen = {n for n in model if n == "embedding.weight" or n.endswith("_l0")}
assert len(frozen) == 5 and all((model[n] == last[n]) == (n in frozen) for n in model)
events = [json.loads(line) for line in open("whole/metrics.jsonl")]
assert all(e["activation_penalty"] > 0 for e in events if e["type"] == "metric")
PYTHON

expect_exit 2 "$RNN" train new.txt --init-from whole --hidden 17 -o none
expect_err 'usage/init_from'
expect_exit 2 "$RNN" train new.txt --init-from whole --freeze rnn.2 -o none
expect_err 'embedding, rnn.0, rnn.1, output'
expect_exit 2 "$RNN" train new.txt --mode sentence --bptt-random -o none
expect_err 'usage/bptt_random'
# A model of another task is no start, and nothing is lost: the run that --force would replace stays as it is.
printf 'a b\tb a\nc d\td c\nb c\tc b\na d\td a\n' >pairs.tsv
expect_exit 0 "$RNN" train pairs.tsv --valid pairs.tsv --hidden 8 --max-updates 1 -o translator
expect_exit 4 "$RNN" train new.txt --init-from translator -o none
expect_err 'model/task'
cp whole/model.safetensors before.safetensors
expect_exit 4 "$RNN" train new.txt --init-from translator -o whole --force
expect_same before.safetensors whole/model.safetensors
"$RNN" data make adding -n 40 >adding.jsonl
for other in translator whole; do
  expect_exit 4 "$RNN" train adding.jsonl --init-from "$other" -o none
  expect_err 'model/task'
done
[[ ! -e none ]] || fail "a refused run left a folder"
