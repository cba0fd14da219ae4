//! Model card: purpose, training data, quality and limitations of a model, stored as JSON in the model file.

use serde::{Deserialize, Serialize};

/// Model card. Only name and version are always there: a model trained elsewhere may have no more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Short name, e.g. `linkedin-engagement`.
    pub name: String,
    /// Version in responses and logs, e.g. `2026.11.23`.
    pub version: String,
    /// Meaning of the probability, in a sentence.
    pub predicts: String,
    /// Training data.
    pub trained_on: Option<TrainedOn>,
    /// Quality on held-out leads.
    pub quality: Option<Quality>,
    /// Fields that the score depends on.
    pub fields: Vec<String>,
    /// Fields of which a lead needs at least one; empty: all leads are supported.
    pub requires_any: Vec<String>,
    /// Loss of quality without a field, largest first.
    pub missing_costs: Vec<MissingCost>,
    /// Limitations, in plain sentences.
    pub limits: Vec<String>,
}

/// Training data of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// Number of leads.
    pub leads: u64,
    /// Number of leads with the outcome.
    pub positives: u64,
    /// Columns of the training data that are fields of a lead.
    pub columns: Vec<String>,
}

/// Metrics on held-out leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Method of evaluation, in a sentence.
    pub method: String,
    /// Area under the ROC curve: 0.5 is chance, 1 is perfect.
    pub roc_auc: Spread,
    /// Mean negative log-likelihood per lead, in nats.
    pub log_loss: Spread,
    /// Mean squared error of the probability.
    pub brier: Spread,
    /// Log loss of predicting the base rate for every lead.
    pub constant_log_loss: f64,
    /// Precision among the highest-scored leads.
    pub precision_at: Vec<Precision>,
    /// Inverse strength of the regularisation, as scikit-learn's `C`.
    pub strength: f64,
}

/// Metric over the held-out folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean over the folds.
    pub mean: f64,
    /// Standard deviation between the folds.
    pub std: f64,
}

/// Precision among the highest-scored leads, with a 95 % Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Number of highest-scored leads.
    pub k: u64,
    /// Share of them with the outcome.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Loss of quality when a field is missing from every lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingCost {
    /// Name of the field.
    pub field: String,
    /// Decrease of the area under the ROC curve; negative where it rises.
    pub auc_drop: f64,
    /// Increase of the log loss; negative where it falls.
    pub log_loss_rise: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_needs_only_name_and_version() {
        let card: Card = serde_json::from_str(r#"{"name": "elsewhere", "version": "3"}"#).unwrap();
        assert_eq!((card.name.as_str(), card.version.as_str(), card.quality), ("elsewhere", "3", None));
    }

    #[test]
    fn a_full_card_round_trips() {
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
