//! The card of a model: what it predicts, from what it learned, how good it is and where its limits are.
//!
//! Owns the shape that a model file holds as JSON. May not know how the figures were worked out, nor files.

use serde::{Deserialize, Serialize};

/// What a model says about itself. Only name and version are always there: a model trained elsewhere may bring no more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// A short name, e.g. `linkedin-engagement`.
    pub name: String,
    /// The version that answers and logs carry, e.g. `2026.11.23`.
    pub version: String,
    /// The meaning of the probability, in a sentence.
    pub predicts: String,
    /// The history that the model was fitted to.
    pub trained_on: Option<TrainedOn>,
    /// How good it is on leads that it had not seen.
    pub quality: Option<Quality>,
    /// The fields that the score depends on.
    pub fields: Vec<String>,
    /// The model is for leads that have at least one of these fields; empty: for all leads.
    pub requires_any: Vec<String>,
    /// What a lead's score loses without a field, most costly first.
    pub missing_costs: Vec<MissingCost>,
    /// What not to expect of the model, in plain sentences.
    pub limits: Vec<String>,
}

/// The history behind a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// How many leads.
    pub leads: u64,
    /// How many of them had the outcome.
    pub positives: u64,
    /// The columns of the history that were fields of a lead.
    pub columns: Vec<String>,
}

/// Figures from leads that were held back while fitting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// How they were worked out, in a sentence.
    pub method: String,
    /// The area under the ROC curve: 0.5 is chance, 1 is perfect.
    pub roc_auc: Spread,
    /// The mean negative log-likelihood per lead, in nats.
    pub log_loss: Spread,
    /// The mean squared error of the probability.
    pub brier: Spread,
    /// The log-loss of giving every lead the rate of the history.
    pub constant_log_loss: f64,
    /// The share of leads with the outcome among the best so many of all leads.
    pub precision_at: Vec<Precision>,
    /// The strength of the regularisation in use, as scikit-learn's `C`: the smaller, the stronger.
    pub strength: f64,
}

/// A figure over several held-back parts of the history.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean over the parts.
    pub mean: f64,
    /// The standard deviation between the parts.
    pub std: f64,
}

/// Precision among the best leads, with a 95 % Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// How many of the best leads.
    pub k: u64,
    /// The share of them with the outcome.
    pub rate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// What is lost when a field is missing from every lead that is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingCost {
    /// The field.
    pub field: String,
    /// How far the area under the ROC curve falls; below 0 where it rises.
    pub auc_drop: f64,
    /// How far the log-loss rises; below 0 where it falls.
    pub log_loss_rise: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_of_a_name_and_a_version_is_a_card() {
        let card: Card = serde_json::from_str(r#"{"name": "elsewhere", "version": "3"}"#).unwrap();
        assert_eq!((card.name.as_str(), card.version.as_str(), card.quality), ("elsewhere", "3", None));
    }

    #[test]
    fn a_full_card_reads_back_the_same() {
        let spread = Spread { mean: 0.1, std: 0.2 };
        let quality = Quality {
            method: "held back".to_owned(),
            roc_auc: spread,
            log_loss: spread,
            brier: spread,
            constant_log_loss: 0.67,
            precision_at: vec![Precision { k: 10, rate: 0.6, low: 0.3, high: 0.8 }],
            strength: 0.1,
        };
        let cost = MissingCost { field: "skills".to_owned(), auc_drop: 0.01, log_loss_rise: -0.001 };
        let card = Card { quality: Some(quality), missing_costs: vec![cost], ..Card::default() };
        let json = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<Card>(&json).unwrap(), card);
    }
}
