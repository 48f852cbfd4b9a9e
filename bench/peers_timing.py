# Why: a peer is timed exactly as src/bench/timing.h times this program: warmed up until it is steady, then the median.
"""Has no imports of its own side: peers_torch.py and peers_seq2seq.py use it, wherever they are copied together."""

import statistics
import time

AGREE = 0.03  # two medians in a row differ by less: warm


def warm_up(sample, limit, group=5):
    """Calls sample(), which returns seconds, until the medians of two groups in a row agree, for at most `limit` seconds."""
    before, end = 0, time.perf_counter() + limit
    while True:
        median = statistics.median(sample() for _ in range(group))
        if abs(median - before) <= AGREE * median or time.perf_counter() >= end:
            return
        before = median


def median_time(work, budget, least=5, most=400, group=5):
    """Median seconds of work(): at least `least` and at most `most` calls until `budget` seconds are over."""
    def sample():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    sample()
    warm_up(sample, budget, group)
    times, end = [], time.perf_counter() + budget
    while len(times) < least or (time.perf_counter() < end and len(times) < most):
        times.append(sample())
    return statistics.median(times)
