# Why: texts as people have them: missing, empty, binary, in another encoding, too short, without line ends.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >good.txt
refused() {  # refused STATUS PATTERN DATA...: by training, with nothing left behind
  local status=$1 pattern=$2
  shift 2
  expect_exit "$status" "$RNN" train "$@" "${tiny[@]}" -o run
  expect_err "$pattern"
  expect_err '^help: '
  expect_no_out .
  expect_no_file run
}
refused 3 '^error\[data/missing\]: .*nothing\.txt' nothing.txt
mkdir -p folder/empty && : >folder/readme.pdf
refused 3 '^error\[data/no_text\]: .*folder' folder
: >empty.txt
refused 3 '^error\[data/empty\]: empty\.txt' empty.txt
printf '\n\n \n' >blank.txt
refused 3 '^error\[data/' blank.txt
head -c 2000 "$RNN" >binary.txt
refused 3 '^error\[data/binary\]: binary\.txt:[0-9]+: byte' binary.txt
printf 'first line\nsecond caf\xe9 line\n' >latin.txt
refused 3 '^error\[data/utf8\]: latin\.txt:2: byte 11 .*0xE9' latin.txt
refused 3 '^error\[data/utf8\]: latin\.txt:2' good.txt latin.txt
printf 'one\ntwo\n' >short.txt
refused 3 '^error\[data/too_short\]' short.txt
printf '{"text": "a"}\n{"text": 3}\n' >broken.jsonl
refused 3 '^error\[data/json\]: broken\.jsonl:2' broken.jsonl
gzip -c good.txt >good.txt.gz
head -c 200 good.txt.gz >cut.txt.gz
refused 3 '^error\[data/compressed\]: .*cut\.txt\.gz' cut.txt.gz
head -c 400000000 /dev/zero | tr '\0' 'a' | gzip >bomb.txt.gz
refused 3 '^error\[data/unpacked\]: .*bomb\.txt\.gz: its [0-9]+ bytes unpack to more than [0-9]+' bomb.txt.gz
expect_exit 3 "$RNN" train good.txt --valid nothing.txt "${tiny[@]}" -o run
expect_err 'nothing\.txt'

# Files of other programs and in other encodings: what they are, and what helps.
bzip2 -k good.txt 2>/dev/null || printf 'BZh91AY&SY and so on' >good.txt.bz2
refused 3 '^error\[data/format\]: good\.txt\.bz2: this is bzip2 data, not text$' good.txt.bz2
expect_err '^help: unpack it first: bzip2 -dk good\.txt\.bz2'
printf '\xfd7zXZ\x00\x00\x04' >good.txt.xz
refused 3 '^error\[data/format\]: good\.txt\.xz: this is xz data, not text$' good.txt.xz
printf 'PK\x03\x04\x14\x00' >data.zip && cp data.zip model.pt
refused 3 '^error\[data/format\]: data\.zip: this is a zip archive, not text$' data.zip
refused 3 '^error\[data/format\]: model\.pt: this is a model of PyTorch, not text$' model.pt
printf '\x08\x08\x12\x07pytorch' >model.onnx
refused 3 '^error\[data/format\]: model\.onnx: this is a model in ONNX form, not text$' model.onnx
expect_exit 6 "$RNN" data check data.zip
expect_out '^error\[data/format\]: data\.zip: this is a zip archive, not text$'
for form in UTF-16LE UTF-16BE; do
  iconv -f UTF-8 -t "$form" good.txt >"$form.txt"
  refused 3 "^error\[data/binary\]: $form\.txt: the file is UTF-16, not UTF-8\$" "$form.txt"
  expect_err "^help: convert it: iconv -f $form -t UTF-8 $form\.txt"
  expect_refused 3 data/binary "$RNN" train "$form.txt" good.txt --task translate --hidden 8 -o run
done
printf '[\n {"text": "a"},\n {"text": "b"}\n]\n' >array.json
refused 3 '^error\[data/json\]: array\.json:1: this is a JSON array, not text$' array.json
expect_err '^help: write one example a line \(JSON lines\)'
printf '{"text": "a"}\n' >object.json
refused 3 '^error\[data/json\]: object\.json:1: this is a JSON object, not text$' object.json
printf '{"input": [1, 2], "target": 1e30}\n' >far.jsonl
expect_refused 3 data/scale "$RNN" train far.jsonl --hidden 8 -o run
expect_err "^error.*far\\.jsonl:1: the target is 1e[+]30"

# Line ends of old Macs are line ends.
tr '\n' '\r' <good.txt >mac.txt
expect_exit 0 "$RNN" data check mac.txt --json
[[ "$(json_value "$out_file" 'x["lines"]')" == 300 ]] || fail "not 300 lines"
expect_exit 0 "$RNN" data check mac.txt
expect_out '^note\[data/line_ends\]: mac\.txt: lines that end in CR'
for name in good mac; do expect_exit 0 "$RNN" train $name.txt "${tiny[@]}" --max-updates 3 -q -o $name-run; done
expect_same <(python3 -c 'import json; print(json.load(open("good-run/data.json"))["hash"])') \
  <(python3 -c 'import json; print(json.load(open("mac-run/data.json"))["hash"])')
rm -r good-run mac-run

# One giant line: refused where it would have to be cut, learnt from where it need not be.
sentences 40000 5 | tr '\n' ' ' >giant.txt
refused 3 '^error\[data/too_short\]' giant.txt
expect_exit 0 "$RNN" train giant.txt --valid good.txt "${tiny[@]}" --max-updates 3 -o run
expect_file run/model.safetensors

# Well-formed but odd files are read: byte order mark, CRLF, no last line end, compressed, a folder.
mkdir texts
{ printf '\xef\xbb\xbf'; sed 's/$/\r/' good.txt; } >texts/a.txt
printf '%s' "$(cat good.txt)" >texts/b.txt
cp good.txt.gz texts/c.txt.gz
expect_exit 0 "$RNN" data check texts --json
[[ "$(json_value "$out_file" '[x["lines"], x["documents"], x["crlf"], x["byte_order_mark"]]')" == '[900, 3, True, True]' ]] || fail "data check"
expect_exit 0 "$RNN" train texts "${tiny[@]}" --max-updates 3 -o folder-run

# rnn data check: every fault with its place, exit status 6; a good file says what would be done with it.
printf 'fine\nb\xffd\nfine\nw\xc3\n' >two.txt
expect_exit 6 "$RNN" data check two.txt
expect_out '^error\[data/utf8\]: two\.txt:2:'
expect_out '^error\[data/utf8\]: two\.txt:4:'
expect_out '^ 2 errors'
expect_exit 3 "$RNN" data check nothing.txt
expect_exit 0 "$RNN" data check good.txt
expect_out '^ split +[0-9,]+ tokens for training, the last'
expect_exit 0 "$RNN" data head texts -n 2
expect_same "$out_file" <(head -n 2 good.txt)

# rnn data split: the parts put together are the text.
expect_exit 0 "$RNN" data split good.txt -o parts --valid 0.1 --test 0.2
cat parts/train.txt parts/valid.txt parts/test.txt >whole.txt
expect_same whole.txt good.txt
expect_exit 2 "$RNN" data split good.txt -o parts
expect_err 'train\.txt already exists'
expect_exit 0 "$RNN" data split good.txt -o parts --force --test 0
