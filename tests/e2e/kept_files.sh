# Why: an output never replaces a device, a link, a model or anything else that the user did not mean.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

sentences 300 7 >story.txt
expect_exit 0 "$RNN" train story.txt --tokens word "${tiny[@]}" --quiet -o run
cp run/model.safetensors model.safetensors
cp model.safetensors before

# A saved state replaces a saved state; a model never, and a file of the user only with --force.
save() { "$RNN" generate run -p 'The cat' --save-state "$@"; }
expect_exit 0 save state
expect_exit 0 save state
for path in model.safetensors run/model.safetensors run/last.ckpt.safetensors run/config.toml; do
  expect_refused 2 output/model save "$path"
  expect_refused 2 output/model save "$path" --force
done
expect_same model.safetensors before
printf 'mine\n' >notes
expect_refused 2 output/exists save notes
expect_err '^help: .*--force'
[[ "$(cat notes)" == mine ]] || fail 'a text was overwritten'
expect_exit 0 save notes --force
expect_exit 0 "$RNN" generate run --load-state notes -n 3
expect_refused 2 output/exists save .

# So do a page and drawings.
explain() { "$RNN" explain run -p 'The cat' --no-lab "$@"; }
expect_exit 0 explain
expect_exit 0 explain
printf 'mine\n' >mine.html
expect_refused 2 output/exists explain -o mine.html
expect_refused 2 output/model explain -o model.safetensors --force
expect_exit 0 explain -o mine.html --force
expect_exit 0 "$RNN" inspect run -p 'The cat' --svg figures
expect_exit 0 "$RNN" inspect run -p 'The cat' --svg figures
drawing=$(find figures -name '*.svg' | head -n 1)
printf 'mine\n' >"$drawing"
expect_exit 2 "$RNN" inspect run -p 'The cat' --svg figures
expect_err '^error\[output/exists\]'
[[ "$(cat "$drawing")" == mine ]] || fail 'a drawing of the user was overwritten'

mkdir demo
printf 'mine\n' >demo/all.html
expect_refused 2 output/exists "$RNN" demo --seconds 1 -o demo/all
expect_err '^help: .*-o, or move'

# Other outputs do not replace a model either.
expect_refused 2 output/model "$RNN" data ngram story.txt -o model.safetensors --force
expect_refused 2 output/model "$RNN" tokenizer export run -o model.safetensors --force
expect_same model.safetensors before

# A link stays, and what it leads to is replaced, also where there is nothing yet.
ln -s elsewhere/page.html link.html
mkdir elsewhere
expect_exit 0 explain -o link.html
[[ -L link.html ]] || fail 'the link was replaced'
expect_file elsewhere/page.html
expect_exit 0 explain -o link.html
[[ -L link.html && -z "$(find elsewhere -name '*tmp*')" ]] || fail 'the link was replaced'
ln -s loop loop
expect_exit 1 save loop
expect_err '^error\[io/write\]'

# A device is written to, and so are a FIFO and a descriptor.
if [[ "$(id -u)" -eq 0 ]] && mknod null c 1 3 2>/dev/null && printf x 2>/dev/null >null; then
  expect_exit 0 explain -o null
  expect_exit 0 save null
  expect_exit 0 "$RNN" data ngram story.txt -o null
  expect_exit 0 "$RNN" average run run -o null
  expect_no_file null.md
  [[ -c null ]] || fail 'the device was replaced'
fi
expect_exit 0 save /dev/null
[[ -c /dev/null ]] || fail '/dev/null was replaced'
mkfifo fifo
cat fifo >through &
expect_exit 0 explain -o fifo
wait
[[ -p fifo ]] || fail 'the FIFO was replaced'
[[ "$(tail -n 1 through)" == "</html>" ]] || fail "half a page went through the FIFO"
expect_exit 0 explain -o /dev/stdout
expect_out '^<!doctype html>'
expect_out '^/dev/stdout$'
