//! Opens a model file: parses its sections and verifies that they belong together.

use super::error::{ModelFileError, OpenError};
use super::section::{section, text};
use super::self_check::{self, SelfCheck};
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::insight::profile::Profile;
use crate::lead::encode::{Encoder, InputBlock};
use crate::lead::schema::Schema;
use crate::model::bundle::{self, Bundle};
use crate::model::onnx::{Graph, LeadError, ScoreError};

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
        self_check::verify(&self.encoder, &check, |blocks| self.run(blocks))
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
    pub(super) fn run_each(&self, blocks: &[InputBlock]) -> Result<Vec<Result<f32, LeadError>>, ScoreError> {
        self.graph.run_each(blocks)
    }

    /// Operators whose results may differ in their last bits between processors; empty if scores are bit-exact.
    pub fn inexact(&self) -> &[String] {
        self.graph.inexact()
    }
}
