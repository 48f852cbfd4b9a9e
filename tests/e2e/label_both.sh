# Why: one model that tags words and labels sentences, through the program: trained, measured, asked both ways, resumed, refused.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
export RNN_THREADS=1

# Requests with an intent each, no two alike; the same city is a place to go to or to hear about, as the intent says.
python3 - <<'P'
import os, random
r = random.Random(11)
cities, days = "paris oslo rome bern lima kiel quito cairo".split(), ["today", "tomorrow", "next week", "on monday"]
genres, people = "jazz rock folk soul blues".split(), "anna ben carla dora emil".split()
def one():
    city, day, genre, person = r.choice(cities), r.choice(days), r.choice(genres), r.choice(people)
    span = lambda words, kind: [(w, ("B-" if i == 0 else "I-") + kind) for i, w in enumerate(words.split())]
    plain = lambda words: [(w, "O") for w in words.split()]
    label, words = r.choice([
        ("BookTrain", plain("book a train to") + span(city, "to") + span(day, "when")),
        ("BookTrain", plain("i need to be in") + span(city, "to") + span(day, "when")),
        ("Weather", plain("weather in") + span(city, "where") + span(day, "when")),
        ("Weather", plain("does it rain in") + span(city, "where")),
        ("PlayMusic", plain("play some") + span(genre, "genre") + plain("please")),
        ("PlayMusic", plain("play what") + span(person, "person") + plain("likes")),
        ("Call", plain("call") + span(person, "person") + span(day, "when"))])
    return label, tuple(plain(r.choice(["", "", "hey", "could you", "and now", "well"])) + words)
different = list(dict.fromkeys(one() for _ in range(6000)))
for part, count in (("train", 420), ("valid", 120), ("test", 120)):
    os.makedirs(part)
    files = [open(f"{part}/{name}", "w") for name in ("seq.in", "seq.out", "label")]
    for _ in range(count):
        label, words = different.pop()
        for file, text in zip(files, (" ".join(w for w, _ in words), " ".join(t for _, t in words), label)):
            file.write(text + "\n")
P

small=(--hidden 16 --lr 1e-2 --dropout 0.2 --min-count 1)
expect_exit 0 "$RNN" train train --valid valid --test test --task classify,tag -o requests "${small[@]}" --epochs 8
expect_err 'found .*every sentence has a label, too'
expect_err 'sentences +4 labels: '
expect_err 'answers +every word, the tags of a sentence together \(--crf\); the sentence, from the mean of all states'
expect_err 'next +rnn tag requests TEXT.txt'
expect_out 'both right'
expect_out 'naive Bayes, words and pairs'

# Measured: what the run said of its test is what eval says; the three kinds of figures, rows beside them, two tables of labels.
expect_exit 0 "$RNN" eval requests test
expect_out 'label right .*label macro-F1 .*both right'
expect_out '^ always the most frequent'
expect_out '^ most frequent tag of a word'
expect_out '^ these two together'
expect_out '^ label of a sentence +precision'
"$RNN" eval requests test --json >eval.json
python3 - <<'P' || fail "figures of eval"
import json
x = json.load(open("eval.json"))
assert x["both_right"] > 0.9 and x["label_accuracy"] > 0.95 and x["f1"] > 0.9 and x["label_macro_f1"] > 0.9, x
assert x["both_right"] <= x["label_accuracy"]
assert set(x["label_classes"]) == {"BookTrain", "Call", "PlayMusic", "Weather"} and "where" in x["classes"], x
labels = open("test/label").read().split()
words = sum(len(line.split()) for line in open("test/seq.in"))
assert x["examples"] == 120 and x["targets"] == words + 120, "every word and every sentence has a label"
assert all(x["label_classes"][k]["support"] == labels.count(k) for k in set(labels))
rows = x["baselines"]
most = max(open("train/label").read().split(), key=open("train/label").read().split().count)
assert rows["always the most frequent"]["label_accuracy"] == labels.count(most) / 120
assert rows["always the most frequent"]["both_right"] == 0 and rows["always the most frequent"]["f1"] == 0
assert rows["naive Bayes, words and pairs"]["label_accuracy"] > 0.9 and "f1" not in rows["naive Bayes, words and pairs"]
assert "label_accuracy" not in rows["most frequent tag of a word"] and rows["most frequent tag of a word"]["f1"] > 0.3
assert 0 < rows["these two together"]["both_right"] < x["both_right"]
assert x["loss"] < rows["always the most frequent"]["loss"]
P

# Answered: rnn tag and rnn classify say what eval counts, from a pipe, a file and a prompt.
"$RNN" tag requests --tokenized --json <test/seq.in >tagged.jsonl
"$RNN" classify requests --tokenized --json <test/seq.in >labels.jsonl
"$RNN" classify requests --tokenized --json test/seq.in >from_file.jsonl
expect_same labels.jsonl from_file.jsonl
python3 - <<'P' || fail "answers and eval differ"
import json
x = json.load(open("eval.json"))
tagged, said = ([json.loads(l) for l in open(f)] for f in ("tagged.jsonl", "labels.jsonl"))
tags, labels = [l.split() for l in open("test/seq.out")], open("test/label").read().split()
assert len(tagged) == len(said) == 120
assert [(t["label"], t["label_probability"]) for t in tagged] == [(s["label"], s["probability"]) for s in said]
right = [s["label"] == l for s, l in zip(said, labels)]
assert sum(right) / 120 == x["label_accuracy"], (sum(right), x)
assert sum(r and t["tags"] == w for r, t, w in zip(right, tagged, tags)) / 120 == x["both_right"]
P
"$RNN" tag requests -p 'weather in oslo today' >tags.txt
printf 'weather\tO\nin\tO\noslo\tB-where\ntoday\tB-when\n\n' >want.txt
expect_same tags.txt want.txt
[[ "$("$RNN" classify requests -p 'weather in oslo today' | tail -n 1)" == Weather,* ]] || fail "the label of a prompt"
printf 'play some jazz please\n\ncall anna' | "$RNN" classify requests >piped.txt
[[ "$(cut -d, -f1 piped.txt | tr '\n' ' ')" =~ ^label\ PlayMusic\ [A-Za-z]+\ Call\ $ ]] || fail "an answer for every line, also an empty one: $(cat piped.txt)"
"$RNN" tag requests --json -p '' | grep -q '^{"words":\[\],"tags":\[\],"probabilities":\[\],"spans":\[\]}$' || fail "nothing was said: $("$RNN" tag requests --json -p '')"
# After each word: the bits of that beginning alone.
"$RNN" classify requests -p 'does it rain in rome' --each-step --json >steps.jsonl
python3 - "$RNN" <<'P' || fail "--each-step is not the beginnings"
import json, subprocess, sys
words = "does it rain in rome".split()
steps = [json.loads(l) for l in open("steps.jsonl")]
assert [s["read"] for s in steps] == words, steps
for n, step in enumerate(steps, 1):
    alone = json.loads(subprocess.run([sys.argv[1], "classify", "requests", "-p", " ".join(words[:n]), "--json"], capture_output=True, check=True).stdout)
    assert alone["probability"] == step["probability"] and alone["label"] == step["label"], (alone, step)
P

# What it is, and why it said so.
expect_exit 0 "$RNN" info requests
expect_out 'answers +a tag for every word \(7 tags\), a label for the sentence \(4 labels\)'
expect_out 'calibrated +by [0-9,]+ answers: temperature [0-9.]+; labels of sentences by 120: [0-9.]+'
expect_out '^ whole\.weight'
expect_exit 0 "$RNN" inspect requests -p 'weather in oslo today'
expect_out 'label of the sentence: Weather (9[0-9]|100)[.0-9]*%'
"$RNN" inspect requests -p 'weather in oslo today' --json >look.json
[[ "$(json_value look.json 'x["label"][0]["label"]')" == Weather ]] || fail "the label in --json: $(cat look.json)"
expect_exit 0 "$RNN" explain requests -p 'weather in oslo today' -o page.html
grep -q 'As a whole the sentence is <strong>Weather</strong>' page.html || fail "the page does not say the label"
"$RNN" check requests --samples 4 >/dev/null 2>&1 || fail "rnn check of both heads"
expect_exit 0 "$RNN" data check train --task classify,tag
expect_out 'sentences +4 labels: '

# Stopped and resumed is the run that was never stopped; a model to start from.
two=(--hidden 8 --epochs 2 --crf off --label-smoothing 0.1 --directions one --calibrate off -q)
"$RNN" train train --task classify,tag -o whole "${two[@]}" >/dev/null
"$RNN" train train --task classify,tag -o parts "${two[@]}" --max-updates 19 >/dev/null
"$RNN" train --resume parts --max-updates 0 -q >/dev/null
python3 - <<'P' || fail "resumed weights differ"
def tensors(path):
    raw = open(path, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
assert tensors("whole/model.safetensors") == tensors("parts/model.safetensors")
P
"$RNN" check whole --samples 4 >/dev/null 2>&1 || fail "rnn check without a chain"
expect_exit 0 "$RNN" train train/seq.in train/seq.out train/label --task classify,tag --init-from requests -o more --epochs 1 -q
expect_exit 0 "$RNN" eval more valid/seq.in valid/seq.out valid/label
expect_exit 0 "$RNN" train train --task classify,tag --folds 2 -o folds --hidden 8 --epochs 1 -q
"$RNN" train train -o tags --hidden 8 --epochs 1 >/dev/null 2>err.txt || fail "tags alone: $(cat err.txt)"
grep -q 'task *tag' err.txt || fail "a folder with all three files is tags unless both are asked for"
[[ "$("$RNN" tag tags --json -p 'call anna')" != *label* ]] || fail "a tagger without labels of sentences has none"

# Refused: one error that says what, where and what to do.
head -n 100 train/label >short
expect_refused 3 data/lengths "$RNN" train train/seq.in train/seq.out short --task classify,tag -o no
expect_err 'short:100: the file ends here, it has fewer lines than train/seq.in'
cat train/label valid/label >long
expect_refused 3 data/lengths "$RNN" train train/seq.in train/seq.out long --task classify,tag -o no
expect_err 'long:421: '
sed '7s/.*//' train/label >hole
expect_refused 3 data/empty_label "$RNN" train train/seq.in train/seq.out hole --task classify,tag -o no
expect_err 'hole:7: '
sed 's/.*/Weather/' train/label >same
expect_refused 3 data/labels "$RNN" train train/seq.in train/seq.out same --task classify,tag -o no
mkdir unlabelled && cp train/seq.in train/seq.out unlabelled
expect_refused 2 task/data "$RNN" train unlabelled --task classify,tag -o no
expect_err 'unlabelled has no file label'
expect_refused 2 task/data "$RNN" eval requests unlabelled
expect_refused 2 usage/argument "$RNN" train train/seq.in train/seq.out --task classify,tag -o no
printf 'play O\njazz B-genre\n\nin O\nrome B-to\n\n' >some.conll
expect_refused 2 task/data "$RNN" train some.conll --task classify,tag -o no
printf '{"input": ["a", "b"], "target": ["x", "y"]}\n' >lines.jsonl
expect_refused 2 task/data "$RNN" train lines.jsonl --task classify,tag -o no
expect_refused 2 usage/option "$RNN" train train --task classify,tag --class-weights balanced --crf off -o no
expect_refused 2 usage/option "$RNN" train train --task classify,tag --pool max -o no
expect_refused 2 usage/init_from "$RNN" train train --init-from requests -o no
expect_refused 2 usage/init_from "$RNN" train train --task classify,tag --init-from tags -o no
expect_refused 4 model/task "$RNN" classify tags -p 'call anna'
expect_refused 2 usage/option "$RNN" eval requests test --early
# A label that training does not have is named and never right.
mkdir other && cp test/seq.in test/seq.out other && sed 's/Call/Dance/' test/label >other/label
expect_exit 0 "$RNN" eval requests other
expect_err '1 label that the model does not know, never right: Dance'
