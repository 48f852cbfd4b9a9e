# Why: the commands of docs/labels.md work on files such as the page describes, and every option that it names is one.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/page_commands.sh
. "$SOURCE/tests/support/page_commands.sh"
export RNN_THREADS=1

python3 - <<'PYTHON'
import gzip
rows = [(f"the {w} was {'good' if i % 2 else 'bad'} on day {i}", "good" if i % 2 else "bad") for i, w in enumerate(["film", "phone", "room"] * 30)]
for name in ("reviews", "test"):
    open(name + ".csv", "w").write("text,label\n" + "".join(f"{t},{l}\n" for t, l in rows))
open("new.csv", "w").write("text\n" + "".join(t + "\n" for t, _ in rows[:5]))
for name in ("train", "dev"):
    open(name + ".conll", "w").write("".join(f"play O\n{g} B-genre\nin O\n{c} B-city\n\n" for g in ("jazz", "rock") for c in ("berlin", "rome", "oslo") * 8))
import os
cities = [("play jazz in", "O B-genre O", "Play"), ("weather in", "O O", "Weather")]
lines = [(f"{w} {c}", f"{t} B-city", label) for c in ("berlin", "rome", "oslo") * 8 for w, t, label in cities]
for folder in ("snips/train", "snips/valid", "snips/test", "."):
    os.makedirs(folder, exist_ok=True)
    for name, column in zip(("seq.in", "seq.out", "label"), zip(*lines)):
        open(f"{folder}/{name}", "w").write("".join(line + "\n" for line in column))
life = lambda unit: 20 + 3 * unit
lines = [f"{u},{t},{100 - life(u) + t},{life(u) - t}\n" for u in range(1, 9) for t in range(life(u))]
for name in ("engine", "engine_test", "engine_new"):
    open(name + ".csv", "w").write("unit,cycle,wear,RUL\n" + "".join(lines))
open("glove.6B.100d.txt", "w").write("berlin 0.1 0.9 -1\nrome 0.2 0.8 -1.1\nplay -1 0 0\n")
gzip.open("cc.en.300.vec.gz", "wt").write("3 2\nthe 0 0\nfilm 0.1 0.2\ngood 1 0.5\n")
for name, labels in (("tickets", ["a;b", "", "b"]), ("tickets_test", ["a;b", "", "b"]), ("stars", "123"), ("stars_test", "123"), ("urgent", ["low", "medium", "high"])):
    open(name + ".csv", "w").write("text,labels\n" + "".join(f"{t},{labels[i % 3]}\n" for i, (t, _) in enumerate(rows)))
open("sentences.txt", "w").write("play rock in rome\n")
PYTHON
rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 4 --hidden 16)
  "$RNN" "$@" "${bounds[@]}"
}
expect_page_commands docs/labels.md 12
expect_page_options docs/labels.md train classify tag eval explain inspect
