//! Texts that a graph knows: categories of its encoders and words of its vectorizers, by the field that they are read from.

use super::attributes::to_strings;
use super::graph::{DEFAULT_DOMAIN, ML_DOMAIN, domain};
use super::node_context::NodeContext;

/// Texts that a graph knows in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLevels {
    /// Field of the lead.
    pub field: String,
    /// Texts, in the order of the file.
    pub levels: Vec<String>,
    /// True when a lead with any other text is rejected.
    pub is_required: bool,
}

/// Texts that one node knows, for each field that reaches it.
pub(super) fn text_levels(context: &NodeContext<'_>) -> Vec<TextLevels> {
    let attributes = context.attributes();
    let (name, is_required) = match (domain(context.node), context.node.op_type.as_str()) {
        (ML_DOMAIN, "OneHotEncoder") => ("cats_strings", attributes.int("zeros", 1) == 0),
        (ML_DOMAIN, "CategoryMapper") => ("cats_strings", false),
        (ML_DOMAIN, "LabelEncoder") if context.version() < 2 => ("classes_strings", false),
        (ML_DOMAIN, "LabelEncoder") => ("keys_strings", false),
        (DEFAULT_DOMAIN, "TfIdfVectorizer") => ("pool_strings", false),
        _ => return Vec::new(),
    };
    let (levels, fields) = (to_strings(attributes.strings(name)), context.fields(0).unwrap_or_default());
    if levels.is_empty() {
        return Vec::new();
    }
    fields.iter().map(|field| TextLevels { field: (*field).to_owned(), levels: levels.clone(), is_required }).collect()
}
