"""Why: special functions, likelihoods at extreme arguments and quantiles of distributions with 40 digits (mpmath), as plain doubles.

Cases whose options hold rows of numbers, the expected value last. Called by golden_forecast.py.
"""
import mpmath as mp

LEAST_DEVIATION, LEAST_SHAPE = 1e-4, 1e-6  # as in src/heads
mp.mp.dps = 40
LEVELS = [1e-6, 0.001, 0.1, 0.4999, 0.5, 0.9, 0.999, 1 - 1e-6]


def softplus(x):
    return mp.log1p(mp.exp(x))


def special():
    points = [1e-8, 0.03, 0.5, 1, 1.4616321449683623, 3.7, 9.99, 10, 25, 1e3, 1e8, 1e15]
    rising = [(r, z) for r in (1e-6, 0.3, 2.5, 9.999, 10.0, 80.0, 1e4, 1e9) for z in (0, 0.5, 1, 7, 300, 1e6)]
    log_rising = lambda r, z: mp.loggamma(r + z) - mp.loggamma(r) - z * mp.log(r)
    slope = lambda r, z: mp.digamma(r + z) - mp.digamma(r) - z / r
    return {
        "digamma": [[x, float(mp.digamma(mp.mpf(x)))] for x in points],
        "log_rising": [[r, z, float(log_rising(mp.mpf(r), mp.mpf(z)))] for r, z in rising],
        "log_rising_slope": [[r, z, float(slope(mp.mpf(r), mp.mpf(z)))] for r, z in rising],
        "normal_quantile": [[p, float(mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1))] for p in LEVELS + [1e-12, 0.07, 0.2]],
    }


# ------------------------------------------------------------------------------------------------------------- distributions

def student_t(o):
    return mp.mpf(o[0]), softplus(mp.mpf(o[1])) + mp.mpf(LEAST_DEVIATION), 2 + softplus(mp.mpf(o[2]))


def student_t_loss(o, scale, y):
    m, s, v = student_t(o)
    z = (mp.mpf(y) - m) / s
    return -(mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s) - (v + 1) / 2 * mp.log1p(z * z / v))


def student_t_quantile(o, scale, level):
    m, s, v = student_t(o)
    p = min(mp.mpf(level), 1 - mp.mpf(level))
    if p == mp.mpf(1) / 2:
        return m
    low, high = mp.mpf("1e-12"), mp.mpf("1e12")
    for _ in range(110):
        middle = mp.sqrt(low * high)
        tail = mp.betainc(v / 2, mp.mpf(1) / 2, 0, v / (v + middle * middle), regularized=True) / 2
        low, high = (middle, high) if tail > p else (low, middle)
    return m + s * (high if level > 0.5 else -high)


def counts(o, scale):
    mean = scale * softplus(mp.mpf(o[0]))
    return mean, (softplus(mp.mpf(o[1])) + mp.mpf(LEAST_SHAPE)) / mp.sqrt(scale)


def negative_binomial_loss(o, scale, y):
    mean, shape = counts(o, scale)
    r, y = 1 / shape, mp.mpf(y)
    return -(mp.loggamma(y + r) - mp.loggamma(y + 1) - mp.loggamma(r) - r * mp.log1p(shape * mean)
             + y * mp.log(shape * mean / (1 + shape * mean)))


def negative_binomial_quantile(o, scale, level):
    mean, shape = counts(o, scale)
    r, rest = 1 / shape, shape * mean / (1 + shape * mean)
    mass, k = mp.exp(-r * mp.log1p(shape * mean)), 0
    total = mass
    while total < mp.mpf(level):
        mass *= (k + r) / (k + 1) * rest
        total, k = total + mass, k + 1
    return k


STUDENT_T = [[0.0, 0.0, 0.0], [1.5, -3.0, -20.0], [-2.0, 5.0, 3.0], [0.25, 0.5, 60.0], [0.0, 0.0, 9000.0], [1.0, 0.0, 3e5]]
COUNTS = [([0.0, 0.0], 1.0), ([-3.0, -2.0], 1.0), ([2.0, -12.0], 3.0), ([1.0, 3.0], 8.0), ([0.5, -30.0], 50.0),
          ([1.0, -1.0], 400.0), ([3.0, -3.0], 9000.0)]
LARGE = [([2.0, -20.0], 60000.0)]  # nearly Poisson


def exact_cases(golden):
    golden.cases.append({"name": "exact/special", **special()})
    quantiles = [[*o, 1.0, p, float(student_t_quantile(o, 1, p))] for o in STUDENT_T[:-1] for p in LEVELS]
    quantiles += [[*STUDENT_T[-1], 1.0, p, float(student_t_quantile(STUDENT_T[-1], 1, p))] for p in (0.001, 0.9)]
    losses = [[*o, 1.0, y, float(student_t_loss(o, 1, y))]
              for o in STUDENT_T + [[0.0, -300.0, -300.0], [0.0, 0.0, 1e9]] for y in (0.0, -1.0, 40.0, 1e6)]
    golden.cases.append({"name": "exact/student-t", "quantiles": quantiles, "losses": losses})
    quantiles = [[*o, scale, p, negative_binomial_quantile(o, scale, p)] for o, scale in COUNTS for p in LEVELS]
    quantiles += [[*o, scale, p, negative_binomial_quantile(o, scale, p)] for o, scale in LARGE for p in (0.1, 0.999)]
    losses = [[*o, scale, y, float(negative_binomial_loss(o, scale, y))]
              for o, scale in COUNTS + LARGE + [([-200.0, 40.0], 2.0), ([200.0, -200.0], 2.0)] for y in (0, 1, 17, 40000)]
    golden.cases.append({"name": "exact/negative-binomial", "quantiles": quantiles, "losses": losses})
