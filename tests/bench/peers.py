"""The benchmark's peers in Python, each on one thread. Argument: the benchmark's folder. Reads tasks from standard input,
one JSON object a line, and answers each with a line: the seconds of one run and the mean probability, or an error."""

import os

# Before any library looks.
os.environ["OMP_NUM_THREADS"] = os.environ["ARROW_NUM_THREADS"] = "1"

import importlib
import importlib.metadata
import json
import pathlib
import platform
import sys

# Where each peer is, and the package whose version is told. Loaded when first asked for, so that a package that is
# missing stands in nobody's way but its own.
PEERS = {
    "xgboost": ("forests", "XGBoost", "xgboost-cpu"),
    "xgboost-matrix": ("forests", "XGBoostMatrix", "xgboost-cpu"),
    "onnxruntime": ("forests", "Onnxruntime", "onnxruntime"),
    "ydf": ("forests_ydf", "Ydf", "ydf"),
    "original": ("original", "Original", "pandas"),
}


def main(folder):
    opened = {}
    for line in sys.stdin:
        try:
            answer = run(folder, opened, line.strip())
        # Whatever goes wrong in a peer is that peer's answer; the others go on.
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def run(folder, opened, line):
    """Times a task by the peer that it names; what was opened for the same task before is used again."""
    task = json.loads(line)
    if task["task"] == "about":
        return {"about": f"Python {platform.python_version()}"}
    module, name, package = PEERS[task["task"]]
    if line not in opened:
        opened[line] = getattr(importlib.import_module(module), name)(folder, task)
    seconds, mean = opened[line].time()
    return {"seconds": seconds, "mean": mean, "version": importlib.metadata.version(package)}


main(pathlib.Path(sys.argv[1]))
