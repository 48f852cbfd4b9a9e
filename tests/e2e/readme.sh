# Why: the commands of README.md work in their order on somebody's own small text. They are read from the page itself; only how long they
# take is bounded here.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
export XDG_CACHE_HOME="$WORK/cache" RNN_THREADS=1

# What the page supposes: a text of one's own, another one, pairs, a table of sales, new sequences, the models of the demo, a text that has moved.
for file in story:1 other:2 corpus:3; do
  sentences 300 "${file#*:}" >"${file%:*}.txt"
  for word in sleeping eating hungry old; do
    for noun in cat dog girl; do printf 'The %s is %s because it is tired.\nThe %s is purple.\n' "$noun" "$word" "$noun"; done
  done >>"${file%:*}.txt"
done
python3 - <<'PYTHON'
import itertools
words = {"keys": "clés", "books": "livres", "shoes": "chaussures", "dogs": "chiens"}
verbs = {"lost": "perdu", "seen": "vu", "found": "trouvé"}
people = {"I have": "J'ai", "You have": "Vous avez", "We have": "Nous avons"}
pairs = [(f"{p} {v} my {w}.", f"{q} {u} mes {x}.") for (p, q), (v, u), (w, x) in itertools.product(people.items(), verbs.items(), words.items())]
for name, part in (("train", pairs), ("valid", pairs[::3]), ("test", pairs[1::3])):
    for side, ending in enumerate(("en", "fr")):
        open(f"{name}.{ending}", "w", encoding="utf-8").writelines(pair[side] + "\n" for pair in part)
PYTHON
cp test.en input.txt
daily_sales 200 >sales.csv
python3 - <<'PYTHON'
rows = [f"the {w} was {'good' if i % 2 else 'bad'} on day {i}" for i, w in enumerate(["film", "phone", "room"] * 30)]
open("reviews.csv", "w").write("text,label\n" + "".join(f"{r},{'good' if 'good' in r else 'bad'}\n" for r in rows))
open("new.csv", "w").write("text\n" + "".join(r + "\n" for r in rows[:5]))
PYTHON
python3 "$SOURCE/tests/support/tones.py" clips 0 24
python3 "$SOURCE/tests/support/tones.py" new_clips 50 54
cp clips/voice0/clip0.wav call.wav && cp clips/voice0/clip0.txt call.txt
python3 "$SOURCE/tools/effects.py" overdrive played --seconds 3,0.5,1 --rate 16000
cp played/train-dry.wav dry.wav && cp played/train-wet.wav wet.wav && cp played/test-dry.wav guitar.wav
"$RNN" data make recall --length 50 -n 20 -s 9 >new.jsonl
expect_exit 0 "$RNN" demo --seconds 1.5 --corpus story.txt -p 'The cat is'
mkdir -p new/place
cp story.txt new/place

# The commands of the page: lines of its blocks that begin with rnn.
python3 - "$SOURCE/README.md" >commands.txt <<'PYTHON'
import re, sys
for block in re.findall(r"^```\n(.*?)^```", open(sys.argv[1], encoding="utf-8").read(), re.S | re.M):
    for line in block.splitlines():
        if line.startswith("rnn "):
            print(line)
PYTHON
[[ "$(wc -l <commands.txt)" -ge 35 ]] || fail "README.md has hardly any commands"

# The program, for less time than a user would give it.
rnn() {
  local bounds=()
  case "$1" in
    train) [[ " $* " == *' --resume '* ]] || bounds=(--max-updates 12) ;;
    explain) [[ " $* " == *en-fr* ]] || bounds=(--seconds 0.3) ;;
    bench) bounds=(--quick --suite step --cell gru --hidden 16) ;;
    data) [[ "$2" != make ]] || bounds=(-n 300) ;;
  esac
  "$RNN" "$@" "${bounds[@]}"
}
number=0
while IFS= read -r line; do
  number=$((number + 1))
  last_command="$line"
  status=0
  (eval "$line") >"$out_file" 2>"$err_file" <<<'The cat is' || status=$?
  # The doctor ends with 6 where it finds something, as a run that was cut short gives it cause to.
  [[ "$status" -eq 0 || ("$line" == 'rnn doctor '* && "$status" -eq 6) ]] || fail "command $number of README.md ends with $status"
  [[ -s "$out_file" || -s "$err_file" || "$line" == *'>'* ]] || fail "command $number of README.md says nothing"
done <commands.txt
for file in runs/story-001/model.safetensors runs/three-gru/model.safetensors runs/en-fr/model.safetensors output.txt explain.html \
  next.csv report.html curves.svg dates.tsv story.model figures/gradient.svg runs/recall-gru/model.safetensors; do expect_file "$file"; done
while IFS= read -r run; do
  compgen -G "$run*" >/dev/null || fail "README.md names $run, which its commands do not make"
done < <(grep -oE '\bruns/[a-z0-9*-]+' "$SOURCE/README.md" | grep -v '^runs/demo$' | sort -u)

# Figures of the page that the program knows.
rules="$("$RNN" doctor runs/story-001 --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["rules"]))' || true)"
[[ "$rules" -eq 15 ]] || fail "the doctor has $rules rules: README.md, CHANGELOG.md and docs/doctor.md say fifteen"
for page in README.md CHANGELOG.md docs/doctor.md; do
  grep -q 'fifteen' "$SOURCE/$page" || fail "$page does not say fifteen"
done
[[ "$(sed -n '/^## The rules/,/^## How/p' "$SOURCE/docs/doctor.md" | grep -c '^| `')" -eq "$rules" ]] || fail "the table of docs/doctor.md"
# ./run demo builds whatever cmake --install asks for.
read -ra installed < <(sed -n 's/^install(TARGETS \(rnn_[a-z_ ]*\) EXPORT.*/\1/p' "$SOURCE/cmake/install.cmake")
[[ "${#installed[@]}" -gt 0 ]] || fail "no libraries are installed"
for target in "${installed[@]}"; do
  sed -n '/^program() {/,/^}/p' "$SOURCE/run" | grep -qw "$target" || fail "./run demo does not build $target, which is installed"
done
# Each library that the program is linked with is in the list.
if command -v ldd >/dev/null && command -v dpkg >/dev/null; then
  for file in $(ldd "$RNN" | awk '$3 ~ /^\// { print $3 }'); do
    package="$( (dpkg -S "$file" || dpkg -S "/usr$file") 2>/dev/null | head -n 1 | cut -d: -f1)" || true  # /lib may be /usr/lib
    case "$package" in
      '' | libc6 | libstdc++6 | libgcc-s1 | lib*san[0-9]*) ;;
      *) grep -q "| $package |" "$SOURCE/docs/THIRD-PARTY.md" || fail "docs/THIRD-PARTY.md lacks $package" ;;
    esac
  done
fi
