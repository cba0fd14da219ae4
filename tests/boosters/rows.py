"""Rows on which a model and its translation may differ: missing values, zeros, ties on thresholds, codes between
categories, and infinities where the library takes them."""

import json
import re

import numpy

# LightGBM's zero: numbers up to this distance from 0.
ZERO = float(numpy.float32(1e-35))
TINY = [0.0, -0.0, ZERO, -ZERO, ZERO * 0.99, -ZERO * 1.01, 1e-36, -1e-40, 1e-34, -1e-34]


def training(random, count, width, missing=0.1, zeros=0.1):
    """Returns a matrix and outcomes that depend on it."""
    x = random.normal(size=(count, width))
    x[:, -1] = numpy.round(x[:, -1], 1)
    x[random.random((count, width)) < zeros] = 0.0
    signal = x[:, 0] + x[:, 1] * x[:, 2] - numpy.abs(x[:, -1])
    x[random.random((count, width)) < missing] = numpy.nan
    return x, (signal + random.normal(size=count) > 0).astype(int)


def scoring(random, count, width, thresholds, categories, infinities, single):
    """Returns a matrix to score; `thresholds` and `categories` (their number) are by column."""
    x = random.normal(size=(count, width)) * 2
    for column, numbers in thresholds.items():
        if numbers:
            ties = random.random(count) < 0.3
            x[ties, column] = random.choice(numbers, ties.sum())
    fill(random, x, 0.1, [0.0])
    fill(random, x, 0.02, TINY)
    fill(random, x, 0.02, [1e30, -1e30, 1e-30, 3.5, 16777217.0])
    for column, number in categories.items():
        codes = random.integers(0, number + 3, count).astype(float)
        fill(random, codes, 0.05, [-1.0, -0.5, 0.5, number - 0.5, 1e9, 16777216.0])
        x[:, column] = codes
    if infinities:
        fill(random, x, 0.01, [numpy.inf, -numpy.inf])
    fill(random, x, 0.12, [numpy.nan])
    return x.astype(numpy.float32) if single else x


def fill(random, x, share, values):
    chosen = random.random(x.shape) < share
    x[chosen] = random.choice(values, chosen.sum())


def thresholds(path):
    """Returns the thresholds of a model file by column."""
    found = {}
    if path.suffix == ".txt":
        text = path.read_text()
        for features, numbers in re.findall(r"^split_feature=(.*)\n(?:.*\n)*?threshold=(.*)$", text, re.M):
            for feature, number in zip(features.split(), numbers.split()):
                found.setdefault(int(feature), []).append(float(number))
        return found
    booster = json.loads(path.with_suffix(".json").read_text())["learner"]["gradient_booster"]
    for tree in booster.get("gbtree", booster)["model"].get("trees", []):
        for feature, number, child in zip(tree["split_indices"], tree["split_conditions"], tree["left_children"]):
            if child >= 0:
                found.setdefault(feature, []).append(number)
    return found
