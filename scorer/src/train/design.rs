//! Feature selection: levels, medians, missing-value indicators and job-title flags, chosen from the fitted leads only.
//!
//! A feature that fewer than [`LEADS_MIN`] leads have carries no information and could identify a person, so it is not
//! selected. The selection never reads outcomes.

use super::TrainError;
use super::metric::{median, quantile};
use crate::lead::encode::{Element, Encoder, FORMAT, Feature, Input, Matching, Matrix, Rule, Specification};
use crate::lead::level::LevelMatching;
use crate::lead::schema::{Field, FieldKind, Schema};
use crate::lead::{Lead, Value};
use std::collections::BTreeMap;

/// Minimum number of leads with a level, and of leads without it, for the level to become a feature.
pub const LEADS_MIN: usize = 5;

/// Share of leads in each tail whose numbers are clipped.
const CLIPPED_TAIL: f64 = 0.025;

/// Name of the graph's input.
pub(super) const INPUT: &str = "float_input";

/// Field with a list of items, and their delimiter.
const ITEM_LIST: (&str, &str) = ("skills", ",");

/// Field searched for flags.
const FLAGGED_FIELD: &str = "jobtitle";

/// Job-title flags and their search terms in English and French, the languages of the leads so far.
const TITLE_FLAGS: [(&str, &[&str]); 6] = [
    ("founder", &["Founder", "Cofounder", "CEO", "CTO", "Fondateur", "Fondatrice", "Cofondateur", "Cofondatrice"]),
    ("director", &["Director", "VP", "SVP", "EVP", "Vice President", "Directeur", "Directrice"]),
    ("manager", &["Manager", "Lead", "Head of", "Responsable", "Chef"]),
    ("sales", &["Sales", "Business Development", "Commercial", "Commerciale", "Ventes"]),
    ("marketing", &["Marketing", "Growth", "CMO"]),
    ("tech", &["Engineer", "Developer", "Architect", "CTO", "Ingénieur", "Développeur"]),
];

/// Subset of a history's leads, read by field.
pub(super) struct Sample<'a> {
    /// All leads of the history.
    pub(super) leads: &'a [Lead],
    /// Indices of the leads in the subset.
    pub(super) rows: &'a [usize],
}

/// Selected features, and all leads of the history encoded with them.
pub(super) struct Design {
    pub(super) encoder: Encoder,
    pub(super) matrix: Matrix,
}

impl<'a> Sample<'a> {
    fn values(&self, place: usize) -> impl Iterator<Item = Value<'a>> {
        let leads = self.leads;
        self.rows.iter().filter_map(move |row| leads.get(*row).map(|lead| lead.value(place)))
    }

    pub(super) fn numbers(&self, place: usize) -> Vec<f64> {
        let number = |value: Value<'_>| if let Value::Number(number) = value { Some(number) } else { None };
        self.values(place).filter_map(number).collect()
    }

    /// Counts the leads per level.
    pub(super) fn levels(&self, place: usize) -> BTreeMap<&'a str, usize> {
        let mut levels = BTreeMap::new();
        for value in self.values(place) {
            if let Value::Text(text) = value {
                *levels.entry(text).or_insert(0) += 1;
            }
        }
        levels
    }

    /// Returns the levels that at least [`LEADS_MIN`] leads have.
    pub(super) fn common_levels(&self, place: usize) -> Vec<String> {
        let levels = self.levels(place).into_iter().filter(|(_, leads)| *leads >= LEADS_MIN);
        levels.map(|(level, _)| level.to_owned()).collect()
    }
}

/// Selects the features for a subset of leads, without the fields for which `leave_out` is true.
pub(super) fn design(sample: &Sample<'_>, leave_out: &dyn Fn(&str) -> bool) -> Result<Design, TrainError> {
    let fields = Schema::leads();
    let fields = fields.fields().iter().enumerate().filter(|(_, field)| !leave_out(&field.name));
    let mut features: Vec<Feature> = fields.flat_map(|(place, field)| candidates(sample, place, field)).collect();
    if features.is_empty() {
        return Err(TrainError::NoFeatures);
    }
    let matrix = Encoder::new(specification(features.clone()))?.encode(sample.leads);
    features.iter_mut().enumerate().for_each(|(column, feature)| clip(feature, &matrix, column, sample.rows));
    let matrix = Encoder::new(specification(features.clone()))?.encode(sample.leads);
    let kept: Vec<usize> = (0..matrix.width)
        .filter(|column| is_informative(&features[*column].rule, &matrix, *column, sample.rows))
        .collect();
    if kept.is_empty() {
        return Err(TrainError::NoFeatures);
    }
    let values = matrix.values.chunks_exact(matrix.width).flat_map(|row| kept.iter().map(|column| row[*column]));
    let matrix = Matrix { width: kept.len(), values: values.collect() };
    let features = kept.iter().map(|column| features[*column].clone()).collect();
    Ok(Design { encoder: Encoder::new(specification(features))?, matrix })
}

fn specification(features: Vec<Feature>) -> Specification {
    let input = Input { name: INPUT.to_owned(), element: Element::Float, features };
    Specification { format: FORMAT, inputs: vec![input] }
}

/// True when at least [`LEADS_MIN`] leads have each value of a 0/1 feature, or when a numeric feature is not constant.
fn is_informative(rule: &Rule, matrix: &Matrix, column: usize, rows: &[usize]) -> bool {
    let values = || rows.iter().map(|row| matrix.values[row * matrix.width + column]);
    if is_number(rule) {
        return values().next().is_some_and(|first| values().any(|value| value != first));
    }
    let set = values().filter(|value| *value == 1.0).count();
    set >= LEADS_MIN && rows.len() - set >= LEADS_MIN
}

fn candidates(sample: &Sample<'_>, place: usize, field: &Field) -> Vec<Feature> {
    let present = sample.values(place).filter(|value| *value != Value::Missing).count();
    if present < LEADS_MIN {
        return Vec::new();
    }
    let mut rules = match &field.kind {
        FieldKind::Integer { .. } | FieldKind::Number { .. } => {
            vec![(String::new(), Rule::Number { missing: median(sample.numbers(place)).unwrap_or_default() })]
        }
        FieldKind::Text { max_chars: Some(_) } => text_rules(field),
        FieldKind::Category { .. } | FieldKind::Text { max_chars: None } => level_rules(sample.common_levels(place)),
    };
    rules.push((":missing".to_owned(), Rule::Missing));
    let feature =
        |(part, rule)| Feature { name: format!("{}{part}", field.name), field: field.name.clone(), clip: None, rule };
    rules.into_iter().map(feature).collect()
}

/// Clips a number to the range of all but the tails. A linear model is unbounded, so a mistyped year or a very long title
/// would otherwise outweigh all other features.
fn clip(feature: &mut Feature, matrix: &Matrix, column: usize, rows: &[usize]) {
    if is_number(&feature.rule) {
        let mut values: Vec<f64> =
            rows.iter().map(|row| f64::from(matrix.values[row * matrix.width + column])).collect();
        values.sort_by(f64::total_cmp);
        feature.clip =
            quantile(&values, CLIPPED_TAIL).zip(quantile(&values, 1.0 - CLIPPED_TAIL)).map(|(low, high)| [low, high]);
    }
}

fn is_number(rule: &Rule) -> bool {
    matches!(rule, Rule::Number { .. } | Rule::TextLength | Rule::ItemCount { .. })
}

fn level_rules(common: Vec<String>) -> Vec<(String, Rule)> {
    let matching = LevelMatching::Folded;
    let one =
        |level: &String| (format!("={level}"), Rule::OneHot { levels: vec![level.clone()], missing: false, matching });
    let mut rules: Vec<_> = common.iter().map(one).collect();
    rules.push((":unlisted".to_owned(), Rule::Unlisted { levels: common, matching }));
    rules
}

fn text_rules(field: &Field) -> Vec<(String, Rule)> {
    let mut rules = vec![(":length".to_owned(), Rule::TextLength)];
    if field.name == ITEM_LIST.0 {
        rules.push((":items".to_owned(), Rule::ItemCount { separator: ITEM_LIST.1.to_owned() }));
    }
    if field.name == FLAGGED_FIELD {
        rules.extend(TITLE_FLAGS.map(|(name, terms)| {
            let terms = terms.iter().map(|term| (*term).to_owned()).collect();
            (format!(":{name}"), Rule::TextFlag { terms, matching: Matching::Word })
        }));
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty leads: 12 in Software, 5 in Banking, 2 in other industries, 1 without; 6 years of founding.
    fn leads() -> Vec<Lead> {
        let schema = Schema::leads();
        let (industry, founded) = (schema.position("industry").unwrap(), schema.position("companyfoundedon").unwrap());
        let mut leads = vec![Lead::empty(schema.len()); 20];
        for (row, lead) in leads.iter_mut().enumerate() {
            let level =
                ["Software", "Banking", "Fishing", "Mining"][[0, 12, 17, 18].partition_point(|at| *at <= row) - 1];
            lead.set(industry, if row == 19 { Value::Missing } else { Value::Text(level) });
            if row < 6 {
                lead.set(founded, Value::Number(2000.0 + row as f64));
            }
        }
        leads
    }

    fn chosen(leads: &[Lead], rows: &[usize], left_out: &str) -> Design {
        design(&Sample { leads, rows }, &|field| field == left_out).unwrap()
    }

    fn names(design: &Design) -> Vec<&str> {
        design.encoder.features().map(|feature| feature.name.as_str()).collect()
    }

    #[test]
    fn rare_levels_do_not_become_features() {
        let (leads, all) = (leads(), (0..20).collect::<Vec<_>>());
        let chosen = chosen(&leads, &all, "");
        let expected = ["companyfoundedon", "companyfoundedon:missing", "industry=Banking", "industry=Software"];
        assert_eq!(names(&chosen), expected);
        assert_eq!(chosen.encoder.features().next().unwrap().rule, Rule::Number { missing: 2002.5 });
        assert_eq!((chosen.matrix.width, chosen.matrix.rows()), (4, 20));
    }

    #[test]
    fn only_the_subset_is_read() {
        let leads = leads();
        let without_a_banker: Vec<usize> = (0..20).filter(|row| *row != 12).collect();
        let chosen = chosen(&leads, &without_a_banker, "companyfoundedon");
        // Four leads in Banking and two in other industries remain: enough for the `unlisted` feature.
        assert_eq!(names(&chosen), ["industry=Software", "industry:unlisted"]);
        let levels = vec!["Software".to_owned()];
        assert_eq!(
            chosen.encoder.features().nth(1).unwrap().rule,
            Rule::Unlisted { levels, matching: LevelMatching::Folded }
        );
    }

    #[test]
    fn titles_are_flagged_by_whole_words() {
        let schema = Schema::leads();
        let title = schema.position("jobtitle").unwrap();
        let mut leads = vec![Lead::empty(schema.len()); 12];
        for (row, lead) in leads.iter_mut().enumerate() {
            lead.set(title, Value::Text(if row < 6 { "CTO & more" } else { "Director" }));
        }
        let chosen = chosen(&leads, &(0..12).collect::<Vec<_>>(), "");
        assert_eq!(names(&chosen), ["jobtitle:length", "jobtitle:founder", "jobtitle:director", "jobtitle:tech"]);
    }
}
