"""Writes tests/fixtures/boosters: a small model of every kind with rows and the library's predictions.

Each folder has the model file and `rows.json`: rows of numbers (null is missing; infinities are texts) and predictions. Run
it at the project's root with the packages of tests/boosters/requirements.txt. Folders with a version in their name were
written by that version of the library, in the same way."""

import json
import pathlib

import numpy

import models
import parity

ROWS = 40
TREES = 3


def main():
    root = pathlib.Path("tests/fixtures/boosters")
    for number, model in enumerate(models.every(TREES)):
        folder = root / model.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"model{model.suffix}"
        parity.save(model, path)
        x = parity.scoring_rows(model, path, number, ROWS)
        if path.suffix == ".ubj":
            path.with_suffix(".json").unlink()
        expected = [number_of(value) for value in model.predict(x).tolist()]
        document = {"rows": [[number_of(value) for value in row] for row in x.tolist()], "expected": expected}
        (folder / "rows.json").write_text(json.dumps(document) + "\n")


def number_of(value):
    if numpy.isnan(value):
        return None
    return value if numpy.isfinite(value) else str(value)


main()
