"""XGBoost and onnxruntime on the rows of a task."""

import numpy
import onnxruntime
import timing
import xgboost


class XGBoost:
    """Rows in memory -> margins."""

    def __init__(self, folder, task):
        self._booster = xgboost.Booster({"nthread": 1}, model_file=folder / f"models/{task['model']}/xgboost.json")
        self._rows = timing.rows(folder, task)

    def time(self):
        seconds, sums = timing.timed(
            lambda: self._booster.inplace_predict(self._rows, predict_type="margin", validate_features=False))
        return seconds, timing.mean_of_sums(sums)


class XGBoostMatrix(XGBoost):
    """A DMatrix, built before the timing starts, -> margins. A new one for each run: XGBoost caches the margins of a
    matrix."""

    def time(self):
        seconds, sums = timing.timed(
            lambda matrix: self._booster.predict(matrix, output_margin=True, validate_features=False),
            lambda: (xgboost.DMatrix(self._rows, nthread=1),))
        return seconds, timing.mean_of_sums(sums)


class Onnxruntime:
    """Rows -> probabilities."""

    def __init__(self, folder, task):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            folder / f"models/{task['model']}/model.onnx", options, providers=["CPUExecutionProvider"])
        self._feed = {self._session.get_inputs()[0].name: timing.rows(folder, task)}

    def time(self):
        seconds, outputs = timing.timed(lambda: self._session.run(["probabilities"], self._feed))
        return seconds, float(numpy.mean(outputs[0][:, 1], dtype=numpy.float64))
