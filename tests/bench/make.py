"""Generates the inputs of the benchmark: rows of features and forests over them. Arguments: the output folder, the golden
set whose encoder and model are used. The same bytes every time.

Rows are drawn from the ranges of the set's encoder, each feature independently, so that few rows are equal and branches
go either way. Forests are fitted by XGBoost to an outcome that depends on interactions of features, and exported by
onnxmltools as a user's would be."""

import json
import pathlib
import shutil
import sys

import forest
import numpy
import xgboost
from onnxmltools.convert import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

ROWS = 100_000
FITTED = 50_000
TREES = [50, 100, 200, 500, 1000]
TREES_DEPTH = 6
DEPTHS = [2, 4, 6, 8, 10]
DEPTHS_TREES = 200


def main(folder, golden):
    encoder = json.loads((golden / "encoder.json").read_text(encoding="utf-8"))
    random = numpy.random.Generator(numpy.random.PCG64(20240607))
    rows = draw(encoder, random)
    rows.astype("<f4").tofile(folder / "rows.f32")
    (folder / "rows.json").write_text(json.dumps({"rows": len(rows), "width": rows.shape[1]}))
    adopt(folder / "models/adopted", golden)
    outcome = random.random(ROWS) < chance(rows, random)
    for trees in TREES:
        fit(folder / f"models/trees-{trees}", rows, outcome, trees, TREES_DEPTH)
    for depth in DEPTHS:
        fit(folder / f"models/depth-{depth}", rows, outcome, DEPTHS_TREES, depth)


def draw(encoder, random):
    """A feature matrix with values that the encoder can output, at about the frequencies of real leads."""
    columns = {name: random.random(ROWS) < 0.15 for name in encoder["feature_columns"]}
    targets = encoder["target_encoding"]
    for name, table in targets["per_column"].items():
        values = numpy.array([*table["categories"].values(), targets["global_mean"]])
        # Squared: some levels are common and most rare.
        columns[name] = values[(random.random(ROWS) ** 2 * len(values)).astype(int)]
    whole = lambda low, high: random.integers(low, high, ROWS, endpoint=True)
    columns |= {"llm_quality": whole(0, 20) * 5, "llm_engagement": whole(0, 20) / 20,
                "llm_decision_maker": whole(0, 20) / 20, "llm_company_fit": whole(0, 2),
                "companyfoundedon": 2024 - numpy.minimum(random.geometric(0.05, ROWS), 200)}
    for text, median, longest in [("summary", 700, 10_000), ("jobtitle", 30, 500)]:
        length = numpy.minimum(random.lognormal(numpy.log(median), 0.7, ROWS), longest).astype(int)
        columns |= {f"{text}_length": numpy.where(random.random(ROWS) < 0.1, 0, length)}
    columns |= {"skills_count": numpy.where(random.random(ROWS) < 0.1, 0, whole(1, 50))}
    columns |= {f"has_{text}": columns[length] > 0 for text, length in
                [("summary", "summary_length"), ("jobtitle", "jobtitle_length"), ("skills", "skills_count")]}
    return numpy.column_stack([columns[name] for name in encoder["feature_columns"]]).astype(numpy.float32)


def chance(rows, random):
    """Outcome probability of each row: the logistic function of a sum of features and of products of two."""
    scaled = (rows - rows.mean(axis=0)) / numpy.maximum(rows.std(axis=0), 1e-6)
    width = rows.shape[1]
    sums = scaled @ random.normal(0, 0.25, width)
    for _ in range(width):
        one, other = random.integers(0, width, 2)
        sums += random.normal(0, 0.35) * scaled[:, one] * scaled[:, other]
    return 1 / (1 + numpy.exp(-sums))


def adopt(folder, golden):
    """Exports the golden set's model, already in its folder; not every set has its XGBoost format."""
    if (golden / "xgboost_model.json").is_file():
        shutil.copyfile(golden / "xgboost_model.json", folder / "xgboost.json")
    forest.write(folder)


def fit(folder, rows, outcome, trees, depth):
    folder.mkdir(parents=True, exist_ok=True)
    model = xgboost.XGBClassifier(
        n_estimators=trees, max_depth=depth, learning_rate=0.1, tree_method="hist", n_jobs=1, random_state=7)
    model.fit(rows[:FITTED], outcome[:FITTED].astype(int))
    model.get_booster().save_model(folder / "xgboost.json")
    graph = convert_xgboost(model, name="leads", initial_types=[("float_input", FloatTensorType([None, rows.shape[1]]))])
    (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    forest.write(folder)


main(*map(pathlib.Path, sys.argv[1:]))
