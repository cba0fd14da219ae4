//! A model file opened: its sections parsed and proved to belong together, or refused with the reason.
//!
//! May not know where the bytes came from.

use super::selfcheck::{self, SelfCheck};
use crate::insight::card::Card;
use crate::insight::grade::{GradeError, Grades};
use crate::insight::profile::Profile;
use crate::lead::encode::{Encoder, InputBlock, SpecificationError};
use crate::lead::schema::Schema;
use crate::model::bundle::{self, Bundle, BundleError};
use crate::model::onnx::{Graph, ModelError, NotProbability, ScoreError};
use serde::de::DeserializeOwned;
use thiserror::Error;

/// An opened model.
pub struct Model {
    name: String,
    sha256: String,
    encoder: Encoder,
    graph: Graph,
    card: Card,
    grades: Grades,
    profile: Option<Profile>,
    requires: Vec<usize>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Model").field("name", &self.name).field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// Why a model file cannot be served, with its name.
#[derive(Debug, Error)]
pub enum OpenError {
    /// No file at all.
    #[error("there is no model to open")]
    NoModels,
    /// One file, and what is wrong with it.
    #[error("{name}: {fault}")]
    File {
        /// The file.
        name: String,
        /// What is wrong.
        fault: Box<OpenFault>,
    },
}

/// What is wrong with a model file.
#[derive(Debug, Error)]
pub enum OpenFault {
    /// The container.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The encoder.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
    /// The graph.
    #[error(transparent)]
    Graph(#[from] ModelError),
    /// A section that must be there is not.
    #[error("the model file has no section {0:?}")]
    MissingSection(&'static str),
    /// A section that cannot be read.
    #[error("the section {section:?} of the model file is broken: {source}")]
    Section {
        /// The section.
        section: &'static str,
        /// Why it cannot be read.
        source: serde_json::Error,
    },
    /// The grades.
    #[error("the grades of the model file are broken: {0}")]
    Grades(#[from] GradeError),
    /// A field that leads do not have.
    #[error("the card asks for the field {0:?}, which leads do not have")]
    UnknownField(String),
    /// A card without a name or a version.
    #[error("the card should have a name and a version of 1 to 50 characters")]
    Card,
    /// The self-check could not be run.
    #[error("the self-check failed: {0}")]
    Run(#[from] ScoreError),
    /// The self-check gave another score.
    #[error(
        "the self-check failed: lead {lead} should get {expected} and got {got}, so this file and this program do not belong together"
    )]
    SelfCheck {
        /// Its place among the self-check leads.
        lead: usize,
        /// The score in the file.
        expected: f32,
        /// The score now.
        got: f32,
    },
    /// A self-check of no leads proves nothing.
    #[error("the model file has no self-check leads")]
    NoSelfCheck,
    /// Self-check leads that cannot be read.
    #[error("the self-check lead {lead} is broken: {reason}")]
    SelfCheckLead {
        /// Its place.
        lead: usize,
        /// What is wrong.
        reason: String,
    },
}

impl Model {
    /// Opens a model file and proves it: hashes, widths, names, and the scores of its self-check leads to the last bit.
    pub fn open(name: &str, file: &[u8]) -> Result<Self, OpenError> {
        let fault = |fault| OpenError::File { name: name.to_owned(), fault: Box::new(fault) };
        let bundle = bundle::read(file).map_err(|error| fault(error.into()))?;
        let model = Self::unproved(name, &bundle).map_err(fault)?;
        model.prove(&bundle).map_err(fault)?;
        Ok(model)
    }

    fn unproved(name: &str, bundle: &Bundle<'_>) -> Result<Self, OpenFault> {
        let encoder = Encoder::from_json(text(bundle, "encoder")?.as_bytes())?;
        let graph = Graph::open(bundle.graph, encoder.specification(), &bundle.output)?;
        let card: Card = section(bundle, "card")?.ok_or(OpenFault::MissingSection("card"))?;
        let length = 1..=50;
        if card.name.is_empty() || !length.contains(&card.version.chars().count()) {
            return Err(OpenFault::Card);
        }
        let grades: Grades = section(bundle, "grades")?.unwrap_or_default();
        grades.check()?;
        let profile = bundle.sections.get("profile").map(|json| Profile::from_section(json)).transpose();
        let profile = profile.map_err(|source| OpenFault::Section { section: "profile", source })?.flatten();
        let mut model = Model {
            name: name.to_owned(),
            sha256: bundle.sha256.clone(),
            encoder,
            graph,
            card,
            grades,
            profile,
            requires: vec![],
        };
        let schema = model.encoder.schema().clone();
        model.find_required(&schema)?;
        Ok(model)
    }

    fn prove(&self, bundle: &Bundle<'_>) -> Result<(), OpenFault> {
        let check: SelfCheck =
            section(bundle, selfcheck::SECTION)?.ok_or(OpenFault::MissingSection(selfcheck::SECTION))?;
        selfcheck::prove(self, &check)
    }

    /// Makes the encoder read leads of a wider schema.
    pub(super) fn bind(&mut self, schema: &Schema) -> Result<(), OpenError> {
        let name = self.name.clone();
        let fault = |fault: OpenFault| OpenError::File { name, fault: Box::new(fault) };
        let bound = self.encoder.bind(schema).map_err(OpenFault::from);
        bound.and_then(|()| self.find_required(schema)).map_err(fault)
    }

    fn find_required(&mut self, schema: &Schema) -> Result<(), OpenFault> {
        let place = |name: &String| schema.position(name).ok_or_else(|| OpenFault::UnknownField(name.clone()));
        self.requires = self.card.requires_any.iter().map(place).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The version that answers and logs carry.
    pub fn version(&self) -> &str {
        &self.card.version
    }

    /// What the model says about itself.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Its grades.
    pub fn grades(&self) -> &Grades {
        &self.grades
    }

    /// The profile of the history that it was fitted to.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Its encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Places in the schema of the fields of which a lead must have one.
    pub(super) fn requires(&self) -> &[usize] {
        &self.requires
    }

    /// The probability of each row of the blocks that its encoder made; an error where one has none.
    pub fn run(&self, blocks: &[InputBlock]) -> Result<Vec<f32>, ScoreError> {
        self.graph.run(blocks)
    }

    /// As [`Model::run`], but a row without a probability costs the others nothing.
    pub(super) fn run_each(&self, blocks: &[InputBlock]) -> Result<Vec<Result<f32, NotProbability>>, ScoreError> {
        self.graph.run_each(blocks)
    }

    /// The operators that keep its scores from being the same bits on every processor; empty where they are.
    pub fn inexact(&self) -> &[String] {
        self.graph.inexact()
    }
}

fn text<'b>(bundle: &'b Bundle<'_>, name: &'static str) -> Result<&'b str, OpenFault> {
    bundle.sections.get(name).map(String::as_str).ok_or(OpenFault::MissingSection(name))
}

pub(super) fn section<T: DeserializeOwned>(bundle: &Bundle<'_>, name: &'static str) -> Result<Option<T>, OpenFault> {
    let parsed = bundle.sections.get(name).map(|text| serde_json::from_str(text)).transpose();
    parsed.map_err(|source| OpenFault::Section { section: name, source })
}
