//! Tree ensemble as flat ONNX attribute lists, and its serialization to a model file.

use prost::Message;
use scorer::model::proto::{
    Attribute, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, Shape, TensorType, TypeProto, ValueInfo,
};

/// Attribute lists by their ONNX-ML names; `target_*` are written as `class_*` for a classifier.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ensemble {
    pub(crate) nodes_treeids: Vec<i64>,
    pub(crate) nodes_nodeids: Vec<i64>,
    pub(crate) nodes_featureids: Vec<i64>,
    pub(crate) nodes_modes: Vec<&'static str>,
    pub(crate) nodes_values: Vec<f32>,
    pub(crate) nodes_truenodeids: Vec<i64>,
    pub(crate) nodes_falsenodeids: Vec<i64>,
    pub(crate) nodes_missing_value_tracks_true: Vec<i64>,
    pub(crate) target_treeids: Vec<i64>,
    pub(crate) target_nodeids: Vec<i64>,
    pub(crate) target_ids: Vec<i64>,
    pub(crate) target_weights: Vec<f32>,
    pub(crate) base_values: Vec<f32>,
    pub(crate) aggregate_function: &'static str,
    pub(crate) n_targets: i64,
}

fn floats(name: &str, floats: &[f32]) -> Attribute {
    Attribute { name: name.into(), floats: floats.to_vec(), kind: 6, ..Attribute::default() }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), ints: ints.to_vec(), kind: 7, ..Attribute::default() }
}

fn text(name: &str, text: &str) -> Attribute {
    Attribute { name: name.into(), s: Some(text.into()), kind: 3, ..Attribute::default() }
}

fn tensor(name: &str, element: i32, columns: Option<i64>) -> ValueInfo {
    let rows = Dimension { name: Some("N".into()), ..Dimension::default() };
    let columns = columns.map(|length| Dimension { value: Some(length), ..Dimension::default() });
    let shape = Shape { dim: [rows].into_iter().chain(columns).collect() };
    ValueInfo {
        name: name.into(),
        r#type: Some(TypeProto { tensor: Some(TensorType { element, shape: Some(shape) }) }),
    }
}

impl Ensemble {
    /// Converts to a single summed target, as a binary classifier has.
    pub(crate) fn with_single_target(mut self) -> Self {
        self.target_ids.iter_mut().for_each(|id| *id = 0);
        self.base_values.truncate(1);
        self.aggregate_function = "SUM";
        self.n_targets = 1;
        self
    }

    fn node_attributes(&self) -> Vec<Attribute> {
        let modes = self.nodes_modes.iter().map(|mode| mode.as_bytes().to_vec()).collect();
        let mut attributes = vec![
            ints("nodes_treeids", &self.nodes_treeids),
            ints("nodes_nodeids", &self.nodes_nodeids),
            ints("nodes_featureids", &self.nodes_featureids),
            Attribute { name: "nodes_modes".into(), strings: modes, kind: 8, ..Attribute::default() },
            floats("nodes_values", &self.nodes_values),
            ints("nodes_truenodeids", &self.nodes_truenodeids),
            ints("nodes_falsenodeids", &self.nodes_falsenodeids),
            ints("nodes_missing_value_tracks_true", &self.nodes_missing_value_tracks_true),
        ];
        if !self.base_values.is_empty() {
            attributes.push(floats("base_values", &self.base_values));
        }
        attributes
    }

    fn leaf_attributes(&self, prefix: &str) -> Vec<Attribute> {
        let name = |what: &str| format!("{prefix}_{what}");
        vec![
            ints(&name("treeids"), &self.target_treeids),
            ints(&name("nodeids"), &self.target_nodeids),
            ints(&name("ids"), &self.target_ids),
            floats(&name("weights"), &self.target_weights),
        ]
    }

    /// Model file with one TreeEnsembleRegressor, from `x` to `y`.
    pub(crate) fn regressor(&self, width: usize) -> Vec<u8> {
        let n_targets =
            Attribute { name: "n_targets".into(), i: Some(self.n_targets), kind: 2, ..Attribute::default() };
        let own = vec![n_targets, text("aggregate_function", self.aggregate_function)];
        let attribute = [self.node_attributes(), self.leaf_attributes("target"), own].concat();
        model("TreeEnsembleRegressor", attribute, width, vec![tensor("y", 1, Some(self.n_targets))])
    }

    /// Model file with one binary TreeEnsembleClassifier, from `x` to `label` and `p`.
    pub(crate) fn classifier(&self, width: usize) -> Vec<u8> {
        let own = vec![ints("classlabels_int64s", &[0, 1]), text("post_transform", "LOGISTIC")];
        let attribute = [self.node_attributes(), self.leaf_attributes("class"), own].concat();
        model("TreeEnsembleClassifier", attribute, width, vec![tensor("label", 7, None), tensor("p", 1, Some(2))])
    }
}

fn model(operator: &str, attribute: Vec<Attribute>, width: usize, output: Vec<ValueInfo>) -> Vec<u8> {
    let node = NodeProto {
        input: vec!["x".into()],
        output: output.iter().map(|output| output.name.clone()).collect(),
        name: "forest".into(),
        op_type: operator.into(),
        domain: "ai.onnx.ml".into(),
        attribute,
    };
    let input = vec![tensor("x", 1, Some(i64::try_from(width).unwrap()))];
    let graph = GraphProto { node: vec![node], name: "g".into(), input, output, ..GraphProto::default() };
    let opset_import = vec![OperatorSetId { domain: "ai.onnx.ml".into(), version: 3 }];
    ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..ModelProto::default() }.encode_to_vec()
}
