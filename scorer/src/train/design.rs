//! Which features a model gets: chosen from the leads that it is fitted to, and from no others.
//!
//! Owns the choice: levels, medians, missing indicators, flags in job titles. What few leads have says nothing and
//! could point to a person, so nothing is chosen that fewer than [`LEADS_MIN`] leads have. May not know outcomes: the
//! choice never looks at them.

use super::TrainError;
use super::metric::{median, quantile};
use crate::lead::encode::{Element, Encoder, FORMAT, Feature, Input, Matching, Matrix, Rule, Specification};
use crate::lead::schema::{Field, FieldKind, Schema};
use crate::lead::{Lead, Value};
use std::collections::BTreeMap;

/// How many leads must have a level, and how many must not, for it to become a feature.
pub const LEADS_MIN: usize = 5;

/// The share of leads on either side beyond whose numbers nothing is told apart any more.
const TAIL: f64 = 0.025;

/// The graph's input.
pub(super) const INPUT: &str = "float_input";

/// The field that lists items, and what stands between them.
const ITEMS: (&str, &str) = ("skills", ",");

/// The field that flags are searched in.
const FLAGGED: &str = "jobtitle";

/// What a job title says about its holder, in the languages of the leads so far: English and French.
const FLAGS: [(&str, &[&str]); 6] = [
    ("founder", &["Founder", "Cofounder", "CEO", "CTO", "Fondateur", "Fondatrice", "Cofondateur", "Cofondatrice"]),
    ("director", &["Director", "VP", "SVP", "EVP", "Vice President", "Directeur", "Directrice"]),
    ("manager", &["Manager", "Lead", "Head of", "Responsable", "Chef"]),
    ("sales", &["Sales", "Business Development", "Commercial", "Commerciale", "Ventes"]),
    ("marketing", &["Marketing", "Growth", "CMO"]),
    ("tech", &["Engineer", "Developer", "Architect", "CTO", "Ingénieur", "Développeur"]),
];

/// Some leads of a history, seen field by field.
pub(super) struct Sample<'a> {
    /// All leads of the history.
    pub(super) leads: &'a [Lead],
    /// The places of those that count.
    pub(super) rows: &'a [usize],
}

/// Features, and all leads of the history encoded with them.
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

    /// Every text with the number of leads that have it.
    pub(super) fn levels(&self, place: usize) -> BTreeMap<&'a str, usize> {
        let mut levels = BTreeMap::new();
        for value in self.values(place) {
            if let Value::Text(text) = value {
                *levels.entry(text).or_insert(0) += 1;
            }
        }
        levels
    }

    /// The texts that enough leads have.
    pub(super) fn common_levels(&self, place: usize) -> Vec<String> {
        let levels = self.levels(place).into_iter().filter(|(_, leads)| *leads >= LEADS_MIN);
        levels.map(|(level, _)| level.to_owned()).collect()
    }
}

/// The features for some leads, without the fields that are to be left out.
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
    let kept: Vec<usize> =
        (0..matrix.width).filter(|column| tells(&features[*column].rule, &matrix, *column, sample.rows)).collect();
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

/// Whether enough leads are on either side of a feature that is 0 or 1; of others, whether they differ at all.
fn tells(rule: &Rule, matrix: &Matrix, column: usize, rows: &[usize]) -> bool {
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

/// Keeps a number within what all but a few of the leads had: a line goes on for ever, so without this a mistyped year
/// or an endless title would outweigh everything else.
fn clip(feature: &mut Feature, matrix: &Matrix, column: usize, rows: &[usize]) {
    if is_number(&feature.rule) {
        let mut values: Vec<f64> =
            rows.iter().map(|row| f64::from(matrix.values[row * matrix.width + column])).collect();
        values.sort_by(f64::total_cmp);
        feature.clip = quantile(&values, TAIL).zip(quantile(&values, 1.0 - TAIL)).map(|(low, high)| [low, high]);
    }
}

fn is_number(rule: &Rule) -> bool {
    matches!(rule, Rule::Number { .. } | Rule::TextLength | Rule::ItemCount { .. })
}

fn level_rules(common: Vec<String>) -> Vec<(String, Rule)> {
    let one = |level: &String| (format!("={level}"), Rule::OneHot { levels: vec![level.clone()], missing: false });
    let mut rules: Vec<_> = common.iter().map(one).collect();
    rules.push((":unlisted".to_owned(), Rule::Unlisted { levels: common }));
    rules
}

fn text_rules(field: &Field) -> Vec<(String, Rule)> {
    let mut rules = vec![(":length".to_owned(), Rule::TextLength)];
    if field.name == ITEMS.0 {
        rules.push((":items".to_owned(), Rule::ItemCount { separator: ITEMS.1.to_owned() }));
    }
    if field.name == FLAGGED {
        rules.extend(FLAGS.map(|(name, terms)| {
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
    fn only_what_enough_leads_have_becomes_a_feature() {
        let (leads, all) = (leads(), (0..20).collect::<Vec<_>>());
        let chosen = chosen(&leads, &all, "");
        let expected = ["companyfoundedon", "companyfoundedon:missing", "industry=Banking", "industry=Software"];
        assert_eq!(names(&chosen), expected);
        assert_eq!(chosen.encoder.features().next().unwrap().rule, Rule::Number { missing: 2002.5 });
        assert_eq!((chosen.matrix.width, chosen.matrix.rows()), (4, 20));
    }

    #[test]
    fn only_the_rows_that_were_given_count() {
        let leads = leads();
        let without_a_banker: Vec<usize> = (0..20).filter(|row| *row != 12).collect();
        let chosen = chosen(&leads, &without_a_banker, "companyfoundedon");
        // Four in Banking and two in others are left over from the common levels: enough to be told together.
        assert_eq!(names(&chosen), ["industry=Software", "industry:unlisted"]);
        let levels = vec!["Software".to_owned()];
        assert_eq!(chosen.encoder.features().nth(1).unwrap().rule, Rule::Unlisted { levels });
    }

    #[test]
    fn titles_are_flagged_by_words() {
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
