"""YDF on the rows of a task: the same trees, run by the fastest of its engines."""

import json

import numpy
import timing
import ydf

# Batch sizes: for one row, and for many rows, the best of several for the fastest engine.
BATCHES = [1, 1000]


class Ydf:
    """Rows in the form of YDF's engines -> probabilities; YDF's own benchmark measures the time."""

    def __init__(self, folder, task):
        ydf.verbose(0)
        rows = timing.rows(folder, task)
        self._columns = {name(place): rows[:, place] for place in range(rows.shape[1])}
        self._batch = max(size for size in BATCHES if size <= len(rows))
        self._count = len(rows)
        forest = json.loads((folder / f"models/{task['model']}/forest.json").read_text(encoding="utf-8"))
        self._model = build_model(forest, rows.shape[1])
        self._model.force_engine(min(self._model.list_compatible_engines(), key=self._seconds))
        self._mean = float(numpy.mean(self._model.predict(self._columns), dtype=numpy.float64))

    def time(self):
        self._seconds(None)
        return self._seconds(None), self._mean

    def _seconds(self, engine):
        if engine is not None:
            self._model.force_engine(engine)
        result = self._model.benchmark(
            self._columns, benchmark_duration=timing.SECONDS, warmup_duration=0.1, batch_size=self._batch, num_threads=1)
        return result.duration_per_example * self._count


def name(place):
    return f"f{place:03}"


def build_model(forest, width):
    """Fits a model and replaces its trees by those of the forest."""
    random = numpy.random.Generator(numpy.random.PCG64(1))
    columns = {name(place): random.random(100) for place in range(width)}
    learner = ydf.GradientBoostedTreesLearner(
        label="outcome", num_trees=1, validation_ratio=0.0, early_stopping="NONE", num_threads=1)
    model = learner.train(columns | {"outcome": numpy.arange(100) % 2})
    places = {column.name: place for place, column in enumerate(model.data_spec().columns)}
    while model.num_trees() > 0:
        model.remove_tree(0)
    for tree in forest["trees"]:
        model.add_tree(ydf.tree.Tree(node(tree, 0, places)))
    model.set_initial_predictions([forest["base"]])
    return model


def node(tree, at, places):
    feature, threshold = tree["feature"][at], tree["threshold"][at]
    if feature < 0:
        return ydf.tree.Leaf(value=ydf.tree.RegressionValue(num_examples=1.0, value=threshold))
    # YDF tests the opposite: feature >= threshold.
    condition = ydf.tree.NumericalHigherThanCondition(
        missing=not tree["missing_is_yes"][at], score=0.0, attribute=places[name(feature)], threshold=threshold)
    return ydf.tree.NonLeaf(
        condition=condition, pos_child=node(tree, tree["no"][at], places), neg_child=node(tree, tree["yes"][at], places))
