//! Errors of model files of gradient boosting libraries.

use thiserror::Error;

/// Error of a library's model file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BoosterError {
    /// The bytes are not of the format, or cut short.
    #[error("the file is no whole {format} model: {reason}")]
    Format {
        /// Name of the format.
        format: &'static str,
        /// Reason, with the place.
        reason: String,
    },
    /// A tree is inconsistent.
    #[error("tree {tree}: {reason}")]
    Tree {
        /// Index of the tree.
        tree: usize,
        /// Reason.
        reason: String,
    },
    /// A part of the model that gives no probability, or that a graph cannot say.
    #[error("{what} cannot be packed: {reason}")]
    Refused {
        /// Name of the part, as the library has it.
        what: String,
        /// Reason.
        reason: String,
    },
    /// More than the limit of parts.
    #[error("the model has more than {limit} {what}")]
    TooLarge {
        /// Name of the parts.
        what: &'static str,
        /// Largest number.
        limit: usize,
    },
}

impl BoosterError {
    pub(super) fn refused(what: impl Into<String>, reason: impl Into<String>) -> Self {
        BoosterError::Refused { what: what.into(), reason: reason.into() }
    }

    pub(super) fn tree(tree: usize, reason: impl Into<String>) -> Self {
        BoosterError::Tree { tree, reason: reason.into() }
    }
}

/// Beginnings of files that hold a model of these libraries in a form without the library's own meaning.
const OTHER_FORMATS: [(&[u8], &str, &str); 8] = [
    (b"binf", "XGBoost's old binary format", XGBOOST_REMEDY),
    (b"booster[", "XGBoost's text dump", XGBOOST_REMEDY),
    (
        b"[",
        "a dump of the trees",
        "it lacks the objective and the base score; save the model with save_model(\"model.json\")",
    ),
    (b"\x80\x02", "a Python pickle", PICKLE_REMEDY),
    (b"\x80\x03", "a Python pickle", PICKLE_REMEDY),
    (b"\x80\x04", "a Python pickle", PICKLE_REMEDY),
    (b"\x80\x05", "a Python pickle", PICKLE_REMEDY),
    (b"CBM1", "CatBoost's own format", "export the model with save_model(\"model.onnx\", format=\"onnx\")"),
];

const XGBOOST_REMEDY: &str = "save the model with save_model(\"model.json\")";
const PICKLE_REMEDY: &str =
    "it is a program that would have to be run; save the model with the library's save_model, or export it to ONNX";

/// Error for a known format that cannot be read; `None` for all others.
pub(super) fn other_format(file: &[u8]) -> Option<BoosterError> {
    let (_, what, remedy) = OTHER_FORMATS.iter().find(|(start, ..)| file.starts_with(start))?;
    Some(BoosterError::refused(*what, *remedy))
}
