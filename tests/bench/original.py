"""The replaced system's pipeline from a CSV file to a ranked list, with the libraries that it used, vectorised by column:
pandas reads and encodes, XGBoost scores. The encoder's export defines the encoding."""

import io
import json
import pathlib

import numpy
import pandas
import timing
import xgboost


class Original:
    """Bytes of a list -> its columns, the probability of each row, the order of the rows, best first."""

    def __init__(self, folder, task):
        self._encoder = json.loads(pathlib.Path(task["encoder"]).read_text(encoding="utf-8"))
        self._booster = xgboost.Booster({"nthread": 1}, model_file=folder / f"models/{task['model']}/xgboost.json")
        self._file = (folder / task["list"]).read_bytes()

    def time(self):
        seconds, (_, scores, _) = timing.timed(self._rank)
        return seconds, float(numpy.mean(scores, dtype=numpy.float64))

    def _rank(self):
        frame = pandas.read_csv(io.BytesIO(self._file))
        scores = self._booster.inplace_predict(self._features(frame), validate_features=False)
        return frame, scores, numpy.argsort(-scores, kind="stable")

    def _features(self, frame):
        features = self._texts(frame) | self._numbers(frame) | self._categories(frame)
        names = self._encoder["feature_columns"]
        matrix = numpy.zeros((len(frame), len(names)), dtype=numpy.float32)
        for place, name in enumerate(names):
            matrix[:, place] = features[name]
        return matrix

    def _texts(self, frame):
        features = {f"has_{text}": frame[text].notna() for text in ["summary", "skills", "jobtitle"]}
        for text in ["summary", "jobtitle"]:
            features[f"{text}_length"] = frame[text].str.len().fillna(0)
        features["skills_count"] = (frame["skills"].str.count(",") + 1).fillna(0)
        flags = self._encoder["text"]["jobtitle_regex_case_insensitive_search"]
        titles = frame["jobtitle"].fillna("")
        return features | {name: titles.str.contains(flag, case=False) for name, flag in flags.items()}

    def _numbers(self, frame):
        return {name: frame[name].fillna(median) for name, median in self._encoder["numeric_medians"].items()}

    def _categories(self, frame):
        features, fill = {}, self._encoder["categorical_missing_fill"]
        targets = self._encoder["target_encoding"]
        for name, table in targets["per_column"].items():
            features[name] = frame[name].fillna(fill).map(table["categories"]).fillna(targets["global_mean"])
        filled = {name: frame[name].fillna(fill) for name in self._encoder["one_hot"]["columns"]}
        for dummy in self._encoder["one_hot"]["dummies_in_feature_order"]:
            features[dummy["feature"]] = filled[dummy["column"]] == dummy["category"]
        return features
