# Why: rows beside the bands and alarms of a forecast that need no network, computed here and not by the program they judge.
"""Bands around climatology and the naive forecast, and simple distances as alarms, for results_series."""

import bisect
import datetime
import math

LEVEL = 0.9
NEAR_DAYS = 15  # of the year: what a climatology takes for the same season


def stamp(text):
    return datetime.datetime.fromisoformat(text.split("+")[0].replace("Z", "").strip())


# ------------------------------------------------------------------------------------------------------------------- bands

class Climatology:
    """Mean of the values at this time of day within so many days of this day of the year, of the rows before `until`."""

    def __init__(self, values, until):
        self.by_time = {}
        for at, value in values.items():
            if at < until:
                self.by_time.setdefault(at.time(), {}).setdefault(at.timetuple().tm_yday, []).append(value)
        self.known = {}

    def at(self, when):
        key = (when.time(), when.timetuple().tm_yday)
        if key not in self.known:
            days = self.by_time.get(key[0], {})
            near = [v for d, vs in days.items() if min(abs(d - key[1]), 366 - abs(d - key[1])) <= NEAR_DAYS for v in vs]
            self.known[key] = sum(near) / len(near) if near else float("nan")
        return self.known[key]


def conformal_margin(errors):
    """The ceil((n + 1) level)-th smallest of the sizes of errors (split conformal prediction)."""
    rank = math.ceil((len(errors) + 1) * LEVEL)
    return sorted(errors)[rank - 1] if rank <= len(errors) else float("inf")


def band_score(bands):
    """bands: (step, low, value, high). Coverage in all, at the worst steps; width; interval score (Gneiting and Raftery 2007)."""
    inside, steps, width, score = 0, {}, 0.0, 0.0
    for step, low, value, high in bands:
        held = low <= value <= high
        inside += held
        steps.setdefault(step, []).append(held)
        width += high - low
        score += high - low + 2 / (1 - LEVEL) * (max(low - value, 0) + max(value - high, 0))
    shares = [sum(held) / len(held) for held in steps.values()]
    n = len(bands)
    return {"coverage": inside / n, "least": min(shares), "most": max(shares), "width": width / n, "interval_score": score / n, "values": n}


def compare_bands(rows, test_rows, values):
    """`rows` of rnn eval -o with the naive method, every origin of calibration and test, one series; values: {stamp: value} of all of it."""
    stamps = sorted({stamp(r["ds"]) for r in rows})
    first_test = stamps[-test_rows]
    last_before = stamps[-test_rows - 1]
    position = {at: i for i, at in enumerate(stamps)}
    unit = stamps[1] - stamps[0]

    def step_of(r):
        return round((stamp(r["ds"]) - stamp(r["cutoff"])) / unit)

    ours = [(step_of(r), float(r["lo-90"]), float(r["y"]), float(r["hi-90"])) for r in rows
            if r["model"] == "this model" and stamp(r["cutoff"]) >= last_before]
    found = {"this program": band_score(ours)}
    naive = [r for r in rows if r["model"] == "naive"]
    climate = Climatology(values, min(stamp(r["cutoff"]) for r in rows))  # errors that give a width are those of days it has not seen
    points = {"naive": lambda r: float(r["forecast"]), "climatology": lambda r: climate.at(stamp(r["ds"]))}
    for name, point in points.items():
        errors, bands = {}, []
        for r in naive:  # windows that end before the test give the width
            if position[stamp(r["ds"])] < position[first_test]:
                errors.setdefault(step_of(r), []).append(abs(float(r["y"]) - point(r)))
        margins = {step: conformal_margin(e) for step, e in errors.items()}
        for r in naive:
            if stamp(r["cutoff"]) >= last_before:
                middle, margin = point(r), margins[step_of(r)]
                bands.append((step_of(r), middle - margin, float(r["y"]), middle + margin))
        found[name] = band_score(bands)
    return found


def band_lines(runs, table):
    """The table of bands: of several seeds the mean."""
    names, cells = list(runs[0]), []
    for name in names:
        middle = {key: sum(run[name][key] for run in runs) / len(runs) for key in runs[0][name]}
        cells.append([f"**{name}**" if name == "this program" else f"{name}, same conformal step", f"{100 * middle['coverage']:.1f} %",
                      f"{100 * middle['least']:.1f} to {100 * middle['most']:.1f} %", f"{middle['width']:.2f}", f"{middle['interval_score']:.2f}"])
    best = min(runs[0], key=lambda name: sum(run[name]["interval_score"] for run in runs))
    told = [] if best == "this program" else [f"The band around {'the ' if best == 'naive' else ''}{best}{' forecast' if best == 'naive' else ''} is better here, and needs no network.", ""]
    return [table(["90 % bands, every origin", "coverage", "at a single step", "width", "interval score"], cells), "",
            "Interval score: width, and 20 times the distance of values outside (Gneiting and Raftery 2007). Climatology: the mean at this time of "
            f"day within {NEAR_DAYS} days of this day of the year, in the rows before the calibration.", "", *told]


# ------------------------------------------------------------------------------------------------------------------ detection

def alarms_of(scores, labelled):
    """scores: [(stamp, above)]. Labelled windows with an alarm, the delay of the first one, alarms outside per week (steps one
    after another are one alarm)."""
    spans = [(stamp(a), stamp(b)) for a, b in labelled]
    hits, false, before, outside = {}, 0, False, 0
    for at, above in scores:
        inside = next((i for i, (a, b) in enumerate(spans) if a <= at <= b), None)
        if inside is None:
            outside += 1
            false += above and not before
        elif above and inside not in hits:
            hits[inside] = (at - spans[inside][0]).total_seconds() / 3600
        before = above
    step = (scores[1][0] - scores[0][0]).total_seconds()
    weeks = outside * step / (7 * 86400)
    delays = sorted(hits.values())
    return {"found": len(hits), "labelled": len(spans), "false_per_week": false / weeks, "false": false,
            "delay_hours": delays[len(delays) // 2] if delays else None}


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def compare_detection(scores, rows, labelled, until, named):
    """scores of rnn detect after `until` (1: the largest of the month before); rows: the whole series."""
    stamps, values = [stamp(at) for at, _ in rows], [v for _, v in rows]
    begin = bisect.bisect_left(stamps, stamp(until))
    month = bisect.bisect_left(stamps, stamp(until) - datetime.timedelta(days=30))
    week = round(datetime.timedelta(days=7) / (stamps[1] - stamps[0]))
    distances = {"weekly difference": [abs(values[i] - values[i - week]) if i >= week else 0.0 for i in range(len(values))],
                 "median of four weeks": [abs(values[i] - median([values[i - k * week] for k in range(1, 5)])) if i >= 4 * week else 0.0
                                          for i in range(len(values))]}
    judged = [(stamp(at), score > 1) for at, score in scores]
    found = {"this program": alarms_of(judged, labelled)}
    for name, distance in distances.items():
        threshold = max(distance[month:begin])
        found[name] = alarms_of([(stamps[i], distance[i] > threshold) for i in range(begin, len(values))], labelled)
    above = {at for at, alarm in judged if alarm}
    return {"rows": found, "named": {text: stamp(text) in above for text in named}}


def detection_lines(runs, table):
    cells = []
    for i, run in enumerate(runs):
        for name, r in run["rows"].items():
            ours = name == "this program"
            if not ours and i > 0:
                continue
            title = f"**{name}**" + (f", run {i + 1}" if len(runs) > 1 else "") if ours else name
            delay = "" if r["delay_hours"] is None else f"{r['delay_hours']:.1f} h"
            cells.append([title, f"{r['found']} of {r['labelled']}", f"{r['false_per_week']:.2f}", delay])
    lines = [table(["threshold: the largest of the last month of training", "windows found", "false alarms a week", "median delay"], cells), ""]
    ours, row = runs[0]["rows"]["this program"], runs[0]["rows"]["median of four weeks"]
    if (ours["found"], -ours["false_per_week"]) < (row["found"], -row["false_per_week"]):
        lines += ["The distance to the median of the four weeks before is better here, and needs no network: use it.", ""]
    for text, seen in runs[0]["named"].items():
        lines += [f"{text} is {'named' if seen else 'not named'} by this program.", ""]
    return lines
