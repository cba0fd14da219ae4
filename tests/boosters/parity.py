"""Compares the scores of XGBoost's and LightGBM's own model files with the libraries' predictions.

`LEADLIGHT_BIN` names the binary. Models are trained here, of every kind that is read, and scored on 10,000 rows each:
within 1e-6 for XGBoost, which computes in f32, and to the last bit of the f32 probability for LightGBM, which computes in
f64. Run it at the project's root: `cargo xtask test boosters`."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import lightgbm
import numpy
import pandas
import xgboost

import models
import rows

ROWS = 10_000
TREES = 30
ALLOWED = 1e-6


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leadlight-boosters-"))
    failures = [name for name, is_equal in [*compare_all(folder), *refuse_all(folder), *frames(folder)] if not is_equal]
    if failures:
        sys.exit(f"{len(failures)} models differ: {', '.join(failures)}; the files are in {folder}")
    shutil.rmtree(folder)


def compare_all(folder):
    for number, model in enumerate(models.every(TREES)):
        path = folder / f"{model.name}{model.suffix}"
        save(model, path)
        x = scoring_rows(model, path, number, ROWS)
        tolerance = ALLOWED if model.single else 0
        yield model.name, check(folder, path, x, model.predict(x), tolerance)


def save(model, path):
    model.save(str(path))
    if path.suffix == ".ubj":
        model.save(str(path.with_suffix(".json")))


def scoring_rows(model, path, seed, count):
    """Returns rows to score. XGBoost takes no infinities."""
    random = numpy.random.default_rng(100 + seed)
    return rows.scoring(random, count, models.WIDTH, rows.thresholds(path), model.categories, not model.single, model.single)


def check(folder, path, x, expected, tolerance):
    """Runs `leadlight check` and prints its result."""
    numpy.save(folder / "x.npy", x)
    numpy.save(folder / "expected.npy", expected.astype(numpy.float32))
    arguments = ["--inputs", folder / "x.npy", "--expected", folder / "expected.npy", "--tolerance", str(tolerance)]
    done = leadlight("check", path, *arguments)
    print(f"{path.name}: " + "; ".join(" ".join(line.split()) for line in done.stdout.splitlines()[1:4]) + done.stderr)
    return done.returncode == 0


def refuse_all(folder):
    for objective, suffix, save_model in models.refused():
        path = folder / f"refused_{objective.replace(':', '_')}{suffix}"
        save_model(str(path))
        done = leadlight("pack", path, "-o", folder / "refused.onnx")
        print(done.stderr.strip())
        yield path.name, done.returncode == 1 and objective in done.stderr


def frames(folder):
    """Data frames with named categories, as lists with a header. XGBoost 3.2 cuts names that are not ASCII."""
    for library, name in [("lightgbm", "Ünï, x"), ("xgboost", "uni, x")]:
        random = numpy.random.default_rng(4)
        frame, scored = frame_of(random, 600, name), frame_of(random, 2000, name)
        y = (frame["size"].isin(["small", name]) ^ (random.random(600) < 0.2)).astype(int).to_numpy()
        if library == "lightgbm":
            data = lightgbm.Dataset(frame, y)
            model = lightgbm.train({"objective": "binary", "verbose": -1, "min_data_per_group": 5}, data, 10)
            result = compare_frame(folder, "lightgbm_frame.txt", model.save_model, scored, model.predict(scored), 0)
        else:
            model = xgboost.XGBClassifier(n_estimators=10, enable_categorical=True).fit(frame, y)
            expected = model.predict_proba(scored)[:, 1]
            result = compare_frame(folder, "xgboost_frame.json", model.save_model, scored, expected, ALLOWED)
        yield f"{library}_frame", result
    model = xgboost.XGBClassifier(n_estimators=2, enable_categorical=True).fit(frame_of(random, 600, "Ünï"), y)
    model.save_model(folder / "cut.json")
    yield "cut.json", "not ASCII" in leadlight("pack", folder / "cut.json", "-o", folder / "refused.onnx").stderr


def frame_of(random, count, name):
    size = random.choice(["small", name, "large", "\"quoted\"", None], count)
    year = random.choice([1999, 2005, 2020], count)
    kinds = {"size": ["large", "small", name, "\"quoted\""], "year": [1999, 2005, 2020]}
    frame = pandas.DataFrame({"size": size, "staff": random.normal(size=count), "year": year})
    frame.loc[random.random(count) < 0.1, "staff"] = numpy.nan
    for column, categories in kinds.items():
        frame[column] = pandas.Categorical(frame[column], categories)
    return frame


def compare_frame(folder, name, save_model, frame, expected, tolerance):
    path, packed, leads = folder / name, folder / f"{name}.onnx", folder / f"{name}.csv"
    save_model(str(path))
    frame.to_csv(leads, index=False)
    done = leadlight("pack", path, "-o", packed)
    print(done.stderr.strip())
    done = leadlight("encode", leads, "--model", packed, "--json")
    ours = [json.loads(line)["probability"] for line in done.stdout.splitlines()]
    if len(ours) != len(expected):
        print(f"{name}: {len(ours)} scores for {len(expected)} rows; {done.stderr}")
        return False
    largest = numpy.abs(numpy.float32(ours) - expected.astype(numpy.float32)).max()
    print(f"{name}: {len(ours)} leads, largest difference {largest:.3g}")
    return largest <= tolerance


def leadlight(command, *arguments):
    arguments = [os.environ["LEADLIGHT_BIN"], command, *map(str, arguments)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
