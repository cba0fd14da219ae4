//! Packs an ONNX graph, its encoder, card, grades and profile into a model file.

use super::error::{ModelFileError, OpenError};
use super::open::Model;
use super::self_check;
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::insight::profile::Profile;
use crate::lead::Lead;
use crate::lead::encode::{Encoder, Specification, SpecificationError};
use crate::model::bundle::{self, BundleError, OutputColumn};
use crate::model::onnx::{self, Graph, ModelError};
use serde::Serialize;
use std::collections::BTreeMap;
use thiserror::Error;

/// Contents of a model file besides the graph.
#[derive(Debug, Clone)]
pub struct ModelParts {
    /// Specification that encodes leads as the graph's inputs.
    pub encoder: Specification,
    /// Model card.
    pub card: Card,
    /// Grades; may be empty.
    pub grades: Grades,
    /// Profile of the training history, if any.
    pub profile: Option<Profile>,
    /// Output with the probability; detected if `None` and unambiguous.
    pub output: Option<OutputColumn>,
}

/// Error of packing a model file.
#[derive(Debug, Error)]
pub enum PackError {
    /// Invalid encoder specification.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
    /// Unsupported or invalid graph.
    #[error(transparent)]
    Graph(#[from] ModelError),
    /// Invalid container.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The probability output is ambiguous.
    #[error("which output of the graph is the probability is not clear; name it and its column")]
    Output,
    /// A part cannot be represented as JSON, for example a number that is not finite.
    #[error("the section {0:?} cannot be written as JSON")]
    Section(&'static str),
    /// The self-check leads could not be generated or scored.
    #[error(transparent)]
    SelfCheck(#[from] ModelFileError),
    /// The packed file does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Builds a model file from a graph; a graph that is already packed is repacked. The result is opened once to verify it.
pub fn pack(graph: &[u8], parts: ModelParts) -> Result<Vec<u8>, PackError> {
    let graph = bundle::graph_bytes(graph)?;
    let encoder = Encoder::new(parts.encoder)?;
    let output = match parts.output {
        Some(output) => output,
        None => onnx::find_output(graph, encoder.specification())?.ok_or(PackError::Output)?,
    };
    let opened = Graph::open(graph, encoder.specification(), &output)?;
    let score = |leads: &[Lead]| opened.run_each(&encoder.encode_blocks(leads.iter()));
    let check = self_check::generate(&encoder, opened.text_levels(), score)?;
    let mut sections = BTreeMap::from([
        ("encoder".to_owned(), json("encoder", encoder.specification())?),
        ("card".to_owned(), json("card", &parts.card)?),
        ("grades".to_owned(), json("grades", &parts.grades)?),
        (self_check::SECTION.to_owned(), json(self_check::SECTION, &check)?),
    ]);
    if let Some(profile) = &parts.profile {
        sections.insert("profile".to_owned(), json("profile", profile)?);
    }
    let file = bundle::append(graph, output, &sections)?;
    match Model::open(&parts.card.name, &file) {
        Ok(_) => Ok(file),
        // The caller names the file.
        Err(OpenError::File { error, .. }) => Err(PackError::SelfCheck(*error)),
        Err(error) => Err(PackError::Open(error)),
    }
}

fn json(section: &'static str, value: &impl Serialize) -> Result<String, PackError> {
    serde_json::to_string(value).map_err(|_| PackError::Section(section))
}
