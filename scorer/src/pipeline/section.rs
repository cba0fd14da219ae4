//! Sections of a model file: texts and JSON documents by name.

use super::error::ModelFileError;
use crate::model::bundle::Bundle;
use serde::de::DeserializeOwned;

/// Returns a required section as text.
pub(super) fn text<'b>(bundle: &'b Bundle<'_>, name: &'static str) -> Result<&'b str, ModelFileError> {
    bundle.sections.get(name).map(String::as_str).ok_or(ModelFileError::MissingSection(name))
}

/// Parses a section; `None` when the file has none.
pub(super) fn section<T: DeserializeOwned>(
    bundle: &Bundle<'_>,
    name: &'static str,
) -> Result<Option<T>, ModelFileError> {
    let parsed = bundle.sections.get(name).map(|text| serde_json::from_str(text)).transpose();
    parsed.map_err(|source| ModelFileError::Section { section: name, source })
}
