"""Why: statistical forecasts, ridge regression and scores as NumPy computes them from their definitions.

Writes tests/golden/forecasts.json: made series (null: missing), and what is expected of them. Called by gen_golden.py; alone:
    python3 tools/golden_forecasts.py [FOLDER]
Nothing here is shared with the C++ code: seasons and windows are loops, minima are searched on grids, sums are dense products.
"""
import json
import math
import os
import sys

import numpy as np

NAN = float("nan")


def made_series(random):
    t = np.arange(66)
    monthly = (100 + 2 * t) * (1 + 0.3 * np.sin(2 * np.pi * t / 12)) * np.exp(0.05 * random.standard_normal(66))
    t = np.arange(50)
    weekly = 3 * np.sin(2 * np.pi * t / 7) - 0.1 * t + random.standard_normal(50)
    counts = random.poisson(2.5, 80) * (random.random(80) < 0.3)
    gaps = monthly.copy()
    gaps[[5, 17, 18, 40, 65]] = NAN
    return {"monthly": (monthly, 12), "weekly": (weekly, 7), "counts": (counts.astype(float), 7), "gaps": (gaps, 12),
            "short": (np.array([4.0, 6.5, 5.0, 7.25]), 12), "flat": (np.full(30, 7.5), 7), "zero": (np.zeros(30), 7),
            "one": (np.array([3.25]), 12)}


def level_errors(y, alpha):
    """Start of least squared error, level and sum of squares of simple exponential smoothing: least squares on the start."""
    y = y[~np.isnan(y)]
    level, errors = 0.0, []
    for value in y:
        errors.append(value - level)
        level += alpha * (value - level)
    errors, b = np.array(errors), (1 - alpha) ** np.arange(len(y))
    start = errors @ b / (b @ b)
    return start, level + (1 - alpha) ** len(y) * start, np.sum((errors - b * start) ** 2)


def best_level(y):
    low, high = 1e-4, 0.9999
    for _ in range(6):
        grid = np.linspace(low, high, 401)
        sums = [level_errors(y, a)[2] for a in grid]
        at = int(np.argmin(sums))
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, 400)]
    alpha = grid[at]
    return alpha, level_errors(y, alpha)[1], sums[at]


def average(y, m):
    """Centred moving average, NaN at the ends and beside missing values."""
    weights = np.ones(m) if m % 2 else np.r_[0.5, np.ones(m - 1), 0.5]
    half, out = m // 2, np.full(len(y), NAN)
    for i in range(half, len(y) - half):
        out[i] = np.dot(weights, y[i - half:i + half + 1]) / m
    return out


def indices(y, m, multiplicative):
    trend = average(y, m)
    left = y / trend if multiplicative else y - trend
    figure = np.array([np.nanmean(left[k::m]) for k in range(m)])
    return figure / figure.mean() if multiplicative else figure - figure.mean()


def seasonal(y, m):
    if m < 2 or len(y) < 3 * m:
        return False
    d = y - np.nanmean(y)
    if not np.nansum(d * d):
        return False
    r = [np.nansum(d[k:] * d[:len(d) - k]) / np.nansum(d * d) for k in range(1, m + 1)]
    return abs(r[-1]) > 1.645 * math.sqrt((1 + 2 * sum(x * x for x in r[:-1])) / np.sum(~np.isnan(y)))


def theta(y, m, horizon):
    multiplicative, season = bool(np.nanmin(y) > 0), seasonal(y, m)
    figure = indices(y, m, multiplicative) if season else np.array([1.0 if multiplicative else 0.0])
    per_step = np.resize(figure, len(y) + horizon)
    flat = y / per_step[:len(y)] if multiplicative else y - per_step[:len(y)]
    seen = ~np.isnan(flat)
    x = np.arange(len(y) + horizon)
    slope, start = np.polyfit(x[:len(y)][seen], flat[seen], 1)
    line = start + slope * x
    level = best_level(2 * flat - line[:len(y)])[1]
    out = (line[len(y):] + level) / 2
    if multiplicative:
        return np.maximum(out, 0) * per_step[len(y):]
    out = out + per_step[len(y):]
    return out if np.nanmin(y) < 0 else np.maximum(out, 0)


def holt_winters(y, m, multiplicative, alpha, beta, gamma, horizon):
    """R's HoltWinters with its start (start.periods = 2) and the given parameters."""
    trend = average(y[:2 * m], m)
    trend = trend[~np.isnan(trend)]
    slope, level = np.polyfit(np.arange(1, len(trend) + 1), trend, 1)
    season = list(indices(y[:2 * m], m, multiplicative))
    squares = 0.0
    for i in range(m, len(y)):
        old = season[i - m]
        forecast = (level + slope) * old if multiplicative else level + slope + old
        squares += (y[i] - forecast) ** 2
        new = alpha * (y[i] / old if multiplicative else y[i] - old) + (1 - alpha) * (level + slope)
        slope, level = beta * (new - level) + (1 - beta) * slope, new
        season.append(gamma * (y[i] / new if multiplicative else y[i] - new) + (1 - gamma) * old)
    future = [(level + (h + 1) * slope, season[len(y) - m + h % m]) for h in range(horizon)]
    return [a * s if multiplicative else a + s for a, s in future], squares


def tsb(y, alpha, beta):
    chance, size, squares = np.mean(y != 0), y[y != 0].mean(), 0.0
    for value in y:
        squares += (value - chance * size) ** 2
        if value != 0:
            chance, size = beta + (1 - beta) * chance, alpha * value + (1 - alpha) * size
        else:
            chance = (1 - beta) * chance
    return chance * size, squares


def expected_methods(series):
    out = {}
    for name, (y, m) in series.items():
        e = {"season": m, "seasonal": bool(seasonal(y, m))}
        if len(y) > 1:
            e["theta"] = list(theta(y, m, 18))
            e["ses"] = list(best_level(y))
        if name in ("monthly", "gaps"):
            e["multiplicative"] = list(indices(y, m, True))
        if name in ("monthly", "weekly", "gaps"):
            e["additive"] = list(indices(y, m, False))
        if name in ("monthly", "weekly"):
            e["holt_winters"] = []
            for multiplicative in ([True, False] if name == "monthly" else [False]):
                forecast, squares = holt_winters(y, m, multiplicative, 0.3, 0.05, 0.4, 15)
                grid = np.linspace(0, 1, 11)
                best = min(holt_winters(y, m, multiplicative, a, b, g, 0)[1] for a in grid for b in grid for g in grid)
                e["holt_winters"].append({"multiplicative": multiplicative, "forecast": forecast, "squares": squares,
                                          "best_of_grid": best})
        if name == "counts":
            grid = np.linspace(0, 1, 41)
            e["tsb"] = list(tsb(y, 0.2, 0.1)) + [min(tsb(y, a, b)[1] for a in grid for b in grid)]
        out[name] = e
    return out


def expected_ridge(random):
    """Dense: every window is a row; those with a missing value are none. The covariates of each step are inputs of that step alone."""
    context, horizon, lambdas = 6, 4, [0.0, 0.5, 20.0]
    data = []
    for n, scale in ((70, 1.0), (45, 2.0)):
        y = 50 + np.cumsum(random.standard_normal(n)) + 3 * np.sin(np.arange(n))
        c = np.stack([random.standard_normal(n), (np.arange(n) % 7 == 0).astype(float)])
        data.append((y, c, scale))
    data[0][0][[20, 33]] = NAN
    data[1][1][0, 15] = NAN

    def rows(first, last, covariates):
        per_step = [([], []) for _ in range(horizon)]
        for y, c, scale in data:
            for s in range(max(0, first - context), min(last, len(y)) - context - horizon + 1):
                whole = slice(s, s + context + horizon)
                if np.isnan(y[whole]).any() or (covariates and np.isnan(c[:, whole]).any()):
                    continue
                x = (y[s:s + context] - y[s + context - 1]) / scale
                for h in range(horizon):
                    more = np.r_[c[:, s + context + h], c[:, s + context - 1]] if covariates else []
                    per_step[h][0].append(np.r_[x, more])
                    per_step[h][1].append((y[s + context + h] - y[s + context - 1]) / scale)
        return [tuple(np.array(part) for part in step) for step in per_step]

    cases = []
    for covariates in (False, True):
        training, validation = rows(0, 40, covariates), rows(40, 70, covariates)
        for lam in lambdas:
            if covariates and lam == 0:
                continue  # the last value less itself is 0: no unique weights
            weights, errors = [], []
            for (x, y), (vx, vy) in zip(training, validation):
                a = x.T @ x + lam * np.eye(x.shape[1])
                b = np.linalg.lstsq(a, x.T @ y, rcond=None)[0]
                weights.append(list(b))
                errors.append(np.mean((vy - vx @ b) ** 2))
            cases.append({"covariates": covariates, "lambda": lam, "windows": len(training[0][1]), "weights": weights,
                          "errors": errors})
    return {"context": context, "horizon": horizon, "train_end": 40, "series": [
        {"values": list(y), "covariates": [list(row) for row in c], "scale": scale} for y, c, scale in data], "cases": cases}


def expected_scores(random):
    """Three series, the second constant in its training rows, and windows of five steps with missing targets."""
    horizon, m, levels, bands = 5, 4, [0.05] + [k / 10 for k in range(1, 10)] + [0.95], [0.8, 0.9]
    training = [np.round(10 + np.cumsum(random.standard_normal(30)), 3), np.full(20, 4.0),
                np.r_[0, 0, 0, np.round(random.poisson(2, 25)).astype(float)]]
    training[0][7] = NAN
    windows = []
    for series in (0, 2, 1, 0, 2, 2):
        y = np.round(training[series][-1] + random.standard_normal(horizon), 3)
        point = y + np.round(random.standard_normal(horizon), 3)
        if len(windows) in (1, 3):
            y[[0, 2]] = NAN
        if len(windows) == 4:
            y[1] = point[1] = 0
        q = np.sort(point[:, None] + 0.8 * random.standard_normal((horizon, len(levels))), axis=1)
        windows.append((series, y, point, q))

    def scale(s):
        d = np.abs(training[s][m:] - training[s][:-m])
        nonzero = training[s][np.nonzero(np.nan_to_num(training[s]))[0][0]:]
        return np.nanmean(d), np.nanmean(np.diff(nonzero) ** 2)

    def figures(chosen):
        """chosen: (series, y, point, quantiles) of windows, targets without NaN."""
        y, f = np.concatenate([w[1] for w in chosen]), np.concatenate([w[2] for w in chosen])
        q = np.concatenate([w[3] for w in chosen])
        e = f - y
        loss = np.array([[max(l * (y[i] - q[i, k]), (l - 1) * (y[i] - q[i, k])) for k, l in enumerate(levels)]
                         for i in range(len(y))])
        s = np.abs(y) + np.abs(f)
        out = {"mae": np.mean(np.abs(e)), "rmse": math.sqrt(np.mean(e * e)), "bias": np.mean(e),
               "relative_bias": e.sum() / np.abs(y).sum(), "pinball": loss.mean(),
               "smape": np.mean([200 * abs(a) / b if b else 0 for a, b in zip(e, s)]),
               "wql": np.mean([2 * loss[:, k].sum() / np.abs(y).sum() for k in range(1, 10)])}
        for b in bands:
            low, high = q[:, levels.index(round((1 - b) / 2, 2))], q[:, levels.index(round((1 + b) / 2, 2))]
            out[f"coverage_{b}"] = np.mean((y >= low) & (y <= high))
        return out

    def scaled(chosen, by_series):
        groups = {}
        for w in chosen:
            a, s = scale(w[0])
            e = w[2] - w[1]
            entry = groups.setdefault(w[0] if by_series else 0, {"mase": [], "rmsse": [], "msis_0.8": [], "msis_0.9": []})
            if s > 0:
                entry["rmsse"].append(math.sqrt(np.mean(e * e) / s))
            if a > 0:
                entry["mase"].append(np.mean(np.abs(e)) / a)
                for b in bands:
                    low, high = w[3][:, levels.index(round((1 - b) / 2, 2))], w[3][:, levels.index(round((1 + b) / 2, 2))]
                    miss = np.where(w[1] < low, low - w[1], np.where(w[1] > high, w[1] - high, 0))
                    entry[f"msis_{b}"].append(np.mean(high - low + 2 / (1 - b) * miss) / a)
        means = [{k: np.mean(v) for k, v in g.items() if v} for g in groups.values()]
        return {k: np.mean([g[k] for g in means if k in g]) for k in ("mase", "rmsse", "msis_0.8", "msis_0.9")
                if any(k in g for g in means)}

    def seen(w, steps):
        keep = [i for i in steps if not np.isnan(w[1][i])]
        return w[0], w[1][keep], w[2][keep], w[3][keep]

    whole = [seen(w, range(horizon)) for w in windows]
    per_step = []
    for h in range(horizon):
        chosen = [w for w in (seen(w, [h]) for w in windows) if len(w[1])]
        per_step.append({**figures(chosen), **scaled(chosen, False)})
    return {"season": m, "levels": levels, "bands": bands, "training": [list(t) for t in training],
            "windows": [{"series": s, "y": list(y), "point": list(f), "quantiles": q.flatten().tolist()} for s, y, f, q in windows],
            "pooled": {**figures(whole), **scaled(whole, True)}, "per_step": per_step,
            "per_series": [{**figures([w for w in whole if w[0] == s]), **scaled([w for w in whole if w[0] == s], True)}
                           for s in range(3)]}


def plain(value):
    """Without NumPy's types, NaN as null."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(value)
    return value if isinstance(value, str) else int(value)


def forecasts_file(folder):
    random = np.random.default_rng(20)
    series = made_series(random)
    out = {"series": {name: list(y) for name, (y, _) in series.items()}, "methods": expected_methods(series),
           "ridge": expected_ridge(random), "scores": expected_scores(random)}
    with open(os.path.join(folder, "forecasts.json"), "w", encoding="utf-8") as file:
        json.dump(plain(out), file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    forecasts_file(sys.argv[1] if len(sys.argv) > 1
                   else os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "golden"))
