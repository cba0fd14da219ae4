//! Errors of model files.

use crate::insight::grade::GradeError;
use crate::lead::encode::SpecificationError;
use crate::model::bundle::BundleError;
use crate::model::onnx::{LeadError, ModelError, ScoreError};
use thiserror::Error;

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
    /// A made-up lead of the self-check got a number that is no probability.
    #[error(
        "{0}. Pack a classifier, or a graph that ends with a probability: points from 0 to 100 divided by 100, for example"
    )]
    NotProbability(LeadError),
    /// No made-up lead could be scored.
    #[error("the self-check has no lead that the model scores: {0}")]
    NothingScored(LeadError),
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
