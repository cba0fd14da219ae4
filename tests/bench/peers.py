"""Times onnxruntime on one thread on the features that the benchmark wrote. Arguments: the model, the features, their
width. Prints one JSON object."""

import json
import statistics
import sys
import time

import numpy
import onnxruntime

RUNS = 5


def main():
    model, features, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
    matrix = numpy.fromfile(features, dtype="<f4").reshape(-1, width)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    manifest = json.loads(session.get_modelmeta().custom_metadata_map["leadlight.manifest"])
    feed = {session.get_inputs()[0].name: matrix}
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        session.run([manifest["output"]["name"]], feed)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"graph_seconds": statistics.median(seconds), "version": onnxruntime.__version__}))


main()
