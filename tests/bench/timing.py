"""Shared code of the Python peers: timing, rows, and the mean that is compared."""

import functools
import json
import time

import numpy

# Shorter runs are repeated, so that the clock's resolution does not matter.
SECONDS = 0.2
REPEATS_MAX = 10_000


def timed(work, prepare=tuple):
    """Returns the seconds of one run and its result. `prepare` runs before timing starts; the first run is not
    counted."""
    start = time.perf_counter()
    result = work(*prepare())
    once = time.perf_counter() - start
    repeats = max(1, min(REPEATS_MAX, int(SECONDS / once)))
    prepared = [prepare() for _ in range(repeats)]
    start = time.perf_counter()
    for arguments in prepared:
        work(*arguments)
    return (time.perf_counter() - start) / repeats, result


def rows(folder, task):
    """Returns the features of the task: the first rows of the benchmark's matrix."""
    return _matrix(folder)[: task["rows"]]


@functools.cache
def _matrix(folder):
    width = json.loads((folder / "rows.json").read_text(encoding="utf-8"))["width"]
    return numpy.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, width)


def mean_of_sums(sums):
    """Returns the mean of the probabilities of sums, in double precision."""
    return float(numpy.mean(1 / (1 + numpy.exp(-numpy.asarray(sums, dtype=numpy.float64)))))
