# Why: the commands of docs/forecasting.md work in their order on a table such as the page describes.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
export RNN_THREADS=1

daily_sales 200 >sales.csv
awk -F, -v OFS=, 'NR == 1 {print $0, "promo"; next} {print $0, NR % 5 == 0}' sales.csv >promo.csv
python3 - >plans.csv <<'PYTHON'
import datetime
print("shop,day,promo")
for shop in (1, 2):
    for t in range(200, 228):
        print(f"shop_{shop},{datetime.date(2024, 1, 1) + datetime.timedelta(t)},{int(t % 5 == 0)}")
PYTHON

sed -n '/^```$/,/^```$/p' "$SOURCE/docs/forecasting.md" | grep '^rnn ' >commands.txt
[[ "$(wc -l <commands.txt)" -ge 12 ]] || fail "docs/forecasting.md has hardly any commands"
rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 12)
  "$RNN" "$@" "${bounds[@]}"
}
number=0
while IFS= read -r line; do
  number=$((number + 1))
  last_command="$line"
  (eval "$line") >"$out_file" 2>"$err_file" </dev/null || fail "command $number of docs/forecasting.md fails"
done <commands.txt
for file in next.csv report.html promo.html runs/sales-002/model.safetensors runs/promo-001/model.safetensors futures.csv runs/sales-004-t10/model.safetensors; do expect_file "$file"; done

# Options that the page names are options of the program.
"$RNN" train --help-all >help.txt
for verb in forecast eval detect report data\ check; do
  read -ra words <<<"$verb"
  "$RNN" "${words[@]}" --help-all >>help.txt
done
while IFS= read -r option; do
  grep -q -- "$option" help.txt || fail "docs/forecasting.md names $option, which no verb has"
done < <(grep -oE -- '--[a-z][a-z-]*' "$SOURCE/docs/forecasting.md" | sort -u)
