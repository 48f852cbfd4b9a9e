# Why: n-gram models from text to figures, to ARPA files and back, against a second implementation outside the program.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

# Words stand between spaces, so that others cut them alike.
{ sentences 150 7 && sentences 60 3 | sed 's/ the / a /'; } | sed 's/\./ ./' >story.txt
{ sentences 30 5 && printf 'The zebra sees a quagga .\n\n'; } | sed 's/dog\./dog ./; s/\([a-z]\)\.$/\1 ./' >new.txt

# Interpolated modified Kneser-Ney by its definition (Chen and Goodman 1999), and ARPA files by theirs.
cat >kneser_ney.py <<'PYTHON'
import collections, json, math, sys

def sentences(path):
    return [line.split() for line in open(path) if line.split()]

class KneserNey:
    def __init__(self, path, order):
        self.order, text = order, [["<s>"] + s + ["</s>"] for s in sentences(path)]
        self.words = {w for s in text for w in s} - {"<s>"} | {"<unk>"}
        self.counts = []
        for n in range(1, order + 1):
            before, times = collections.defaultdict(set), collections.Counter()
            for number, s in enumerate(text):
                for i in range(len(s) - n + 1):
                    ngram = tuple(s[i:i + n])
                    if ngram == ("<s>",):
                        continue
                    times[ngram] += 1
                    before[ngram].add(s[i - 1] if i else number)  # nothing stands before a begin: each occurrence counts
            self.counts.append(times if n == order else {g: len(b) for g, b in before.items()})

    def discount(self, n, c):
        of = collections.Counter(self.counts[n - 1].values())
        if not (of[1] and of[2] and of[3]):
            return (0.5, 1, 1.5)[min(c, 3) - 1]
        y = of[1] / (of[1] + 2 * of[2])
        d = [k - (k + 1) * y * of[k + 1] / of[k] for k in (1, 2, 3)]
        return d[min(c, 3) - 1] if all(0 < v < k + 1 for k, v in enumerate(d)) else (0.5, 1, 1.5)[min(c, 3) - 1]

    def p(self, context, word):
        context = tuple(context[max(0, len(context) - self.order + 1):])
        shorter = self.p(context[1:], word) if context else 1 / len(self.words)
        n = len(context) + 1
        behind = {g[-1]: c for g, c in self.counts[n - 1].items() if g[:-1] == context}
        if not behind:
            return shorter
        total, left = sum(behind.values()), sum(self.discount(n, c) for c in behind.values())
        own = behind[word] - self.discount(n, behind[word]) if word in behind else 0
        return (own + left * shorter) / total

class Arpa:
    def __init__(self, path):
        self.p10, self.back, self.announced, self.order = {}, {}, {}, 0
        for line in open(path):
            line = line.rstrip("\n")
            if line.startswith("ngram "):
                n, count = line[6:].split("=")
                self.announced[int(n)] = int(count)
            elif line.startswith("\\") and line.endswith("-grams:"):
                self.order = int(line[1:-7])
            elif line[:1] not in ("", "\\"):
                fields = line.split("\t")
                ngram = tuple(fields[1].split(" "))
                assert len(ngram) == self.order and ngram not in self.p10 and float(fields[0]) <= 0
                self.p10[ngram], self.back[ngram] = float(fields[0]), float(fields[2]) if len(fields) > 2 else 0
        found = collections.Counter(len(g) for g in self.p10)
        assert dict(found) == self.announced, (found, self.announced)
        self.words = {g[0] for g in self.p10 if len(g) == 1} - {"<s>"}

    def p(self, context, word):
        context = tuple(context[max(0, len(context) - self.order + 1):])
        if context + (word,) in self.p10:
            return 10 ** self.p10[context + (word,)]
        return 10 ** self.back.get(context, 0) * self.p(context[1:], word)

def loss(model, path):
    nats = tokens = 0
    for s in sentences(path):
        read = ["<s>"]
        for word in [w if w in model.words else "<unk>" for w in s] + ["</s>"]:
            nats -= math.log(model.p(read, word))
            read.append(word)
            tokens += 1
    return nats / tokens, tokens

told = json.loads(open(sys.argv[1]).read())
order = told["order"]
own, file = KneserNey("story.txt", order), Arpa("story.arpa")
for n in range(1, order + 1):
    expected = len(own.words) + 1 if n == 1 else told["orders"][n - 1]["ngrams"]
    assert file.announced[n] == expected == (expected if n == 1 else len(own.counts[n - 1])), n
    for c in (1, 2, 3):
        assert abs(told["orders"][n - 1]["discounts"][c - 1] - own.discount(n, c)) < 1e-12
assert file.words == own.words and told["vocabulary"] == len(own.words)
expected, tokens = loss(own, "new.txt")
assert told["eval"]["tokens"] == tokens and told["eval"]["unknown"] == 2
assert abs(told["eval"]["loss"] - expected) < 1e-9, (told["eval"]["loss"], expected)
assert abs(loss(file, "new.txt")[0] - expected) < 1e-5  # 7 digits
contexts = [["<s>"], ["<s>", "The"], ["the", "cat"], ["zebra"], ["sees", "the", "cat"], ["."], []]
for context in contexts:
    for model in (own, file):
        assert abs(sum(model.p(context, w) for w in model.words) - 1) < 1e-5, (context, model)
PYTHON
for order in 1 2 3 5; do
  expect_exit 0 "$RNN" data ngram story.txt --tokens word --order "$order" --eval new.txt -o story.arpa --force --json
  expect_no_err .
  cp "$out_file" told.json
  python3 kneser_ney.py told.json || fail "order $order is not what the formula says"
done

# A file says the same as the counts, packed or not, cut by word rules or at white space.
expect_exit 0 "$RNN" data ngram story.arpa --eval new.txt --json
cp "$out_file" file.json
python3 - <<'PYTHON' || fail "the file says something else"
import json
a, b = (json.load(open(name)) for name in ("told.json", "file.json"))
assert abs(a["eval"]["loss"] - b["eval"]["loss"]) < 1e-5 and b["tokens"] == "word" and b["order"] == 5
for key in ("tokens", "unknown", "bytes"): assert a["eval"][key] == b["eval"][key]
# The spelling of the unknown words is charged: each byte and an end mark.
import math
e = a["eval"]
text = open("new.txt").read()
known = set(open("story.txt").read().replace(".", " .").split())
unknown = [w for w in text.replace(".", " .").split() if w not in known]
assert len(unknown) == e["unknown"] == 2, (unknown, e)
spelling = sum(len(w.encode()) + 1 for w in unknown) * math.log2(257) / e["bytes"]
assert abs(e["bits_per_byte"] - e["bits_per_byte_without_spelling"] - spelling) < 1e-9
assert abs(b["eval"]["bits_per_byte"] - e["bits_per_byte"]) < 1e-4
PYTHON
gzip -k story.arpa
for how in "story.arpa.gz" "story.arpa --tokens space" "story.arpa --tokens word"; do
  # shellcheck disable=SC2086
  expect_exit 0 "$RNN" data ngram $how --eval new.txt --json
  [[ "$(json_value "$out_file" 'x["eval"]')" == "$(json_value file.json 'x["eval"]')" ]] || fail "$how says something else"
done
expect_exit 0 "$RNN" data ngram story.txt --tokens word --eval new.txt
expect_out '^ model +Kneser-Ney 5-gram, [0-9,]+ n-grams, '
expect_out '^ 1 +1[0-9] +0\.[0-9]+ '
expect_out '^ Kneser-Ney 5-gram +[0-9.]+ +[0-9.]+ +[0-9.]+$'
expect_out ' tokens, 2 unknown, '
expect_exit 0 "$RNN" data ngram story.arpa
expect_out '^ 5 +[0-9,]+$'

# Characters and bytes: white space, signs and half characters have spellings; 8-grams unless asked otherwise.
printf 'caf\xc3\xa9 <s> a\tb\n' | cat story.txt - >signs.txt
for kind in char byte; do
  expect_exit 0 "$RNN" data ngram signs.txt --tokens "$kind" --eval signs.txt -o "$kind.arpa" --json
  cp "$out_file" told.json
  [[ "$(json_value told.json 'x["order"]')" == 8 ]] || fail "not an 8-gram"
  expect_exit 0 "$RNN" data ngram "$kind.arpa" --eval signs.txt --json
  [[ "$(json_value "$out_file" 'x["tokens"]')" == "$kind" ]] || fail "the file's tokens are not seen to be of the kind $kind"
  python3 -c 'import json, sys; a, b = (json.load(open(f))["eval"] for f in sys.argv[1:]); sys.exit(abs(a["loss"] - b["loss"]) > 1e-5)' \
    told.json "$out_file" || fail "$kind.arpa says something else"
done

# Left out: fewer n-grams, still a model.
expect_exit 0 "$RNN" data ngram story.txt --tokens word --order 3 --eval new.txt --json
whole="$(json_value "$out_file" 'x["orders"][2]["ngrams"]')"
expect_exit 0 "$RNN" data ngram story.txt --tokens word --order 3 --prune 0,0,1 --eval new.txt -o pruned.arpa --json
[[ "$(json_value "$out_file" "0 < x['orders'][2]['ngrams'] < $whole")" == True ]] || fail "--prune left nothing out"
loss="$(json_value "$out_file" 'x["eval"]["loss"]')"
expect_exit 0 "$RNN" data ngram pruned.arpa --eval new.txt --json
[[ "$(json_value "$out_file" "abs(x['eval']['loss'] - $loss) < 1e-5")" == True ]] || fail "pruned.arpa says something else"

# Beside a network: the row of the run, and the same from a file over its tokens.
expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --tokens word --mode sentence --max-updates 5 -o run
expect_out '^ trigram +[0-9.]+'
expect_out '^ Kneser-Ney 5-gram +[0-9.]+'
grep -q '^| Kneser-Ney 5-gram |' run/README.md || fail "the card lacks the row"
expect_exit 0 "$RNN" data split story.txt -o parts --test 0
expect_exit 0 "$RNN" data ngram parts/train.txt --tokens-of run -o run.arpa
expect_exit 0 "$RNN" eval run new.txt --ngram run.arpa --json
[[ "$(json_value "$out_file" 'abs(x["baselines"]["run.arpa"]["loss"] - x["baselines"]["Kneser-Ney 5-gram"]["loss"]) < 1e-5')" == True ]] ||
  fail "the file's row is not the run's"
expect_refused 3 arpa/tokens "$RNN" eval run new.txt --ngram char.arpa
expect_err "^error.*char\.arpa:[0-9]+: the model does not know the word"
expect_err '^help: .*--tokens-of MODEL'

# Faults.
sed '0,/^ngram 2=/s/^ngram 2=.*/ngram 2=7/' story.arpa >bad.arpa
expect_refused 3 arpa/counts "$RNN" data ngram bad.arpa
expect_err 'bad\.arpa:[0-9]+: there are [0-9]+ 2-grams here, but the header says 7'
head -c 3000 story.arpa >cut.arpa
expect_exit 3 "$RNN" data ngram cut.arpa
expect_err '^error\[arpa/'
: >empty.arpa
expect_refused 3 arpa/data "$RNN" data ngram empty.arpa
expect_refused 3 data/missing "$RNN" data ngram none.arpa
expect_refused 3 data/missing "$RNN" data ngram none.txt
expect_refused 2 data/exists "$RNN" data ngram story.txt -o story.arpa
expect_refused 2 usage/option "$RNN" data ngram story.arpa --order 3
expect_refused 2 usage/option "$RNN" data ngram story.txt --order 9
expect_refused 2 usage/option "$RNN" data ngram story.txt --tokens wrod
expect_refused 2 ngram/prune "$RNN" data ngram story.txt --prune 1,0
expect_refused 2 usage/missing "$RNN" data ngram
