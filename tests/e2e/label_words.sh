# Why: words that no training sentence has, through the program: letter by letter, and by vectors of words from elsewhere.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

python3 - <<'P'
import random
r = random.Random(5)
def letters(n): return "".join(r.choice("abcdefgh") for _ in range(n))
# What a word is stands in its letters alone: a digit inside, an ending, capitals; every word occurs once.
def word():
    stem, kind = letters(r.randint(2, 4)), r.randrange(4)
    if kind == 0: return stem + str(r.randrange(10)) + letters(2), "CODE"
    if kind == 1: return stem + "zo", "VERB"
    if kind == 2: return stem + letters(1).upper() + letters(2), "NAME"
    return stem + letters(2), "REST"
for name, n in (("letters", 300), ("unseen", 60)):
    with open(name + ".conll", "w") as f:
        for _ in range(n): f.write("".join("%s %s\n" % word() for _ in range(5)) + "\n")
# What a word is stands in its vector alone.
cities, foods = "paris oslo rome bern lima kiel quito".split(), "bread rice soup cake plums beans pasta".split()
plain = "we i like love hate miss the really".split()
with open("meanings.conll", "w") as f:
    for i in range(160):
        w, tag = (r.choice(cities[:5]), "CITY") if i % 2 else (r.choice(foods[:5]), "FOOD")
        f.write("".join(f"{x} O\n" for x in (r.choice(plain[:2]), r.choice(plain[2:6]))) + f"{w} {tag}\n\n")
def numbers(x, y): return " ".join(f"{v + r.gauss(0, .1):.4f}" for v in [x, -x, y, -y] * 2)
with open("words.vec", "w") as f:
    f.write(f"{len(cities) + len(foods) + 7} 8\n")
    for w in cities: f.write(f"{w} {numbers(1, 0)}\n")
    for w in foods: f.write(f"{w.capitalize()} {numbers(0, 1)}\n")
    for w in plain[:6] + [", ."]: f.write(f"{w} {numbers(0, 0)}\n")
P

accuracy_of() { # RUN FILE
  "$RNN" eval "$1" "$2" --json >eval.json || fail "eval $1: $(cat eval.json)"
  json_value eval.json 'x["accuracy"]'
}

# Letters: words alone cannot know, letters do; what a stream says is what the whole says; every gradient is right.
LETTERS=(letters.conll --hidden 16 --epochs 12 --lr 1e-2 --dropout 0.1)
"$RNN" train "${LETTERS[@]}" --features word -o word -q >/dev/null || fail "train words"
"$RNN" train "${LETTERS[@]}" --features letters -o letters >/dev/null 2>err.txt || fail "train letters: $(cat err.txt)"
grep -qE 'reads .*and 2[0-9] letters one by one' err.txt || fail "the plan does not tell the letters: $(cat err.txt)"
grep -q 'embedding 16 + 30 of letters' err.txt || fail "the plan does not tell the width: $(cat err.txt)"
python3 - "$(accuracy_of word unseen.conll)" "$(accuracy_of letters unseen.conll)" <<'P' || fail "letters do not tell words apart"
import sys
word, letters = map(float, sys.argv[1:])
assert word < 0.6 and letters > 0.95, (word, letters)
P
"$RNN" check letters --samples 4 >/dev/null 2>&1 || fail "rnn check of letters"
"$RNN" info letters | grep -q '30 filters over 3 neighbours' || fail "info does not tell the letters"
"$RNN" tag letters -p 'abzo ab1cd' >alone.txt
printf 'abzo ab1cd\nhhzo\n' | "$RNN" tag letters | sed -n '1,2p' >piped.txt
sed -n '1,2p' alone.txt >alone2.txt
expect_same alone2.txt piped.txt
"$RNN" explain letters -p 'abzo ab1cd gag' -o letters.html >/dev/null 2>&1 || fail "explain of letters"
"$RNN" train "${LETTERS[@]}" --features all --epochs 1 -o all -q >/dev/null || fail "--features all"
"$RNN" train "${LETTERS[@]}" --features all --epochs 1 --max-updates 7 -o parts -q >/dev/null
"$RNN" train --resume parts --max-updates 0 -q >/dev/null || fail "resume"
tensors() { python3 -c 'import sys; raw = open(sys.argv[1], "rb").read(); sys.stdout.buffer.write(raw[8 + int.from_bytes(raw[:8], "little"):])' "$1/model.safetensors"; }
tensors all >all.bin
tensors parts >parts.bin
expect_same all.bin parts.bin

# Vectors: a word of the file that no sentence has is labelled by what its neighbours mean.
MEANINGS=(meanings.conll --features word --hidden 8 --epochs 6 --lr 1e-2 --dropout 0)
"$RNN" train "${MEANINGS[@]}" --vectors words.vec -o vectors >/dev/null 2>err.txt || fail "train with vectors: $(cat err.txt)"
grep -qE 'vectors +21 words of 8 numbers from words.vec; 100.0% of the words of training have one' err.txt || fail "the plan: $(cat err.txt)"
gzip -k words.vec
"$RNN" train "${MEANINGS[@]}" --vectors words.vec.gz --max-updates 9 -o packed -q >/dev/null || fail "compressed vectors"
rm words.vec.gz
"$RNN" train --resume packed --max-updates 0 -q >/dev/null || fail "--resume needs the vectors no more"
tensors vectors >a.bin
tensors packed >b.bin
expect_same a.bin b.bin
grep -A1 '"vectors"' packed/data.json | grep -q '"file": "words.vec.gz"' || fail "the file is not recorded: $(cat packed/data.json)"
mv words.vec away.vec
"$RNN" eval vectors meanings.conll --json >eval.json || fail "eval needs the vectors no more"
mv away.vec words.vec
"$RNN" tag vectors -p 'i love quito' | sed -n 3p >tagged.txt
"$RNN" tag vectors -p 'i love Pasta' | sed -n 3p >>tagged.txt
printf 'quito\tCITY\nPasta\tFOOD\n' >want.txt
expect_same tagged.txt want.txt
"$RNN" train "${MEANINGS[@]}" --vectors words.vec --freeze embedding -o frozen -q >/dev/null || fail "--freeze embedding"
"$RNN" train "${MEANINGS[@]}" --vectors words.vec --max-vocabulary 16 -o few >/dev/null 2>err.txt || fail "--max-vocabulary"
grep -qE 'reads +16 words' err.txt || fail "--max-vocabulary: $(cat err.txt)"

# Texts.
python3 - <<'P'
import random
r = random.Random(6)
good, bad = "fine lovely great superb".split(), "awful dull broken poor".split()
with open("reviews.csv", "w") as f:
    f.write("review,label\n")
    for i in range(120): f.write(f"it was {r.choice((bad, good)[i % 2][:3])} in a way {r.choice('abcdefgh')},{('bad', 'good')[i % 2]}\n")
with open("moods.txt", "w") as f:
    for words, x in ((good, 1), (bad, -1)):
        for w in words: f.write(f"{w} {x + r.gauss(0, .1):.3f} {-x + r.gauss(0, .1):.3f} 0.1 0\n")
P
"$RNN" train reviews.csv --vectors moods.txt --hidden 8 --epochs 8 --lr 1e-2 --dropout 0 -o moods -q >/dev/null || fail "texts with vectors"
"$RNN" classify moods -p 'it was superb in a way a' | grep -q '^good,' || fail "a text with a word of the file alone"
"$RNN" classify moods -p 'it was poor in a way a' | grep -q '^bad,' || fail "a text with a word of the file alone"

# Refused, with a code and the documented status.
expect_refused 2 usage/option "$RNN" train meanings.conll --vectors words.vec --embed 16 -o no
expect_err 'the words of words.vec have 8 numbers'
expect_refused 2 usage/option "$RNN" train reviews.csv --features letters -o no
expect_refused 2 usage/option "$RNN" train reviews.csv --tokens char --vectors moods.txt -o no
expect_refused 2 usage/init_from "$RNN" train meanings.conll --init-from vectors --vectors words.vec -o no
printf '@problemName w\n@timeStamps false\n@classLabel true up down\n@data\n%s' "$(for i in 1 2 3 4 5 6 7 8; do echo "$i,2,3:up"; echo "3,2,$i:down"; done)" >waves.ts
expect_refused 2 usage/option "$RNN" train waves.ts --vectors words.vec -o no
expect_err 'the data has numbers'
printf 'a 1 2\nb 3 x\n' >broken.vec
expect_refused 3 data/number "$RNN" train meanings.conll --vectors broken.vec -o no
expect_err 'broken.vec:2: '
printf 'xyzzy 1 2\n' >other.vec
expect_refused 3 data/vectors "$RNN" train meanings.conll --vectors other.vec -o no
expect_refused 3 data/missing "$RNN" train meanings.conll --vectors none.vec -o no
