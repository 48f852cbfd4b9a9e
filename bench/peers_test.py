# Why: a table that compares engines is worth nothing if a line was read wrongly or a bar judged wrongly: samples with known answers.
"""Self-test of peers.py: parsing, bars, near and far rounds, the document, the plan of a round. Measures nothing."""

import json
import os
import tempfile

import peers_bars
from peers_bars import Bar, Medians, bars, row_of
from peers_programs import (AVX2, LIMITS, ONEDNN, ORT, OURS, PLAIN_TORCH, TORCH, TUNING, InstalledTorch, Peers, parse_limits, parse_ours,
                            parse_peers, parse_version, plan_round, tuning)
from peers_quiet import disturbance, state
from peers_report import document
from peers_timing import median_time, warm_up

TORCH_OUTPUT = """\
# torch-2.6.0+debian thr=2 mkldnn=1 f32
torch-2.6.0+debian thr=2 mkldnn=1 f32 stream lstm H=64   L=1 B=1   T=1          10.70 us      6.13 GFLOP/s best=traced traced=10.7
torch-2.6.0+debian thr=2 mkldnn=1 f32 train  gru  H=1024 L=1 B=20  T=35    140000.00 us    188.74 GFLOP/s 
torch-2.6.0+debian thr=2 mkldnn=1 f32 train  lstm H=128  L=2 B=64  T=100    30000.00 us    167.77 GFLOP/s 
torch-2.6.0+debian thr=2 mkldnn=1 f32 lm     lstm H=200  L=2 B=20  T=20     25298.00 us    250.00 GFLOP/s word-small V=10000 15812 tokens/s
torch-2.6.0+debian thr=2 mkldnn=1 f32 ragged lstm H=128  L=1 B=64  T=50      4000.00 us    338.16 GFLOP/s packed 430000 real tokens/s
torch-2.6.0+debian thr=2 mkldnn=1 f32 ragged lstm H=128  L=1 B=64  T=50      8000.00 us    169.08 GFLOP/s padded 215000 real tokens/s
"""
SEQ2SEQ_OUTPUT = """\
# torch-2.6.0+debian thr=2
# packed,whole,module 812.5 ms
torch-2.6.0+debian thr=2 f32 pairs  lstm H=512  L=2 B=64  T=26    500000.00 us   160.00 GFLOP/s additive V=8000 2064 tokens/s best=packed,whole,module
torch-2.6.0+debian thr=2 f32 pairs  lstm H=512  L=2 B=64  T=26    900000.00 us    90.00 GFLOP/s additive fed V=8000 1147 tokens/s best=packed,whole,cell
torch-2.6.0+debian thr=2 f32 beam   lstm H=512  L=2 B=64  T=26   1600000.00 us    60.00 GFLOP/s beam=5 forced V=8000 40.0 sentences/s best=padded,whole,cell
torch-2.6.0+debian thr=2 f32 beam   lstm H=512  L=2 B=64  T=26   1700000.00 us    60.00 GFLOP/s beam=5 V=8000 37.6 sentences/s best=padded,whole,cell
"""
ONEDNN_OUTPUT = """\
# threads=1
onednn-3.7.2 stream lstm f32  H=64   B=1   T=1   fwd         2.00 us     32.8 GFLOP/s  [brgemm:avx512_core]
onednn-3.7.2 train  lstm f32  H=64   B=20  T=35  fwd  300.00 us  152.9 GFLOP/s  bwd  600.00 us  fwd+bwd  900.00 us  152.9 GFLOP/s  repack 100.0 us  [brgemm]
onednn stream gru u8 H=64 B=1 T=1 unsupported: could not create a primitive
"""
ORT_OUTPUT = "ort-1.30.0 thr=2 infer  gru  H=512  B=32  T=100     30500.00 us    330.10 GFLOP/s\n"
LIMITS_OUTPUT = """\
clock_GHz 3.66
fp32_fma      threads=1  117.2 GFLOP/s
fp32_fma_ld   threads=1  109.7 GFLOP/s
read_bw      24 KiB/thread threads=1  216.3 GB/s total
fp32_fma      threads=2  200.0 GFLOP/s
read_bw      24 KiB/thread threads=2  369.1 GB/s total
"""


def our_case(suite, cell, hidden, us, batch=1, steps=1, threads=2, name="", ragged=False, tokens=None, gflops=1.0):
    return {"suite": suite, "name": name, "cell": cell, "hidden": hidden, "layers": 1, "batch": batch, "steps": steps, "ragged": ragged,
            "threads": threads, "tokens": tokens or batch * steps, "us": us, "gflops": gflops}


def our_run(cases, barrier=(60, 60), engine=OURS, peak=200.0, number=1):
    report = {"isa": "avx2" if engine == AVX2 else "avx512", "limits": {"fma_gflops": {"one": peak / 2, "all": peak}}, "cases": cases}
    return {"round": number, "engine": engine, "suite": "any", "threads": 2, "command": "rnn bench", "foreign": 0.01, "barrier": list(barrier),
            "figures": parse_ours(json.dumps(report), engine), "isa": report["isa"], "limits": report["limits"]}


def peer_run(engine, output, barrier=(60, 60), number=1):
    return {"round": number, "engine": engine, "suite": "any", "threads": 2, "command": f"run {engine}", "foreign": 0.0, "barrier": list(barrier),
            "figures": parse_peers(output, engine), "version": parse_version(output)}


def figure(figures, **wanted):
    found = [f for f in figures if all(f[key] == value for key, value in wanted.items())]
    assert len(found) == 1, f"{wanted}: {len(found)} figures"
    return found[0]


def bar(regime, **wanted):
    found = [b for b in bars() if b.regime == regime and all(getattr(b, key) == value for key, value in wanted.items())]
    assert len(found) == 1, f"{regime} {wanted}: {len(found)} bars"
    return found[0]


def near(runs):
    return Medians(runs, "near", 2)


def check_parsing():
    torch = parse_peers(TORCH_OUTPUT, TORCH)
    assert len(torch) == 6 and parse_version(TORCH_OUTPUT) == "2.6.0+debian"
    assert figure(torch, suite="stream", cell="lstm", H=64, B=1, T=1, threads=2)["us"] == 10.7
    assert figure(torch, suite="train", cell="gru", H=1024, B=20, T=35)["gflops"] == 188.74
    assert figure(torch, suite="lm", kind="word 2x200", H=200)["tokens"] == 400
    assert figure(torch, suite="ragged", kind="packed")["tokens"] == 1720
    assert figure(torch, suite="ragged", kind="padded")["us"] == 8000
    translators = parse_peers(SEQ2SEQ_OUTPUT, TORCH)
    assert len(translators) == 4 and parse_version(SEQ2SEQ_OUTPUT) == "2.6.0+debian"
    assert figure(translators, suite="pairs", kind="lstm 2x512", H=512, B=64, T=26, threads=2)["tokens"] == 1032
    assert figure(translators, suite="pairs", kind="lstm 2x512, input feeding")["us"] == 900000
    assert figure(translators, suite="beam", kind="lstm 2x512, beam 5")["gflops"] == 60
    assert figure(translators, suite="beam", kind="lstm 2x512, beam 5, free ends")["us"] == 1700000
    onednn = parse_peers(ONEDNN_OUTPUT, ONEDNN)
    assert len(onednn) == 2 and parse_version(ONEDNN_OUTPUT) == "3.7.2"
    assert figure(onednn, suite="stream", threads=1)["us"] == 2
    train = figure(onednn, suite="train", H=64, B=20, T=35)
    assert train["us"] == 1000, "packing is part of a step"
    assert abs(train["gflops"] - 152.9 * 0.9) < 1e-6
    ort = parse_peers(ORT_OUTPUT, ORT)
    assert figure(ort, suite="infer", cell="gru", H=512, B=32, T=100, threads=2)["us"] == 30500
    limits = parse_limits(LIMITS_OUTPUT)
    assert limits == {"fma": {"1": 117.2, "2": 200.0}, "read": {"1": {"24": 216.3}, "2": {"24": 369.1}}, "clock": 3.66}
    ours = our_run([our_case("sequence", "gru", 512, 20.0, 32, 100), our_case("lm", "lstm", 200, 9.0, 20, 20, name="word 2x200"),
                    our_case("ragged", "lstm", 128, 5.0, 64, 50, ragged=True, tokens=1720)])["figures"]
    assert figure(ours, suite="infer", kind="")["us"] == 20
    assert figure(ours, suite="lm", kind="word 2x200")["B"] == 20
    assert figure(ours, suite="ragged", kind="ragged")["tokens"] == 1720


def check_stream_bars():
    steps = [our_case("step", "lstm", 64, us, threads=n) for n, us in ((1, 0.80), (2, 0.70))]
    runs = [our_run(steps), peer_run(TORCH, TORCH_OUTPUT), peer_run(ONEDNN, ONEDNN_OUTPUT)]
    row = row_of(bar(peers_bars.STREAM_1, H=64), near(runs))
    assert row.ours == 0.80 and abs(row.peers[peers_bars.RTNEURAL] - 1.12) < 1e-9
    assert abs(row.value - 1.4) < 1e-9 and row.verdict == "no"
    row = row_of(bar(peers_bars.STREAM, cell="lstm", H=64), near(runs))
    assert row.ours == 0.70 and abs(row.value - 1.6) < 1e-9, "the best of one and two threads against the best peer"
    assert set(row.peers) == {TORCH, ONEDNN, peers_bars.RTNEURAL}
    assert row_of(bar(peers_bars.STREAM, cell="gru", H=64), near(runs)).verdict == "not measured"


def check_verdicts():
    case = Bar("r", "train", "lstm", 64, 20, 35, "", "best", 1.7, 1.9)
    for ours, expected in ((600, "no"), (580, "yes"), (500, "aim")):
        theirs = peer_run(ONEDNN, ONEDNN_OUTPUT.replace("threads=1", "threads=2"))
        row = row_of(case, near([our_run([our_case("train", "lstm", 64, ours, 20, 35)]), theirs]))
        assert row.verdict == expected and abs(row.value - 1000 / ours) < 1e-9, row
    gru = [our_run([our_case("train", "gru", 1024, 70000, 20, 35)]), peer_run(TORCH, TORCH_OUTPUT)]
    assert row_of(bar(peers_bars.TRAIN_GRU, H=1024, against=TORCH), near(gru)).verdict == "yes"
    assert row_of(bar(peers_bars.TRAIN_GRU, H=1024, against=ONEDNN), near(gru)).value is None
    limits = {"round": 1, "engine": LIMITS, "suite": "limits", "threads": 2, "command": "", "foreign": 0, "barrier": [300, 300], "figures": [],
              "limits": parse_limits(LIMITS_OUTPUT)}
    batched = [limits, our_run([our_case("sequence", "gru", 512, 9, 32, 100, gflops=185)], peak=400)]
    row = row_of(bar(peers_bars.BATCHED, cell="gru", H=512), near(batched))
    assert abs(row.value - 185 / 200) < 1e-9 and row.verdict == "aim", "share of what the limits program reached"
    language = [our_run([our_case("lm", "lstm", 200, 20000.0, 20, 20, name="word 2x200")]), peer_run(TORCH, TORCH_OUTPUT)]
    assert abs(row_of(bar(peers_bars.LM, kind="word 2x200"), near(language)).value - 1.2649) < 1e-9
    cases = [our_case("pairs", "lstm", 512, 250000.0, 64, 26, name="lstm 2x512, input feeding", ragged=True, tokens=1032),
             our_case("beam", "lstm", 512, 800000.0, 64, 26, name="lstm 2x512, beam 5", ragged=True, tokens=1024)]
    translators = near([our_run(cases), peer_run(TORCH, SEQ2SEQ_OUTPUT)])
    row = row_of(bar(peers_bars.TRANSLATORS, kind="lstm 2x512, input feeding"), translators)
    assert abs(row.value - 3.6) < 1e-9 and row.verdict == "aim"
    row = row_of(bar(peers_bars.TRANSLATORS, suite="beam"), translators)
    assert abs(row.value - 2) < 1e-9 and row.verdict == "no", "sentences that may end anywhere are another case"


def check_ragged():
    cases = [our_case("ragged", "lstm", 128, 1000.0, 64, 50, ragged=True, tokens=1720), our_case("ragged", "lstm", 128, 900.0, 34, 50),
             our_case("ragged", "lstm", 128, 950.0, 64, 27), our_case("ragged", "lstm", 128, 1.0, 32, 200)]
    runs = [our_run(cases), peer_run(TORCH, TORCH_OUTPUT)]
    assert row_of(bar(peers_bars.RAGGED, cell="lstm", H=128, T=50, against="packed"), near(runs)).value == 4
    assert row_of(bar(peers_bars.RAGGED, cell="lstm", H=128, T=50, against="padded"), near(runs)).value == 8
    row = row_of(bar(peers_bars.RAGGED_COST, cell="lstm", H=128, T=50), near(runs))
    assert abs(row.value - (1000 / 1720) / (900 / 1700)) < 1e-9 and row.verdict == "yes", "the cheaper uniform batch of this size"
    cheap = [our_run([{**cases[0], "us": 900.0}, *cases[1:]])]
    assert row_of(bar(peers_bars.RAGGED_COST, cell="lstm", H=128, T=50), near(cheap)).verdict == "aim", "at most"
    dear = [our_run([{**cases[0], "us": 1200.0}, *cases[1:]])]
    assert row_of(bar(peers_bars.RAGGED_COST, cell="lstm", H=128, T=50), near(dear)).verdict == "no"


def check_instruction_sets():
    wide = our_run([our_case("train", "gru", 256, 10, 20, 35, gflops=180)], peak=200)
    narrow = our_run([our_case("train", "gru", 256, 20, 20, 35, gflops=63)], engine=AVX2, peak=100)
    row = row_of(bar(peers_bars.ISA, suite="train", cell="gru", H=256), near([wide, narrow]))
    assert abs(row.value - 0.63 / 0.9) < 1e-9 and row.verdict == "no" and row.ours == 20


def check_states():
    assert state([60, 90]) == "near" and state([60, 260]) == "far" and state([None, None]) == "near"
    alone, crowded = {"barrier": 60.0, "speedup": 0.97}, {"barrier": 60.0, "speedup": 0.51}
    assert disturbance(0.01, 2, alone, alone) == "" and disturbance(0.01, 2, {"barrier": None, "speedup": None}, alone) == ""
    assert "others" in disturbance(0.2, 1, alone, alone) and "one core" in disturbance(0.01, 2, alone, crowded)
    assert disturbance(0.01, 1, crowded, crowded) == "", "one thread has a core of its own in any case"
    slow, fast = our_case("sequence", "lstm", 64, 100.0, 1, 100), our_case("sequence", "lstm", 64, 50.0, 1, 100)
    runs = [our_run([fast]), our_run([slow], barrier=(60, 250)), our_run([fast])]
    case = bar(peers_bars.SEQUENCE, H=64)
    assert near(runs).us(OURS, case) == 50 and Medians(runs, "far", 2).us(OURS, case) == 100 and Medians(runs, None, 2).us(OURS, case) == 50
    single = our_run([our_case("step", "lstm", 64, 1.0, threads=1)], barrier=(300, 300))
    assert near([single]).us(OURS, bar(peers_bars.STREAM_1, H=64), 1) == 1, "the barrier does not concern one thread"
    spread = near([our_run([fast]), our_run([{**fast, "us": 60.0}]), our_run([{**fast, "us": 45.0}])])
    assert abs(row_of(case, spread).spread - 15 / 50) < 1e-9


def check_document():
    machine = {"cpu": "Test CPU", "cores": 2, "kernel": "6.1", "rnn": "rnn 1.2", "threads": 2}
    sequence = "onednn-3.7.2 infer  lstm f32  H=64   B=1   T=100 fwd       {} us     32.8 GFLOP/s  [brgemm]\n"
    runs = []
    for number, barrier, ours, theirs in ((1, (60, 60), 40.0, 100.0), (2, (60, 60), 44.0, 120.0), (3, (61, 280), 80.0, 120.0)):
        runs.append(our_run([our_case("sequence", "lstm", 64, ours, 1, 100)], barrier, number=number))
        runs.append(peer_run(ONEDNN, "# threads=2\n" + sequence.format(theirs), barrier, number=number))
    language = "torch-2.6.0 thr=2 mkldnn=1 f32 lm lstm H=128 L=2 B=50 T=50 50000.00 us 100.00 GFLOP/s char-128 V=96 50000 tokens/s\n"
    runs += [our_run([our_case("lm", "lstm", 128, 25000.0, 50, 50, name="char 2x128")]), peer_run(TORCH, language), peer_run(PLAIN_TORCH, language)]
    text = document({"machine": machine, "runs": runs})
    row = "| LSTM 64 | 42 us | 10% | 110 us | 2.62 | 2.20 | 2.80 | yes | `rnn bench --suite sequence --hidden 64 --cell lstm` |"
    for line in (row, "| char 2x128 | 100,000 |  | 50,000 | 2.00 | 1.20 | 1.50 | aim | `rnn bench --suite lm --hidden 128` |",
                 "| all | 2 | 1 | 1 | 0 |", "| char 2x128 | 100,000 | 50,000 | 2.00 |",
                 f"| {peers_bars.SEQUENCE} | LSTM 64 | 80 us | best | 1.50 |", "run oneDNN",
                 "| processor | Test CPU, 2 cores, Linux 6.1 |", "| versions | rnn 1.2, PyTorch 2.6.0, oneDNN 3.7.2 |"):
        assert line in text.splitlines(), f"{line}\nis not in\n{text}"
    assert "not measured" not in text and " (mixed) |" not in text
    lonely = document({"machine": machine, "runs": runs[4:6]})
    assert "| LSTM 64 (mixed) | 80 us |" in lonely, "what was measured in the far state only is said to be so"


def check_plan():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "trixie/bench"))
        bench = ("torch_bench.py", "onednn_rnn", "ort_bench", "libonnxruntime-npm.so")
        for name in ("limits", *(f"trixie/bench/{name}" for name in bench)):
            with open(os.path.join(folder, name), "w", encoding="utf-8"):
                pass
        programs = plan_round(["stream", "infer", "avx2"], Peers(folder), "rnn", 2, ["gru"], [64, 1024])
        names = [p.name() for p in programs]
        assert names == ["limits, limits, 2 threads", "rnn, limits, 2 threads", "rnn, stream, 2 threads", "PyTorch, stream, 1 thread",
                         "PyTorch, stream, 2 threads", "oneDNN, stream, 1 thread", "oneDNN, stream, 2 threads", "rnn, infer, 2 threads",
                         "PyTorch, infer, 2 threads", "oneDNN, infer, 2 threads", "ONNX Runtime, stream,infer, 1 thread",
                         "ONNX Runtime, stream,infer, 2 threads", "rnn avx2, infer, 2 threads", "rnn, train, 2 threads",
                         "rnn avx2, train, 2 threads"], names
        assert programs[2].command == ["rnn", "bench", "--json", "--threads", "2", "--suite", "step", "--cell", "gru", "--hidden", "64"]
        assert programs[12].environment["RNN_ISA"] == "avx2" and "RNN_ISA" not in programs[7].environment
        assert programs[6].command[-5:] == ["/bench/onednn_rnn", "stream", "gru", "64", "f32"] and "OMP_NUM_THREADS=2" in programs[6].command
        assert programs[11].command[-3:] == ["2", "gru", "64,1024"], "the sizes of both suites at once"
    alone = plan_round(["lm", "installed"], InstalledTorch("python9"), "rnn", 2)
    assert [p.name() for p in alone] == ["rnn, limits, 2 threads", "rnn, lm, 2 threads", "PyTorch, lm, 2 threads",
                                         "PyTorch as installed, lm, 2 threads"]
    translators = plan_round(["pairs", "beam"], InstalledTorch("python9"), "rnn", 2)
    assert [p.name() for p in translators[1:]] == ["rnn, pairs, 2 threads", "PyTorch, pairs, 2 threads", "PyTorch, pairs, 2 threads",
                                                   "rnn, beam, 2 threads", "PyTorch, beam, 2 threads"]
    assert translators[1].command[-6:] == ["--suite", "pairs", "--cell", "lstm", "--hidden", "512"]
    assert [p.command[-1] for p in translators if p.engine == TORCH] == ["512", "--input-feeding", "--forced"]
    assert alone[2].command[1:1 + len(TUNING)] == TUNING and "python9" in alone[2].command and alone[3].command[1] == "python9"


def check_tuning():
    flags = "processor : 0\nflags\t\t: fpu avx2 fma {}\nbugs : avx512f\n"
    assert tuning(flags.format("avx512f avx512dq"))[0] == "OPENBLAS_CORETYPE=SkylakeX"
    for without in (flags.format("avx512"), ""):
        assert not any("OPENBLAS" in word for word in tuning(without)), "kills PyTorch on a processor with AVX2 only"
    assert set(tuning("")) < set(tuning(flags.format("avx512f")))


def check_warm_up():
    def calls_until_warm(times, limit):
        left = iter(times)
        warm_up(lambda: next(left), limit, group=1)
        return len(times) - len(list(left))
    assert calls_until_warm([9, 5, 3, 2, 1.95, 1, 1], 60) == 5, "not until two agree within 3 %"
    assert calls_until_warm([9, 5, 3, 2], 0) == 1, "not longer than the limit"
    calls = []
    assert median_time(lambda: calls.append(1), 0, least=3) < 1 and len(calls) == 1 + 5 + 3


def run():
    checks = [check_parsing, check_stream_bars, check_verdicts, check_ragged, check_instruction_sets, check_states, check_document, check_plan,
              check_tuning, check_warm_up]
    wrong = 0
    for check in checks:
        try:
            check()
        except AssertionError as error:
            wrong += 1
            print(f"{check.__name__}: line {error.__traceback__.tb_next.tb_lineno}: {error}")
    print(f"self-test: {len(checks) - wrong} of {len(checks)} as expected")
    return 1 if wrong else 0
