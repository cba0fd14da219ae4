//! StringNormalizer: changes the case of texts, character by character, as C's `towlower` and `towupper` do.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of texts. Output: the same type.
#[derive(Debug)]
struct StringNormalizer {
    change: CaseChange,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum CaseChange {
    None,
    Lower,
    Upper,
}

/// Parses a StringNormalizer without stop words, which would remove leads: it compares whole texts.
pub(in super::super) fn string_normalizer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["case_change_action", "is_case_sensitive", "locale", "stopwords"])?;
    if !attributes.strings("stopwords").is_empty() {
        return Err(attributes.error("stopwords", "are not served: they would remove leads"));
    }
    let locale = attributes.string("locale");
    let language = locale.split(['_', '-', '.']).next().unwrap_or_default();
    // Other languages have case rules of their own, and "C" without an encoding has letters of ASCII only.
    if !matches!(language, "" | "en") && !locale.eq_ignore_ascii_case("c.utf-8") {
        return Err(attributes.error("locale", format!("{locale:?} is not served; en_US.UTF-8 is")));
    }
    let change = match attributes.string("case_change_action").as_str() {
        "" | "NONE" => CaseChange::None,
        "LOWER" => CaseChange::Lower,
        "UPPER" => CaseChange::Upper,
        other => return Err(attributes.error("case_change_action", format!("{other} should be NONE, LOWER or UPPER"))),
    };
    Ok(Arc::new(StringNormalizer { change }))
}

impl CaseChange {
    fn apply(self, c: char) -> char {
        match self {
            CaseChange::None => c,
            // Lower case of one character in C, of two in Unicode.
            CaseChange::Lower if c == 'İ' => 'i',
            CaseChange::Lower => only_or(c.to_lowercase(), c),
            CaseChange::Upper => only_or(c.to_uppercase(), c),
        }
    }
}

/// The only character, or another.
fn only_or(mut chars: impl Iterator<Item = char>, otherwise: char) -> char {
    match (chars.next(), chars.next()) {
        (Some(only), None) => only,
        _ => otherwise,
    }
}

impl Operator for StringNormalizer {
    fn name(&self) -> &'static str {
        "LeadlightCase"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        ensure!(inputs[0].0 == DatumType::String, "the input should hold texts");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let change = |text: &String| text.chars().map(|c| self.change.apply(c)).collect::<String>();
        Ok(vec![tensor_from(inputs[0].shape(), elements::<String>(&inputs[0])?.iter().map(change).collect())?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts as onnxruntime 1.32 gives them with the locale en_US.UTF-8.
    #[test]
    fn case_changes_character_by_character() {
        let lower = |text: &str| text.chars().map(|c| CaseChange::Lower.apply(c)).collect::<String>();
        assert_eq!(lower("ABC É İ ǅ Σ ẞ K Ω"), "abc é i ǆ σ ß k ω");
        assert_eq!(lower("ΟΔΟΣ \u{10400} ᲐᲑ"), "οδοσ \u{10428} აბ");
        assert_eq!("straße".chars().map(|c| CaseChange::Upper.apply(c)).collect::<String>(), "STRAßE");
    }
}
