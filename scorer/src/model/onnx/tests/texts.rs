//! Graphs with texts: categories that must be known, words that are counted, and neighbors.

use super::size_limits::node;
use crate::lead::encode::{Element, Feature, Input, InputBlock, InputValues, Rule, Specification};
use crate::model::bundle::OutputColumn;
use crate::model::onnx::{Graph, LeadError, ModelError};
use prost::Message;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TypeProto, ValueInfoProto,
    tensor_proto::DataType, type_proto,
};

fn strings(name: &str, strings: &[&str]) -> AttributeProto {
    let strings = strings.iter().map(|string| string.as_bytes().to_vec()).collect();
    AttributeProto { name: name.into(), strings, r#type: 8, ..Default::default() }
}

fn string(name: &str, string: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: string.as_bytes().to_vec(), r#type: 3, ..Default::default() }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, r#type: 2, ..Default::default() }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), r#type: 7, ..Default::default() }
}

fn with(domain: &str, mut node: NodeProto, attribute: Vec<AttributeProto>) -> NodeProto {
    node.domain = domain.into();
    node.attribute = attribute;
    node
}

fn text_input(name: &str) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: DataType::String as i32, shape: None };
    let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: name.into(), r#type: Some(kind), ..Default::default() }
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    let float_data = values.to_vec();
    TensorProto { name: name.into(), dims: dims.to_vec(), data_type: 1, float_data, ..Default::default() }
}

/// Encoder of text inputs of one feature each, which read the fields `field_<input>`.
fn encoder(inputs: &[&str]) -> Specification {
    let input = |name: &&str| {
        let rule = Rule::Text { missing: String::new() };
        let feature = Feature { name: format!("f_{name}"), field: format!("field_{name}"), clip: None, rule };
        Input { name: (*name).to_owned(), element: Element::String, features: vec![feature] }
    };
    Specification { format: 1, inputs: inputs.iter().map(input).collect() }
}

fn open(inputs: &[&str], node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Result<Graph, ModelError> {
    let output = super::size_limits::float_input("y");
    let input = inputs.iter().map(|name| text_input(name)).collect();
    let graph = GraphProto { node, initializer, input, output: vec![output], ..Default::default() };
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.into(), version };
    let opset_import = vec![set("", 21), set("ai.onnx.ml", 3), set("com.microsoft", 1)];
    let file = ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec();
    Graph::open(&file, &encoder(inputs), &OutputColumn { name: "y".into(), column: 0 })
}

fn texts(values: &[&str]) -> InputBlock {
    InputBlock { width: 1, values: InputValues::Text(values.iter().map(|text| (*text).to_owned()).collect()) }
}

fn one_hot(input: &str, output: &str, categories: &[&str], zeros: i64) -> NodeProto {
    let attributes = vec![strings("cats_strings", categories), int("zeros", zeros)];
    with("ai.onnx.ml", node("OneHotEncoder", &[input], output), attributes)
}

/// Two columns that must be known: the probability is 0.25 for ("a", "p"), 0.5 for ("b", "p"), and twice as much with "q".
fn two_categories() -> Graph {
    let flatten = |input: &str, output: &str| node("Flatten", &[input], output);
    let nodes = vec![
        one_hot("one", "hot1", &["a", "b"], 0),
        one_hot("two", "hot2", &["p", "q"], 0),
        flatten("hot1", "flat1"),
        flatten("hot2", "flat2"),
        node("MatMul", &["flat1", "w1"], "y1"),
        node("MatMul", &["flat2", "w2"], "y2"),
        node("Mul", &["y1", "y2"], "y"),
    ];
    let weights = vec![floats("w1", &[2, 1], &[0.25, 0.5]), floats("w2", &[2, 1], &[1.0, 2.0])];
    open(&["one", "two"], nodes, weights).unwrap()
}

#[test]
fn an_unknown_category_rejects_its_lead_alone() {
    let graph = two_categories();
    let blocks = [texts(&["a", "A", "b", "b", ""]), texts(&["p", "p", "q", "x", "y"])];
    let rejected =
        |field: &str| Err(LeadError::Rejected(format!("{field:?} has a value that the model does not know")));
    let expected = [Ok(0.25), rejected("field_one"), Ok(1.0), rejected("field_two"), rejected("field_one")];
    assert_eq!(graph.run_each(&blocks).unwrap(), expected);
    assert!(graph.run(&blocks).is_err());
    let all_unknown = [texts(&["z"; 3000]), texts(&["p"; 3000])];
    assert!(graph.run_each(&all_unknown).unwrap().iter().all(|result| *result == rejected("field_one")));
}

#[test]
fn required_categories_are_listed() {
    let graph = two_categories();
    let listed: Vec<(&str, &[String], bool)> = graph
        .text_levels()
        .iter()
        .map(|known| (known.field.as_str(), known.levels.as_slice(), known.is_required))
        .collect();
    let levels = [["a", "b"].map(str::to_owned), ["p", "q"].map(str::to_owned)];
    assert_eq!(listed, [("field_one", &levels[0][..], true), ("field_two", &levels[1][..], true)]);
}

#[test]
fn a_text_that_is_no_number_rejects_its_lead_alone() {
    let cast = with("", node("Cast", &["one"], "y"), vec![int("to", 1)]);
    let graph = open(&["one"], vec![cast], vec![]).unwrap();
    let results = graph.run_each(&[texts(&["0.5", "many", "0.25", "1", "7"])]).unwrap();
    assert_eq!([&results[0], &results[2], &results[3]], [&Ok(0.5), &Ok(0.25), &Ok(1.0)]);
    assert!(matches!(&results[1], Err(LeadError::Rejected(reason)) if !reason.is_empty()));
    assert_eq!(results[4], Err(LeadError::OutOfRange(7.0)));
}

fn vectorizer(input: &str, more: Vec<AttributeProto>) -> NodeProto {
    let mut attributes = vec![
        string("mode", "TF"),
        int("min_gram_length", 1),
        int("max_gram_length", 2),
        int("max_skip_count", 0),
        ints("ngram_counts", &[0, 2]),
        ints("ngram_indexes", &[0, 2, 1]),
        strings("pool_strings", &["a", "b", "a", "b"]),
    ];
    attributes.retain(|attribute| !more.iter().any(|other| other.name == attribute.name));
    with("", node("TfIdfVectorizer", &[input], "counts"), [attributes, more].concat())
}

fn tokenizer(attributes: Vec<AttributeProto>) -> NodeProto {
    let common = vec![string("pad_value", "#"), int("mark", 0), int("mincharnum", 1)];
    with("com.microsoft", node("Tokenizer", &["one"], "tokens"), [common, attributes].concat())
}

fn counted(tokenizer: NodeProto, vectorizer: NodeProto) -> Result<Graph, ModelError> {
    let flatten = node("Flatten", &["tokens"], "flat");
    let weights = floats("w", &[3, 1], &[0.1, 0.01, 0.001]);
    open(&["one"], vec![tokenizer, flatten, vectorizer, node("MatMul", &["counts", "w"], "y")], vec![weights])
}

#[test]
fn words_and_pairs_are_counted() {
    let words = || tokenizer(vec![string("tokenexp", "[a-zA-Z0-9_]+")]);
    let graph = counted(words(), vectorizer("flat", vec![])).unwrap();
    // One more "a" is 0.1, a pair "a b" 0.01, a "b" 0.001.
    let (values, _) = graph.run_all(&[texts(&["a b,a b", "b b b a", "", "é", "a x b", "ab"])]).unwrap();
    let rounded: Vec<f32> = values.iter().map(|value| (value * 1000.0).round()).collect();
    assert_eq!(rounded, [222.0, 103.0, 0.0, 0.0, 101.0, 0.0]);
    let weights =
        AttributeProto { name: "weights".into(), floats: vec![1.0, 2.0, 3.0], r#type: 6, ..Default::default() };
    let weighted = counted(words(), vectorizer("flat", vec![weights, string("mode", "TFIDF")])).unwrap();
    assert_eq!((weighted.run_all(&[texts(&["a b,a b"])]).unwrap().0[0] * 1000.0).round(), 264.0);
}

#[test]
fn what_cannot_be_counted_is_named() {
    let words = |attribute| tokenizer(vec![attribute]);
    let error = |tokenizer, vectorizer| match counted(tokenizer, vectorizer).map(drop) {
        Err(ModelError::Node(error)) => error.attribute,
        other => panic!("{other:?}"),
    };
    let default = || words(string("tokenexp", r"\w+"));
    let plain = || vectorizer("flat", vec![]);
    assert_eq!(error(words(string("tokenexp", "a|b")), plain()), "tokenizer_tokenexp");
    assert_eq!(error(words(strings("separators", &["ab"])), plain()), "tokenizer_separators");
    assert_eq!(error(tokenizer(vec![]), plain()), "tokenizer_separators");
    let padded = vectorizer("flat", vec![strings("pool_strings", &["#", "b", "a", "b"])]);
    assert_eq!(error(default(), padded), "tokenizer_pad_value");
    for (attribute, name) in [
        (int("max_skip_count", 1), "max_skip_count"),
        (int("min_gram_length", 0), "max_gram_length"),
        (int("max_gram_length", i64::MAX), "max_gram_length"),
        (ints("ngram_counts", &[0, 9]), "ngram_counts"),
        (ints("ngram_counts", &[0, 1]), "ngram_counts"),
        (ints("ngram_indexes", &[0, 1]), "ngram_indexes"),
        (ints("ngram_indexes", &[0, 1, -1]), "ngram_indexes"),
        (ints("ngram_indexes", &[0, 1, 1]), "ngram_indexes"),
        (ints("ngram_indexes", &[0, 1, i64::MAX]), "ngram_indexes"),
        (strings("pool_strings", &["a", "a", "a", "b"]), "pool_strings"),
        (string("mode", "BM25"), "mode"),
    ] {
        assert_eq!(error(default(), vectorizer("flat", vec![attribute.clone()])), name, "{attribute:?}");
    }
    let stop_words = vec![string("case_change_action", "LOWER"), strings("stopwords", &["the"])];
    let normalizer = with("", node("StringNormalizer", &["one"], "y"), stop_words);
    assert!(open(&["one"], vec![normalizer], vec![]).map(drop).unwrap_err().to_string().contains("remove leads"));
    let alone = open(&["one"], vec![tokenizer(vec![]), node("Identity", &["tokens"], "y")], vec![]).map(drop);
    assert!(matches!(alone, Err(ModelError::Operator { operator, .. }) if operator == "Tokenizer"));
}
