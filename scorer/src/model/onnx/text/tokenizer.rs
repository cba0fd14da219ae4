//! Tokenizer (com.microsoft), attached to the TfIdfVectorizer that counts its tokens.
//!
//! As a node of its own it would produce as many columns as the longest text of a batch has tokens. Attached, a lead's
//! tokens are counted without those columns and their padding.

use super::super::NodeError;
use super::super::attributes::{Attributes, to_strings};
use super::super::graph::{DEFAULT_DOMAIN, domain};
use super::token_pattern::TokenPattern;
use std::collections::HashMap;
use tract_onnx::pb::{AttributeProto, NodeProto};

/// Domain of the Tokenizer.
const MICROSOFT_DOMAIN: &str = "com.microsoft";

/// Prefix of a Tokenizer's attributes in the node that it is attached to.
const PREFIX: &str = "tokenizer_";

/// Tokenizer of a vectorizer.
#[derive(Debug)]
pub(super) struct Tokenizer {
    pattern: TokenPattern,
    /// Least number of characters of a token.
    least: usize,
}

/// Attributes of an attached Tokenizer.
pub(super) const NAMES: [&str; 5] =
    ["tokenizer_mark", "tokenizer_mincharnum", "tokenizer_pad_value", "tokenizer_separators", "tokenizer_tokenexp"];

/// Attaches each Tokenizer to the TfIdfVectorizer that reads its tokens, perhaps through a Flatten.
pub(in super::super) fn attach_tokenizers(nodes: &mut [NodeProto]) -> Result<(), NodeError> {
    let producers: HashMap<String, usize> = nodes
        .iter()
        .enumerate()
        .flat_map(|(at, node)| node.output.iter().map(move |name| (name.clone(), at)))
        .collect();
    for at in 0..nodes.len() {
        if nodes[at].op_type != "TfIdfVectorizer" || domain(&nodes[at]) != DEFAULT_DOMAIN {
            continue;
        }
        if let Some(stray) = nodes[at].attribute.iter().find(|attribute| attribute.name.starts_with(PREFIX)) {
            return Err(Attributes::new(&nodes[at]).error(&stray.name, "is not served"));
        }
        let producer = |node: &NodeProto| producers.get(node.input.first()?).map(|at| &nodes[*at]);
        let is_flatten = |node: &&NodeProto| node.op_type == "Flatten" && Attributes::new(node).int("axis", 1) == 1;
        let direct = producer(&nodes[at]);
        let Some(tokenizer) = direct.filter(is_flatten).and_then(producer).or(direct) else { continue };
        if tokenizer.op_type == "Tokenizer" && domain(tokenizer) == MICROSOFT_DOMAIN {
            let attached = |attribute: &AttributeProto| AttributeProto {
                name: format!("{PREFIX}{}", attribute.name),
                ..attribute.clone()
            };
            let (attributes, input) =
                (tokenizer.attribute.iter().map(attached).collect::<Vec<_>>(), tokenizer.input.clone());
            nodes[at].attribute.extend(attributes);
            nodes[at].input = input;
        }
    }
    Ok(())
}

/// Parses the Tokenizer attached to a vectorizer with these words; `None` without one.
pub(super) fn tokenizer(attributes: &Attributes<'_>, words: &[String]) -> Result<Option<Tokenizer>, NodeError> {
    let [mark, least, padding, separators, expression] = NAMES;
    if !NAMES.iter().any(|name| attributes.has(name)) {
        return Ok(None);
    }
    if attributes.int(mark, 0) != 0 {
        return Err(attributes.error(mark, "other than 0 is not served"));
    }
    if words.contains(&attributes.string(padding)) {
        let reason = "is a word of the pool, whose count would depend on the other leads";
        return Err(attributes.error(padding, reason));
    }
    let count = attributes.int(least, 1);
    let count = usize::try_from(count).ok().filter(|count| *count > 0);
    let count = count.ok_or_else(|| attributes.error(least, "should be from 1 up"))?;
    let (name, pattern) = if attributes.has(expression) {
        (expression, TokenPattern::parse(&attributes.string(expression)))
    } else {
        (separators, TokenPattern::between(&to_strings(attributes.strings(separators))))
    };
    let pattern = pattern.ok_or_else(|| attributes.error(name, unserved(&attributes.string(name))))?;
    Ok(Some(Tokenizer { pattern, least: count }))
}

fn unserved(expression: &str) -> String {
    format!(
        "{expression:?} is not served: only runs of one set of characters are, such as [a-zA-Z0-9_]+ or \\b\\w\\w+\\b"
    )
}

impl Tokenizer {
    /// Tokens of a text, in order.
    pub(super) fn tokens<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.pattern.tokens(text, self.least)
    }
}
