# Why: the commands of docs/forecasting.md work in their order on a table such as the page describes.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"
# shellcheck source=tests/support/page_commands.sh
. "$SOURCE/tests/support/page_commands.sh"
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

rnn() {
  local bounds=()
  [[ "$1" != train ]] || bounds=(--max-updates 12)
  "$RNN" "$@" "${bounds[@]}"
}
expect_page_commands docs/forecasting.md 12
for file in next.csv report.html promo.html runs/sales-002/model.safetensors runs/promo-001/model.safetensors futures.csv runs/sales-004-t10/model.safetensors; do expect_file "$file"; done

expect_page_options docs/forecasting.md train forecast eval detect report 'data check'
