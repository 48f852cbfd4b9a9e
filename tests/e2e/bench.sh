# Why: what rnn bench prints is read by programs and by people who compare machines: its keys, its suites and its refusals.
# shellcheck shell=bash
# shellcheck source=tests/support/assert.sh
. "$SOURCE/tests/support/assert.sh"
# shellcheck source=tests/support/texts.sh
. "$SOURCE/tests/support/texts.sh"

expect_exit 0 "$RNN" bench --quick --json --suite limits,step,sequence,train --cell rnn,gru --hidden 16 --threads 2
expect_no_err .
python3 - "$out_file" <<'PYTHON' || fail "the JSON of rnn bench"
import json, sys
x = json.load(open(sys.argv[1]))
assert x["isa"] in ("emulated", "avx2", "avx512") and x["threads"] == 2, x
limits = x["limits"]
assert limits["fma_gflops"]["one"] > 0 and limits["fma_gflops"]["all"] > 0
assert [r["level"] for r in limits["read_gb_per_s"]] == ["L1", "L2", "L3", "memory"]
assert all(r["one"] > 0 and r["all"] > 0 and r["kib_per_thread"] > 0 for r in limits["read_gb_per_s"])
barrier = limits["barrier"]
assert 0 < barrier["fastest_ns"] <= barrier["ns"] <= barrier["slowest_ns"] and barrier["state"] in ("near", "far")
assert limits["parallel_part_ns"] > 0
cases = {(c["suite"], c["cell"], c["batch"], c["threads"]): c for c in x["cases"]}
assert len(cases) == len(x["cases"]) == 2 * (2 + 2 + 1), sorted(cases)
keys = ["suite", "name", "cell", "hidden", "layers", "vocabulary", "batch", "steps", "ragged", "threads", "tokens", "us", "tokens_per_s",
        "gflops", "share_of_peak"]
for case in x["cases"]:
    assert list(case) == keys + (["us_p50", "us_p99"] if case["suite"] == "step" else []), list(case)
    assert abs(case["tokens"] / case["us"] * 1e6 / case["tokens_per_s"] - 1) < 1e-9
    peak = limits["fma_gflops"]["one" if case["threads"] == 1 else "all"]
    assert abs(case["gflops"] / peak / case["share_of_peak"] - 1) < 1e-9
    gates, times = {"rnn": 1, "gru": 3}[case["cell"]], 3 if case["suite"] == "train" else 1
    assert abs(case["gflops"] * case["us"] * 1e3 / (times * 2 * case["tokens"] * gates * 16 * 32) - 1) < 1e-9
PYTHON

# Without limits only the peak is measured, which the shares need; a ragged batch stands beside uniform ones.
expect_exit 0 "$RNN" bench --quick --json --suite ragged --cell lstm --hidden 8 --threads 1
[[ "$(json_value "$out_file" 'list(x["limits"]) == ["fma_gflops"] and [c["ragged"] for c in x["cases"]] == [True, False, False] * 3')" == True ]] ||
  fail "ragged"

# For people: a table per suite, with the limits first.
expect_exit 0 "$RNN" bench --quick --suite step,lm --cell lstm --hidden 128 --threads 1
expect_out '^ limits +1 thread '
expect_out '^ multiply-adds +[0-9]+ +GFLOP/s$'
expect_out '^ step +threads +us +p50 +p99 +tokens/s +GFLOP/s +of peak$'
expect_out '^ lstm 128 +1 .* %$'
expect_out '^ char 2x128 +1 .* %$'
expect_err '^measuring lm char 2x128, 1 thread$'

expect_exit 2 "$RNN" bench --suite steps
expect_err "^error\[usage/value\]: --suite has no 'steps'"
expect_err 'limits,step,sequence,train,ragged,lm'
expect_exit 2 "$RNN" bench --cell lstm,gry
expect_err "^error\[usage/value\]: --cell has no 'gry'"
expect_exit 2 "$RNN" bench --hidden 12,0
expect_err "^error\[usage/value\]: --hidden has no '0'"
expect_exit 2 "$RNN" bench --suite lm --hidden 77
expect_err '^error\[usage/value\]: .*77'

# Where the time goes: a table under that of the suite; in JSON every part, and together all of the time.
expect_exit 0 "$RNN" bench --quick --profile --suite train --cell gru --hidden 16 --threads 1
expect_out '^ train: where the time goes +input projection +recurrence +weight gradients +packing +other$'
expect_out '^ gru 16 B=20 T=35( +[0-9.]+ %){5}$'
expect_exit 0 "$RNN" bench --quick --profile --json --suite sequence,step,lm --cell lstm --hidden 128 --threads 1
python3 - "$out_file" <<'PYTHON' || fail "the profile of rnn bench"
import json, sys
for case in json.load(open(sys.argv[1]))["cases"]:
    if case["suite"] == "step":
        assert "profile" not in case
        continue
    profile = case["profile"]
    parts = {p["name"]: p for p in profile["phases"]}
    assert profile["calls"] >= 8
    assert abs(sum(p["s"] for p in parts.values()) / profile["total_s"] - 1) < 1e-9
    assert abs(sum(p["share"] for p in parts.values()) - 1) < 1e-9
    want = {"input projection", "recurrence", "other"}
    if case["suite"] == "lm":
        want |= {"data", "embedding", "weight gradients", "output layer", "loss", "norm", "optimizer", "packing"}
    assert set(parts) == want, sorted(parts)
    flops = sum(p["s"] * p.get("gflops", 0) for p in parts.values()) / profile["calls"]
    assert abs(flops / (case["gflops"] * case["us"] * 1e-6) - 1) < 1e-6, flops  # counted phase by phase, and as a whole
PYTHON

# The instruction set is the one that was asked for.
expect_exit 0 env RNN_ISA=emulated "$RNN" bench --quick --json --suite step --cell rnn --hidden 8 --threads 1
[[ "$(json_value "$out_file" 'x["isa"]')" == emulated ]] || fail "RNN_ISA"
