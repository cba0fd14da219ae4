//! Opens a model file: parses its sections and verifies that they belong together.

use super::self_check::{self, SelfCheck};
use crate::insight::card::Card;
use crate::insight::grade::{GradeError, Grades};
use crate::insight::profile::Profile;
use crate::lead::encode::{Encoder, InputBlock, SpecificationError};
use crate::lead::schema::Schema;
use crate::model::bundle::{self, Bundle, BundleError};
use crate::model::onnx::{Graph, ModelError, NotProbability, ScoreError};
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Opened model.
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

/// Error of opening model files.
#[derive(Debug, Error)]
pub enum OpenError {
    /// No file was given.
    #[error("there is no model to open")]
    NoModels,
    /// A file cannot be opened.
    #[error("{name}: {error}")]
    File {
        /// File name.
        name: String,
        /// Error of the file.
        error: Box<ModelFileError>,
    },
}

/// Error of one model file.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// Invalid container.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Invalid encoder specification.
    #[error(transparent)]
    Encoder(#[from] SpecificationError),
    /// Unsupported or invalid graph.
    #[error(transparent)]
    Graph(#[from] ModelError),
    /// A required section is missing.
    #[error("the model file has no section {0:?}")]
    MissingSection(&'static str),
    /// A section cannot be parsed.
    #[error("the section {section:?} of the model file is broken: {source}")]
    Section {
        /// Section name.
        section: &'static str,
        /// Parse error.
        source: serde_json::Error,
    },
    /// Invalid grades.
    #[error("the grades of the model file are broken: {0}")]
    Grades(#[from] GradeError),
    /// The card requires an unknown field.
    #[error("the card asks for the field {0:?}, which leads do not have")]
    UnknownField(String),
    /// The card lacks a valid name or version.
    #[error("the card should have a name and a version of 1 to 50 characters")]
    Card,
    /// The self-check leads could not be scored.
    #[error("the self-check failed: {0}")]
    Run(#[from] ScoreError),
    /// A self-check lead got another score than the file records.
    #[error(
        "the self-check failed: lead {lead} should get {expected} and got {got}, so this file and this program do not belong together"
    )]
    SelfCheck {
        /// Index of the self-check lead.
        lead: usize,
        /// Score in the file.
        expected: f32,
        /// Score computed now.
        got: f32,
    },
    /// The self-check has no leads.
    #[error("the model file has no self-check leads")]
    NoSelfCheck,
    /// A self-check lead cannot be read.
    #[error("the self-check lead {lead} is broken: {reason}")]
    SelfCheckLead {
        /// Index of the self-check lead.
        lead: usize,
        /// Error message.
        reason: String,
    },
}

impl Model {
    /// Opens and verifies a model file: hashes, widths, names, and the exact bits of the self-check scores.
    pub fn open(name: &str, file: &[u8]) -> Result<Self, OpenError> {
        let with_name = |error| OpenError::File { name: name.to_owned(), error: Box::new(error) };
        let bundle = bundle::read(file).map_err(|error| with_name(error.into()))?;
        let model = Self::parse(name, &bundle).map_err(with_name)?;
        model.verify(&bundle).map_err(with_name)?;
        Ok(model)
    }

    /// Parses the sections without running the self-check.
    fn parse(name: &str, bundle: &Bundle<'_>) -> Result<Self, ModelFileError> {
        let encoder = Encoder::from_json(text(bundle, "encoder")?.as_bytes())?;
        let graph = Graph::open(bundle.graph, encoder.specification(), &bundle.output)?;
        let card: Card = section(bundle, "card")?.ok_or(ModelFileError::MissingSection("card"))?;
        let version_length = 1..=50;
        if card.name.is_empty() || !version_length.contains(&card.version.chars().count()) {
            return Err(ModelFileError::Card);
        }
        let grades: Grades = section(bundle, "grades")?.unwrap_or_default();
        grades.check()?;
        let profile = bundle.sections.get("profile").map(|json| Profile::from_section(json)).transpose();
        let profile = profile.map_err(|source| ModelFileError::Section { section: "profile", source })?.flatten();
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
        model.resolve_required_fields(&schema)?;
        Ok(model)
    }

    fn verify(&self, bundle: &Bundle<'_>) -> Result<(), ModelFileError> {
        let check: SelfCheck =
            section(bundle, self_check::SECTION)?.ok_or(ModelFileError::MissingSection(self_check::SECTION))?;
        self_check::verify(self, &check)
    }

    /// Rebinds the encoder to a wider schema.
    pub(super) fn bind(&mut self, schema: &Schema) -> Result<(), OpenError> {
        let name = self.name.clone();
        let with_name = |error: ModelFileError| OpenError::File { name, error: Box::new(error) };
        let bound = self.encoder.bind(schema).map_err(ModelFileError::from);
        bound.and_then(|()| self.resolve_required_fields(schema)).map_err(with_name)
    }

    fn resolve_required_fields(&mut self, schema: &Schema) -> Result<(), ModelFileError> {
        let position = |name: &String| schema.position(name).ok_or_else(|| ModelFileError::UnknownField(name.clone()));
        self.requires = self.card.requires_any.iter().map(position).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// File name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Version reported in responses and logs.
    pub fn version(&self) -> &str {
        &self.card.version
    }

    /// Model card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Grades.
    pub fn grades(&self) -> &Grades {
        &self.grades
    }

    /// Profile of the training history.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Schema positions of the fields of which a lead must have at least one.
    pub(super) fn requires(&self) -> &[usize] {
        &self.requires
    }

    /// Returns the probability of each row of encoded blocks; an error if any row has none.
    pub fn run(&self, blocks: &[InputBlock]) -> Result<Vec<f32>, ScoreError> {
        self.graph.run(blocks)
    }

    /// Like [`Model::run`], with a result per row.
    pub(super) fn run_each(&self, blocks: &[InputBlock]) -> Result<Vec<Result<f32, NotProbability>>, ScoreError> {
        self.graph.run_each(blocks)
    }

    /// Operators whose results may differ in their last bits between processors; empty if scores are bit-exact.
    pub fn inexact(&self) -> &[String] {
        self.graph.inexact()
    }
}

fn text<'b>(bundle: &'b Bundle<'_>, name: &'static str) -> Result<&'b str, ModelFileError> {
    bundle.sections.get(name).map(String::as_str).ok_or(ModelFileError::MissingSection(name))
}

pub(super) fn section<T: DeserializeOwned>(
    bundle: &Bundle<'_>,
    name: &'static str,
) -> Result<Option<T>, ModelFileError> {
    let parsed = bundle.sections.get(name).map(|text| serde_json::from_str(text)).transpose();
    parsed.map_err(|source| ModelFileError::Section { section: name, source })
}
