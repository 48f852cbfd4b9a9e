# Why: rnn info of a model of series says what it forecasts, from what, and how.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
model="$SOURCE/tests/fuzz/corpus/model/forecast.safetensors"

expect_exit 0 "$RNN" info "$model"
expect_out '^ forecast +2 days ahead from the last 4, daily, season 2$'
expect_out '^ series +2: a, b$'
expect_out '^ columns +known ahead: price; static: kind$'
expect_out '^ values +quantiles, windows relative to: last, segments of 2 days$'
expect_out '^ linear +ridge regression on 4 steps, with 3 known numbers; the network has no part in a forecast: it improved nothing$'
expect_out '^ bands +as wide as the errors of [0-9]+ windows were$'
expect_no_out '^ state'

expect_exit 0 "$RNN" info "$model" --json
python3 - "$out_file" <<'PY' || fail "the object is another"
import json, sys
f = json.load(open(sys.argv[1]))["forecast"]
assert (f["frequency"], f["horizon"], f["context"], f["segment"], f["season"]) == ("daily", 2, 4, 2, 2), f
assert f["series"] == ["a", "b"] and f["share"] == 0 and f["linear"] == "shared", f
assert f["columns"] == [{"name": "price", "use": "known ahead"}, {"name": "kind", "use": "static", "categories": ["c", "d"]}], f
PY
# What says nothing true is refused here, too.
sed 's/season\\": 2/season\\":-2/' "$model" >broken.safetensors
expect_exit 4 "$RNN" info broken.safetensors
expect_err 'model/corrupt'
