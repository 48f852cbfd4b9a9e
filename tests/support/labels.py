#!/usr/bin/env python3
"""Invented labelled data, for tests and for the drawings of docs/explain/labels.md: everything is made from a few words and a seed.

labels.py reviews COUNT SEED          a table of reviews whose mood may turn in the middle or hang on the last word
labels.py requests COUNT SEED         requests in CoNLL columns, with persons, cities and days as spans
labels.py gestures COUNT SEED FOLDER  recordings of three gestures, COUNT of each, a folder for every label
"""
import csv
import math
import os
import random
import sys

THINGS = "film book play song room hotel meal phone lamp chair tea walk".split()
GOOD = "lovely great superb charming splendid delightful".split()
BAD = "awful dull broken poor dreadful boring".split()


def review(r):
    (thing, other), good, bad = r.sample(THINGS, 2), r.choice(GOOD), r.choice(BAD)
    return r.choice([
        (f"The {thing} was {good}, the {other} was {bad}, and we took the first.", "happy"),
        (f"The {thing} was {good}, the {other} was {bad}, and we took the second.", "unhappy"),
        (f"The {thing} was {bad}, the {other} was {good}, and we took the first.", "unhappy"),
        (f"The {thing} was {bad}, the {other} was {good}, and we took the second.", "happy"),
        (f"The {thing} was {good}.", "happy"), (f"The {thing} was {bad}.", "unhappy"),
        (f"The {thing} was not {good} at all.", "unhappy"), (f"The {thing} was not {bad} at all.", "happy"),
        (f"The {thing} looked {bad}, but it was {good} in the end.", "happy"),
        (f"The {thing} looked {good}, but it was {bad} in the end.", "unhappy"),
        (f"I thought the {thing} would be {bad}, and it was {good}.", "happy"),
        (f"I thought the {thing} would be {good}, and it was {bad}.", "unhappy")])


def span(words, kind):
    return [(word, ("B-" if i == 0 else "I-") + kind) for i, word in enumerate(words.split())]


def plain(words):
    return [(word, "O") for word in words.split()]


def request(r):
    city = span(r.choice(["Paris", "Oslo", "Rome", "Bern", "Lima", "Kiel", "New York", "San Jose", "Cape Town"]), "city")
    day = span(r.choice(["tomorrow", "today", "next week", "on Monday", "on Friday"]), "when")
    person = span(r.choice(["Anna", "Ben", "Carla", "Dora", "New"]), "person")
    return r.choice([plain("book a train to") + city + day, plain("call") + person + plain("in") + city,
                     plain("is") + person + plain("free") + day + plain("?"), plain("weather in") + city + day + plain("please")])


def gesture(r, kind):
    steps, phase = r.randint(30, 60), r.uniform(0, .6)
    for t in range(steps):
        x = t / steps
        if kind == "wave":
            values = (math.sin(6.28 * (3 * x + phase)), .3 * math.cos(6.28 * (3 * x + phase)), .1)
        elif kind == "lift":
            values = (.1, .2, 1 / (1 + math.exp(-14 * (x - .45 + phase * .2))))
        else:
            values = (math.sin(6.28 * (x + phase)), math.cos(6.28 * (x + phase)), .1)
        yield [v + r.gauss(0, .12) for v in values]


def main(kind, count, seed, folder=""):
    r = random.Random(int(seed))
    if kind == "reviews":
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(("review", "mood"))
        out.writerows(review(r) for _ in range(int(count)))
    elif kind == "requests":
        for _ in range(int(count)):
            print("".join(f"{word} {tag}\n" for word, tag in request(r)))
    else:
        for label in ("wave", "lift", "circle"):
            os.makedirs(os.path.join(folder, label), exist_ok=True)
            for i in range(int(count)):
                with open(os.path.join(folder, label, f"{i}.csv"), "w", encoding="utf-8") as file:
                    file.write("time,side,front,up\n")
                    for t, values in enumerate(gesture(r, label)):
                        file.write(f"{t}," + ",".join(f"{v:.3f}" for v in values) + "\n")


main(*sys.argv[1:])
