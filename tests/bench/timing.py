"""Shared by the peers in Python: timing, rows, the mean that is compared."""

import functools
import json
import time

import numpy

# Shorter runs are repeated up to this time, so that the resolution of the clock does not count.
SECONDS = 0.2
REPEATS_MAX = 10_000


def timed(work, prepare=tuple):
    """Seconds and result of one run. `prepare` makes the arguments of each run before the timing starts; the first run
    warms up."""
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
    """First rows of the benchmark's matrix."""
    return _matrix(folder)[: task["rows"]]


@functools.cache
def _matrix(folder):
    width = json.loads((folder / "rows.json").read_text(encoding="utf-8"))["width"]
    return numpy.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, width)


def mean_of_sums(sums):
    """Mean probability of margins, in double precision."""
    return float(numpy.mean(1 / (1 + numpy.exp(-numpy.asarray(sums, dtype=numpy.float64)))))
