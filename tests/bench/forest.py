"""Exports the trees of an ONNX file as plain lists, for programs that cannot read ONNX: Leadlight's kernel and YDF."""

import json

import onnx

LEAF = -1


def write(folder):
    """Writes `forest.json` next to the `model.onnx` of a folder: the base value of the margin, and the nodes of each tree.
    A node whose feature is -1 is a leaf, whose threshold is added to the margin. From any other node a row goes to `yes`
    if its feature is below the threshold, or NaN with `missing_is_yes`, else to `no`."""
    (node,) = onnx.load(folder / "model.onnx").graph.node
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    trees = []
    for tree, number, mode, feature, threshold, yes, no, missing in zip(
            attributes["nodes_treeids"], attributes["nodes_nodeids"], attributes["nodes_modes"], attributes["nodes_featureids"], attributes["nodes_values"],
            attributes["nodes_truenodeids"], attributes["nodes_falsenodeids"], attributes["nodes_missing_value_tracks_true"]):
        assert mode in (b"BRANCH_LT", b"LEAF"), mode
        if tree == len(trees):
            trees.append({"feature": [], "threshold": [], "yes": [], "no": [], "missing_is_yes": []})
        # Node ids are indices within the tree, so that children need no lookup.
        assert tree == len(trees) - 1 and number == len(trees[-1]["feature"]), (tree, number)
        values = [LEAF, 0.0, 0, 0, False] if mode == b"LEAF" else [feature, threshold, yes, no, bool(missing)]
        for column, value in zip(trees[-1].values(), values):
            column.append(value)
    for tree, number, weight in zip(attributes["class_treeids"], attributes["class_nodeids"], attributes["class_weights"]):
        trees[tree]["threshold"][number] = weight
    base = attributes.get("base_values", [0.0])[0]
    (folder / "forest.json").write_text(json.dumps({"base": base, "trees": trees}), encoding="utf-8")
