"""Compares the probabilities of every shipped model with those of onnxruntime, on the encoded leads of every sample list.

`LEADLIGHT_BIN` names the binary. onnxruntime opens the shipped files, including their sections; the features are ours,
so that only the execution of the graph is compared. Run it at the project's root: `cargo xtask test
onnxruntime`."""

import json
import os
import pathlib
import subprocess
import sys

import numpy
import onnxruntime

ALLOWED = 1e-6
TYPES = {"float": numpy.float32, "double": numpy.float64}


def main():
    models = sorted(pathlib.Path("models").glob("*.onnx"))
    fixtures = sorted(pathlib.Path("tests/fixtures").glob("*/*.csv"))
    # Lists with foreign columns need the import, which is not used here.
    lists = sorted(pathlib.Path("static/samples").glob("*.csv")) + [file for file in fixtures if file.parent.name != "imports"]
    if not models or not lists:
        sys.exit("no model in models/ or no list in static/samples/ and tests/fixtures/: nothing to compare")
    worst = max(compare(model, leads) for model in models for leads in lists)
    if not worst <= ALLOWED:
        sys.exit(f"the largest difference is {worst:.3g}; at most {ALLOWED:g} is allowed")
    print(f"{len(models)} models, {len(lists)} lists: the largest difference is {worst:.3g}")


def compare(model, leads):
    """Returns the largest difference over a list."""
    encoded = encode(model, leads)
    features = numpy.array([row["features"] for row in encoded], dtype=numpy.float64)
    ours = numpy.array([row["probability"] for row in encoded], dtype=numpy.float32)
    theirs = run(model, features)
    if theirs.shape != ours.shape or not (numpy.isfinite(ours).all() and numpy.isfinite(theirs).all()):
        sys.exit(f"{model} on {leads}: not a finite probability for each of {len(ours)} leads")
    largest = float(numpy.abs(ours.astype(numpy.float64) - theirs).max())
    print(f"{model} on {leads}: {len(ours)} leads, largest difference {largest:.3g}")
    return largest


def encode(model, leads):
    """Returns the features and the probability of each lead, computed by the binary."""
    command = [os.environ["LEADLIGHT_BIN"], "encode", str(leads), "--model", str(model), "--json"]
    rows = [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True).stdout.splitlines()]
    if not rows:
        sys.exit(f"{leads} has no leads")
    return rows


def run(model, features):
    """Returns onnxruntime's probabilities, from the output and column named in the file."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    sections = session.get_modelmeta().custom_metadata_map
    output = json.loads(sections["leadlight.manifest"])["output"]
    inputs, start = {}, 0
    for part in json.loads(sections["leadlight.encoder"])["inputs"]:
        end = start + len(part["features"])
        inputs[part["name"]] = features[:, start:end].astype(TYPES[part["type"]])
        start = end
    probabilities = session.run([output["name"]], inputs)[0]
    return probabilities.reshape(len(features), -1)[:, output["column"]].astype(numpy.float64)


main()
