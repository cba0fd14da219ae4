"""Converts the trees of an ONNX file to plain lists, for Leadlight's kernel and YDF, which do not read ONNX."""

import json

import onnx

LEAF = -1


def write(folder):
    """Writes `forest.json` next to the `model.onnx` of a folder: the initial value of a row's sum, and the nodes of
    each tree. A node whose feature is -1 is a leaf, which adds its threshold to the sum. From any other a row goes to
    `yes` where its feature is below the threshold, or NaN if `missing_is_yes`, and to `no` where not."""
    (node,) = onnx.load(folder / "model.onnx").graph.node
    of = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    trees = []
    for tree, number, mode, feature, threshold, yes, no, missing in zip(
            of["nodes_treeids"], of["nodes_nodeids"], of["nodes_modes"], of["nodes_featureids"], of["nodes_values"],
            of["nodes_truenodeids"], of["nodes_falsenodeids"], of["nodes_missing_value_tracks_true"]):
        assert mode in (b"BRANCH_LT", b"LEAF"), mode
        if tree == len(trees):
            trees.append({"feature": [], "threshold": [], "yes": [], "no": [], "missing_is_yes": []})
        # Nodes are numbered by their position in the tree, so that children need no lookup.
        assert tree == len(trees) - 1 and number == len(trees[-1]["feature"]), (tree, number)
        values = [LEAF, 0.0, 0, 0, False] if mode == b"LEAF" else [feature, threshold, yes, no, bool(missing)]
        for column, value in zip(trees[-1].values(), values):
            column.append(value)
    for tree, number, weight in zip(of["class_treeids"], of["class_nodeids"], of["class_weights"]):
        trees[tree]["threshold"][number] = weight
    base = of.get("base_values", [0.0])[0]
    (folder / "forest.json").write_text(json.dumps({"base": base, "trees": trees}), encoding="utf-8")
