"""The benchmark's peers in Python, each on one thread. Argument: the benchmark's folder. Reads tasks from standard input,
one JSON object a line; each response is a line with the seconds of one run and the mean probability, or an error."""

import os

# Before any library reads them.
os.environ["OMP_NUM_THREADS"] = os.environ["ARROW_NUM_THREADS"] = "1"

import importlib
import importlib.metadata
import json
import pathlib
import platform
import sys

# Module and class of each peer, and the package whose version is reported. Loaded on first use, so that a missing package
# affects its own peer alone.
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
            response = run(folder, opened, line.strip())
        # An error in a peer is its response; the others go on.
        except Exception as error:
            response = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(response), flush=True)


def run(folder, opened, line):
    """Times a task by the peer that it names; peers stay open for the next round of the same task."""
    task = json.loads(line)
    if task["task"] == "about":
        return {"about": f"Python {platform.python_version()}"}
    module, name, package = PEERS[task["task"]]
    if line not in opened:
        opened[line] = getattr(importlib.import_module(module), name)(folder, task)
    seconds, mean = opened[line].time()
    return {"seconds": seconds, "mean": mean, "version": importlib.metadata.version(package)}


main(pathlib.Path(sys.argv[1]))
