# Why: the measured figures as one markdown document: machine, versions, a table per regime with its bars, and how to repeat each row.
"""Writes the document of peers.py; a pure function of what was kept."""

import re
import textwrap
from collections import Counter

import peers_bars
from peers_bars import ISA, RAGGED_COST, Medians, bars, median, row_of
from peers_programs import AVX2, LIMITS, OURS, OUR_SUITES, PLAIN_TORCH, TORCH, TRANSLATION, TUNING
from peers_quiet import state

THEIRS = {theirs: ours for ours, theirs in OUR_SUITES.items()}
FOOTNOTES = {
    peers_bars.STREAM_1: "RTNeural was not available; its time is estimated as 0.56 (H=64) and 0.83 (H=128) of oneDNN's time on one thread, as measured where both were available.",
    peers_bars.BATCHED: "The peak is what the peers' limits program reaches with multiply-adds in registers on all threads.",
    peers_bars.TRAIN: "oneDNN's time covers forward, backward and the packing of new weights; ours also sets the gradients to zero, and packs as well.",
    peers_bars.RAGGED: "Packed: PackedSequence. Padded: to the longest sequence, with outputs masked. Loop: one cell call per step, as users write "
                       "it for a cell of their own; it has no target. The lengths are the same in all programs.",
    peers_bars.RAGGED_COST: "Uniform: the cheaper of two batches with the same number of tokens, one with the same number of steps, one with the same number of streams.",
    peers_bars.TRANSLATORS: "Bidirectional encoder, additive attention, everything 512 wide, 8,000 tokens, sentences of 5 to 25 words. PyTorch "
                            "has neither decoder attention nor beam search: bench/peers_seq2seq.py was written for this comparison, and "
                            "the fastest of several variants counts. In a search a hypothesis ends exactly when it has as many words as its source.",
    peers_bars.ISA: "RNN_ISA=avx2. Each share is relative to the multiply-adds that this instruction set reaches in the same run of `rnn bench`.",
}


def time_text(us):
    if us is None:
        return ""
    if us >= 1000:
        return f"{us / 1000:.3g} ms" if us < 1e6 else f"{us / 1000:.0f} ms"
    return f"{us:.3g} us"


def figure_text(bar, us):
    """A time, or for language models tokens per second."""
    return f"{bar.B * bar.T / us * 1e6:,.0f}" if us and bar.suite == "lm" else time_text(us)


def value_text(bar, value):
    if value is None:
        return ""
    return f"{value:.0%}" if bar.against in ("peak", "avx512") else f"{value:.2f}"


def case_text(bar):
    if bar.suite in ("lm", *TRANSLATION):
        return bar.kind
    size = f"{bar.cell.upper()} {bar.H}"
    return f"{size}, T={bar.T}" if bar.suite == "ragged" else size if bar.regime != ISA else f"{bar.suite} {size}"


def our_command(bar):
    size = f"--suite {THEIRS[bar.suite]} --hidden {bar.H}" + ("" if bar.suite == "lm" else f" --cell {bar.cell}")
    return ("RNN_ISA=avx2 " if bar.against == "avx512" else "") + f"rnn bench {size}"


def paragraph(text):
    return [*textwrap.wrap(text, 132, break_long_words=False, break_on_hyphens=False), ""]


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)] + ["| " + " | ".join(row) + " |" for row in rows]


def complete(row, whole):
    """Whether a row of some of the runs compares with the same peers as the row of all runs: like with like."""
    return row.value is not None and set(row.peers) == set(whole.peers)


def rows_of_regime(regime, near, everything):
    """Rows in the near state; a figure that was not measured in it comes from all runs, and is marked."""
    rows = []
    for bar in [b for b in bars() if b.regime == regime]:
        row, whole = row_of(bar, near), row_of(bar, everything)
        if complete(row, whole):
            rows.append((row, False))
        elif whole.ours is not None:
            rows.append((whole, whole.value is not None))
    return rows


def regime_lines(regime, rows):
    peers = []
    for row, _ in rows:
        peers += [name for name in row.peers if name not in peers]
    compared = len({row.bar.against for row, _ in rows}) > 1
    isa, share = regime == ISA, rows[0][0].bar.against == "peak"
    head = ["case", "rnn avx2" if isa else "rnn", "spread", *peers] + (["against"] if compared else [])
    head += ["share" if share or isa else "ratio", "at most" if regime == RAGGED_COST else "at least", "aim", "met", "repeat"]
    lines = []
    for row, mixed in rows:
        bar = row.bar
        line = [case_text(bar) + (" (mixed)" if mixed else ""), figure_text(bar, row.ours), f"{row.spread:.0%}" if row.spread is not None else ""]
        line += [figure_text(bar, row.peers.get(name)) for name in peers] + ([bar.against] if compared else [])
        line += [value_text(bar, row.value), value_text(bar, bar.least), value_text(bar, bar.aim), row.verdict, f"`{our_command(bar)}`"]
        lines.append(line)
    text = [f"## {regime}", ""]
    if regime in FOOTNOTES:
        text += paragraph(FOOTNOTES[regime])
    return text + table(head, lines) + [""]


def far_lines(far, everything):
    """Rows of which ours and every peer were measured in the far state, too."""
    rows = []
    for bar in [b for b in bars() if b.regime != peers_bars.STREAM_1]:
        row, whole = row_of(bar, far), row_of(bar, everything)
        if complete(row, whole) and row.value != whole.value:  # the same value: there was no other state, and the table above has it
            rows.append(row)
    if not rows:
        return []
    lines = [[row.bar.regime, case_text(row.bar), figure_text(row.bar, row.ours), row.bar.against, value_text(row.bar, row.value)] for row in rows]
    return ["## The same in the far state of the barrier", "", "These rounds are not part of the medians above; our program and all peers ran in the far state.",
            ""] + table(["regime", "case", "rnn", "against", "ratio"], lines) + [""]


def installed_lines(near):
    rows = []
    for bar in [b for b in bars() if b.regime == peers_bars.LM]:
        ours, plain = near.us(OURS, bar), near.us(PLAIN_TORCH, bar)
        if ours and plain:
            rows.append([bar.kind, figure_text(bar, ours), figure_text(bar, plain), f"{plain / ours:.2f}"])
    if not rows:
        return []
    return ["## Language models against PyTorch as installed, no settings", ""] + table(["model", "rnn", PLAIN_TORCH, "ratio"], rows) + [""]


def summary_lines(all_rows):
    counts = {regime: Counter(row.verdict for row, _ in rows) for regime, rows in all_rows.items()}
    lines = [[regime, str(sum(c.values())), str(c["aim"]), str(c["yes"]), str(c["no"])] for regime, c in counts.items()]
    total = sum(counts.values(), Counter())
    lines.append(["all", str(sum(total.values())), str(total["aim"]), str(total["yes"]), str(total["no"])])
    return table(["regime", "rows", "aim reached", "at least reached", "missed"], lines) + [""]


def machine_lines(machine, runs):
    barrier = {"near": [], "far": []}
    for run in runs:
        barrier[state(run["barrier"])] += [ns for ns in run["barrier"] if ns is not None]
    versions = sorted({f"{r['engine']} {r['version']}" for r in runs if r.get("version")} - {f"{PLAIN_TORCH} {r.get('version')}" for r in runs})
    rows = [["processor", f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}"],
            ["versions", ", ".join([machine["rnn"], *versions])]]
    for engine, name in ((OURS, "rnn bench"), (AVX2, "rnn bench, RNN_ISA=avx2")):
        mine = [r for r in runs if r["engine"] == engine]
        if mine:
            one, both = (median([r["limits"]["fma_gflops"][k] for r in mine]) for k in ("one", "all"))
            rows.append([f"multiply-adds, {name} ({mine[0]['isa']})", f"{one:.0f} GFLOP/s on one thread, {both:.0f} on {machine['threads']}"])
    theirs = [r["limits"] for r in runs if r["engine"] == LIMITS]
    if theirs:
        fma = {n: median([t["fma"][n] for t in theirs]) for n in theirs[0]["fma"]}
        rows.append(["multiply-adds, the peers' limits program", ", ".join(f"{v:.0f} GFLOP/s on {n}" for n, v in fma.items()) +
                     f" threads; core clock {theirs[0]['clock']} GHz"])
    reads = [r["limits"]["read_gb_per_s"] for r in runs if r["engine"] == OURS and "read_gb_per_s" in r["limits"]]
    if reads:
        rows.append(["reading, one thread and all", ", ".join(
            f"{level['level']} {median([r[i]['one'] for r in reads]):.0f} and {median([r[i]['all'] for r in reads]):.0f} GB/s"
            for i, level in enumerate(reads[0]))])
    for name, values in barrier.items():
        if values:
            rows.append([f"barrier of two threads, {name} runs", f"{min(values):.0f} to {max(values):.0f} ns (median {median(values):.0f}), "
                                                                  f"before and after {len(values) // 2} runs"])
    foreign = max((r["foreign"] for r in runs), default=0)
    rows.append(["processor share of other processes", f"at most {foreign:.1%} in any run that is used"])
    return table(["", ""], rows) + [""]


def repeat_lines(runs):
    lines = ["## How to repeat", ""] + paragraph(
        "`./run bench peers --peers DIR` measures everything, `--suites stream` (infer, train, ragged, lm, avx2, pairs, beam, installed) one regime. "
        "The last column of each row has its command. The peers' programs run inside `chroot DIR/trixie` with these settings:")
    lines += ["```", "export " + " ".join(TUNING)]
    seen = []
    for run in runs:
        command = run["command"]
        if run["engine"] in (OURS, AVX2, LIMITS, PLAIN_TORCH) or command in seen:
            continue
        seen.append(command)
        lines.append(command)
    return lines + ["```", ""] if seen else []


def document(kept):
    machine, runs = kept["machine"], kept["runs"]
    threads = machine["threads"]
    near, everything = Medians(runs, "near", threads), Medians(runs, None, threads)
    all_rows = {regime: rows for regime in dict.fromkeys(b.regime for b in bars())
                if (rows := rows_of_regime(regime, near, everything))}
    rounds = max((r["round"] for r in runs), default=0)
    text = ["# Performance", ""] + paragraph(
        "Written by `./run bench peers --peers DIR --write docs/performance.md`; use `rnn bench` ([bench.md](bench.md)) to measure your own machine.")
    text += paragraph(
        f"f32, {threads} threads unless stated, input size = hidden size; medians of {rounds} round{'s' * (rounds != 1)}, alternating between "
        "our program and the peers, with nothing else running. A ratio is the peer's time divided by ours (above 1 we are faster); the "
        "spread is the largest minus the smallest time of our rounds, divided by their median. PyTorch is tuned (its allocator keeps pages, "
        f"OpenMP workers spin{', AVX-512 BLAS kernels' * any('CORETYPE' in word for word in TUNING)}). Each row has two targets, *at least* and *aim*; *met* shows which one is reached: aim, "
        "yes (at least) or no. Rows use runs in the near state of the barrier; rows marked (mixed) had too few of them and use all runs.")
    text += machine_lines(machine, runs) + (summary_lines(all_rows) if all_rows else [])
    for regime, rows in all_rows.items():
        text += regime_lines(regime, rows)
    text += installed_lines(everything) + far_lines(Medians(runs, "far", threads), everything) + repeat_lines(runs)
    return re.sub(r"\n+$", "\n", "\n".join(text))
