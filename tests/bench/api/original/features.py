"""Encoding of leads into the model's columns with pandas, the same code for one lead and a batch, in the style of a
notebook moved into a service. The encoder's export defines the encoding."""

import json
import pathlib

import pandas


class Preprocessor:
    """The fitted tables of the encoder's export, applied to a frame of leads."""

    def __init__(self, path):
        self._encoder = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self._columns = self._encoder["feature_columns"]

    def transform(self, leads):
        """A frame with a column for each field of a lead -> one with exactly the model's columns, in its order."""
        frame = self._texts(leads.copy())
        frame = self._numbers(frame)
        frame = self._target_encoded(frame)
        frame = self._one_hot(frame)
        return frame.reindex(columns=self._columns, fill_value=0).astype(float)

    def _texts(self, frame):
        for text in ["summary", "skills", "jobtitle"]:
            frame[f"has_{text}"] = frame[text].notna().astype(int)
        frame["summary_length"] = frame["summary"].fillna("").astype(str).str.len()
        frame["jobtitle_length"] = frame["jobtitle"].fillna("").astype(str).str.len()
        frame["skills_count"] = frame["skills"].apply(lambda skills: len(skills.split(",")) if pandas.notna(skills) else 0)
        titles = frame["jobtitle"].fillna("").astype(str)
        for flag, pattern in self._encoder["text"]["jobtitle_regex_case_insensitive_search"].items():
            frame[flag] = titles.str.contains(pattern, case=False, regex=True).astype(int)
        return frame.drop(columns=["summary", "skills", "jobtitle"])

    def _numbers(self, frame):
        for column, median in self._encoder["numeric_medians"].items():
            frame[column] = pandas.to_numeric(frame[column]).fillna(median)
        return frame

    def _target_encoded(self, frame):
        targets = self._encoder["target_encoding"]
        for column, table in targets["per_column"].items():
            filled = frame[column].fillna(self._encoder["categorical_missing_fill"])
            frame[column] = filled.map(table["categories"]).fillna(targets["global_mean"])
        return frame

    def _one_hot(self, frame):
        columns = self._encoder["one_hot"]["columns"]
        frame[columns] = frame[columns].fillna(self._encoder["categorical_missing_fill"]).astype(str)
        return pandas.get_dummies(frame, columns=columns)
