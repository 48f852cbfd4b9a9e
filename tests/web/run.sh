# Why: the tests of the page need Chromium, node and two npm packages; if one is missing, they are skipped; in CI they fail.
# shellcheck shell=bash
# MAKE_PAGE: the program that writes synthetic pages; RNN: the program rnn, for a page of trained models; SOURCE: the
# checkout; WORK: an empty folder. PAGE=FILE adds one more page, for example one of your own models.
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

missing() {
  if [[ -n "${CI:-}" ]]; then fail "$1, and CI is set"; fi
  skip "$1"
}

CHROMIUM="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[[ -n "$CHROMIUM" ]] || missing 'no chromium (apt-get install chromium)'
command -v node >/dev/null || missing 'no node (apt-get install nodejs)'
command -v npm >/dev/null || missing 'no npm (apt-get install npm)'

# The packages are installed next to the build folder and kept as long as the list is the same.
tools="${WORK}.npm"
mkdir -p "$tools"
if ! cmp -s "$SOURCE/tests/web/package-lock.json" "$tools/installed"; then
  cp "$SOURCE/tests/web/package.json" "$SOURCE/tests/web/package-lock.json" "$SOURCE/tests/web/.npmrc" "$tools"
  (cd "$tools" && npm ci --no-progress) >"$WORK/npm.log" 2>&1 || {
    cat "$WORK/npm.log" >&2
    missing 'npm could not install the packages of tests/web'
  }
  cp "$SOURCE/tests/web/package-lock.json" "$tools/installed"
fi
cp "$SOURCE"/tests/web/*.mjs "$tools"

mkdir pages
expect_exit 0 "$MAKE_PAGE" pages

# A page of trained models, and the output of rnn inspect for each on the same text.
if [[ -n "${RNN:-}" ]]; then
  sentences 400 7 >story.txt
  sentences 60 8 >new.txt
  prompt='The cat sees the dog'
  runs=(rnn gru lstm)
  for cell in "${runs[@]}"; do
    expect_exit 0 "$RNN" train story.txt "${tiny[@]}" --cell "$cell" --max-updates 30 -o "$cell" --quiet
  done
  expect_exit 0 "$RNN" explain "${runs[@]}" -p "$prompt" --data new.txt --seconds 1 --no-cache -o pages/trained.html
  for i in 0 1 2; do
    expect_exit 0 "$RNN" inspect "${runs[i]}" new.txt -p "$prompt" --json
    cp "$out_file" "pages/trained-$i.json"
  done
  "$RNN" data make dates -n 600 >dates.tsv
  expect_exit 0 "$RNN" train dates.tsv --tokens char --hidden 32 --max-updates 60 --threads 1 -o dates --quiet
  expect_exit 0 "$RNN" explain dates -p 'March 5th, 2021' -o pages/translation-trained.html
  daily_sales 200 >sales.csv
  expect_exit 0 "$RNN" train sales.csv --horizon 7 --hidden 16 --epochs 1 --threads 1 -o sales --quiet
  expect_exit 0 "$RNN" report sales sales.csv -o pages/forecast-trained.html
  python3 "$SOURCE/tests/support/tones.py" clips 0 60
  expect_exit 0 "$RNN" train clips --hidden 32 --layers 1 --lr 1e-2 --epochs 20 --threads 1 --dropout 0 --speeds 1 --no-spec-augment -o tones --quiet
  expect_exit 0 "$RNN" explain tones -p clips/voice0/clip0.wav --say "$(cat clips/voice0/clip0.txt)" -o pages/hearing-trained.html
  python3 "$SOURCE/tests/support/labels.py" reviews 600 3 >reviews.csv
  expect_exit 0 "$RNN" train reviews.csv --directions one --pool last --hidden 16 --lr 1e-2 --epochs 4 --threads 1 -o reviews --quiet
  expect_exit 0 "$RNN" explain reviews -p 'The film looked dull, but it was lovely in the end.' --label happy -o pages/verdict-trained.html
  python3 "$SOURCE/tests/support/labels.py" requests 200 4 >requests.conll
  expect_exit 0 "$RNN" train requests.conll --hidden 16 --lr 1e-2 --epochs 4 --threads 1 -o requests --quiet
  expect_exit 0 "$RNN" explain requests --data requests.conll --row 2 -o pages/tagging-trained.html
  expect_exit 0 "$RNN" explain requests -p 'call Zora in New York tomorrow please' -o pages/tagging-new.html
fi
[[ -z "${PAGE:-}" ]] || cp "$PAGE" pages/given.html

cd "$tools"
PAGES="$WORK/pages" CHROMIUM="$CHROMIUM" exec node --test figures.test.mjs page.test.mjs translation.test.mjs forecast.test.mjs hearing.test.mjs labels.test.mjs
