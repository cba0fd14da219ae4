"""Python peers of the benchmark, each on one thread. Argument: the benchmark's folder. Reads tasks from standard input, one
JSON object per line, and writes one line per task: the seconds of one run and the mean probability, or an error."""

import os

# Before any library reads them.
os.environ["OMP_NUM_THREADS"] = os.environ["ARROW_NUM_THREADS"] = "1"

import importlib
import importlib.metadata
import json
import pathlib
import platform
import sys

# Module of each peer, and the package whose version is reported. Imported on first use, so that a missing package affects
# only its own peer.
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
        # An error of a peer is reported as its result; the others continue.
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def run(folder, opened, line):
    """Times a task with the named peer; a peer opened for the same task before is reused."""
    task = json.loads(line)
    if task["task"] == "about":
        return {"about": f"Python {platform.python_version()}"}
    module, name, package = PEERS[task["task"]]
    if line not in opened:
        opened[line] = getattr(importlib.import_module(module), name)(folder, task)
    seconds, mean = opened[line].time()
    return {"seconds": seconds, "mean": mean, "version": importlib.metadata.version(package)}


main(pathlib.Path(sys.argv[1]))
