//! A graph and what belongs to it -> one model file that opens.
//!
//! May not know files.

use super::open::{Model, OpenError, OpenFault};
use super::selfcheck;
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::insight::profile::Profile;
use crate::lead::encode::{Encoder, Specification, SpecificationError};
use crate::model::bundle::{self, BundleError, OutputColumn};
use crate::model::onnx::{self, Graph, ModelError};
use serde::Serialize;
use std::collections::BTreeMap;
use thiserror::Error;

/// What a model file holds beside its graph.
#[derive(Debug, Clone)]
pub struct Parts {
    /// How leads become the graph's inputs.
    pub encoder: Specification,
    /// What the model says about itself.
    pub card: Card,
    /// Its grades; may be none.
    pub grades: Grades,
    /// The profile of its history, where there is one.
    pub profile: Option<Profile>,
    /// Which output is the probability; found by itself where the graph leaves no doubt.
    pub output: Option<OutputColumn>,
}

/// Why no model file can be made.
#[derive(Debug, Error)]
pub enum PackError {
    /// The encoder.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
    /// The graph.
    #[error(transparent)]
    Graph(#[from] ModelError),
    /// The container.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// More than one output could be the probability.
    #[error("which output of the graph is the probability is not clear; name it and its column")]
    Output,
    /// A part that has no JSON form, such as a number that is not finite.
    #[error("the section {0:?} cannot be written as JSON")]
    Section(&'static str),
    /// The self-check could not be made.
    #[error(transparent)]
    SelfCheck(#[from] OpenFault),
    /// The file that was made does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Makes a model file of a graph; a graph that is packed already is packed anew. The file is opened once before it is
/// given out.
pub fn pack(graph: &[u8], parts: Parts) -> Result<Vec<u8>, PackError> {
    let graph = bundle::graph_bytes(graph)?;
    let encoder = Encoder::new(parts.encoder)?;
    let output = match parts.output {
        Some(output) => output,
        None => onnx::find_output(graph, encoder.specification())?.ok_or(PackError::Output)?,
    };
    let opened = Graph::open(graph, encoder.specification(), &output)?;
    let check = selfcheck::make(&encoder, |leads| Ok(opened.run(&encoder.encode_blocks(leads.iter()))?))?;
    let mut sections = BTreeMap::from([
        ("encoder".to_owned(), json("encoder", encoder.specification())?),
        ("card".to_owned(), json("card", &parts.card)?),
        ("grades".to_owned(), json("grades", &parts.grades)?),
        (selfcheck::SECTION.to_owned(), json(selfcheck::SECTION, &check)?),
    ]);
    if let Some(profile) = &parts.profile {
        sections.insert("profile".to_owned(), json("profile", profile)?);
    }
    let file = bundle::append(graph, output, &sections)?;
    Model::open(&parts.card.name, &file)?;
    Ok(file)
}

fn json(section: &'static str, value: &impl Serialize) -> Result<String, PackError> {
    serde_json::to_string(value).map_err(|_| PackError::Section(section))
}
