//! Alerts: what an operator should see to, worked out from a few figures.
//!
//! Owns the limits and their words. May not know where the figures come from, nor how alerts are shown.

use super::label::count;
use serde::{Deserialize, Serialize};

/// 95 % of predictions should not take longer, in milliseconds.
pub const INFERENCE_P95_MS_MAX: f64 = 50.0;
/// No larger share of calls should fail, over ten minutes.
pub const ERROR_RATE_MAX: f64 = 0.05;
/// From this share of drifted columns on, the model should be trained anew.
pub const DRIFT_SHARE: f64 = 0.5;
/// Below this p-value of the scores' Kolmogorov-Smirnov test, too.
pub const SCORE_P_VALUE: f64 = 0.01;
/// Three months, none of which are longer.
pub const MODEL_AGE_DAYS_MAX: i64 = 92;
/// Replies should not be rarer.
pub const REPLY_RATE_MIN: f64 = 0.1;
/// Fewer outcomes say too little about how rare replies are.
pub const REPLY_LEADS_MIN: u64 = 30;
/// So many new outcomes are worth a training.
pub const OUTCOMES: u64 = 500;
/// An engagement rate within these is healthy.
pub const ENGAGEMENT_RATE: (f64, f64) = (0.15, 0.4);

/// How the log of predictions is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Log {
    /// Rows are written.
    #[default]
    Written,
    /// So many rows wait in a spool.
    Spooled(u64),
    /// Nothing durable is left.
    Lost,
}

/// What alerts are worked out from. `None` is what cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signs {
    /// How the log is now.
    pub log: Log,
    /// Calls in the last ten minutes.
    pub calls: u64,
    /// How many of those the service failed to answer (5xx).
    pub errors: u64,
    /// Of the predictions.
    pub inference_p95_ms: Option<f64>,
    /// The share of encoded features that drifted.
    pub drift_share: Option<f64>,
    /// Of the scores' Kolmogorov-Smirnov test.
    pub score_p_value: Option<f64>,
    /// Of the model in service.
    pub model_age_days: Option<i64>,
    /// Predictions whose outcome is known.
    pub judged: u64,
    /// How many of those replied.
    pub replied: u64,
    /// Outcomes since the model in service was trained.
    pub outcomes_since_training: u64,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Code))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No durable place is left for the log.
    LogLost,
    /// The log is spooled.
    LogDegraded,
    /// Too many calls fail.
    ErrorRate,
    /// Scoring is slow.
    InferenceTime,
    /// Too many features drifted.
    DriftShare,
    /// The scores drifted.
    ScoreDrift,
    /// The model is old.
    ModelAge,
    /// Too few replies.
    ReplyRate,
    /// Enough new outcomes for a training.
    NewOutcomes,
}

/// What should be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Action))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Something is broken or slow: act now.
    Alert,
    /// Train the model anew.
    Retrain,
    /// Look into it.
    Look,
    /// A training is worth its while.
    Offer,
}

/// Something to see to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Alert))]
pub struct Alert {
    /// What it is about.
    pub code: Code,
    /// What to do.
    pub action: Action,
    /// A sentence for people, with the figure and its limit.
    pub text: String,
    /// The figure.
    pub value: f64,
    /// Its limit.
    pub limit: f64,
}

/// Every rule in words, most urgent first: what is watched even while nothing is wrong.
pub const RULES: [(Code, Action, &str); 9] = [
    (Code::LogLost, Action::Alert, "No durable place is left for the log: predictions are refused."),
    (Code::LogDegraded, Action::Alert, "The database cannot be reached: rows wait in the spool."),
    (Code::ErrorRate, Action::Alert, "More than 5 % of the calls of the last 10 minutes failed (5xx)."),
    (Code::InferenceTime, Action::Alert, "The 95th percentile of inference time is above 50 ms."),
    (Code::DriftShare, Action::Retrain, "Half or more of the encoded features drifted."),
    (Code::ScoreDrift, Action::Retrain, "The scores' Kolmogorov-Smirnov test gives p < 0.01."),
    (Code::ModelAge, Action::Look, "The model is older than 3 months."),
    (Code::ReplyRate, Action::Look, "Fewer than 10 % of at least 30 leads with an outcome replied."),
    (Code::NewOutcomes, Action::Offer, "500 new outcomes are worth a training."),
];

/// The alerts that these signs give, most urgent first.
pub fn alerts(signs: &Signs) -> Vec<Alert> {
    let given = RULES.into_iter().filter_map(|(code, action, _)| {
        let (value, limit, text) = sign(code, signs)?;
        Some(Alert { code, action, text, value, limit })
    });
    given.collect()
}

/// A figure that has passed its limit, and the sentence about it.
type Passed = (f64, f64, String);

fn sign(code: Code, signs: &Signs) -> Option<Passed> {
    match code {
        Code::LogLost | Code::LogDegraded => log(code, signs.log),
        Code::ErrorRate => error_rate(signs),
        Code::InferenceTime => above(signs.inference_p95_ms, INFERENCE_P95_MS_MAX, |ms| {
            format!("The 95th percentile of inference time is {ms:.1} ms (limit 50 ms).")
        }),
        Code::DriftShare => drift_share(signs.drift_share?),
        Code::ScoreDrift => score_drift(signs.score_p_value?),
        Code::ModelAge => above(signs.model_age_days.map(|days| days as f64), MODEL_AGE_DAYS_MAX as f64, |days| {
            format!("The model is {days:.0} days old (limit 3 months).")
        }),
        Code::ReplyRate => reply_rate(signs.replied, signs.judged),
        Code::NewOutcomes => new_outcomes(signs.outcomes_since_training),
    }
}

fn above(value: Option<f64>, limit: f64, text: impl Fn(f64) -> String) -> Option<Passed> {
    value.filter(|value| *value > limit).map(|value| (value, limit, text(value)))
}

fn log(code: Code, log: Log) -> Option<Passed> {
    match (code, log) {
        (Code::LogLost, Log::Lost) => {
            let text = "No durable place is left for the log: predictions are refused until there is one.";
            Some((1.0, 0.0, text.to_owned()))
        }
        (Code::LogDegraded, Log::Spooled(rows)) => {
            let text = format!("The database cannot be reached: {} rows wait in the spool.", count(rows));
            Some((rows as f64, 0.0, text))
        }
        _ => None,
    }
}

fn error_rate(signs: &Signs) -> Option<Passed> {
    let rate = (signs.calls > 0).then(|| signs.errors as f64 / signs.calls as f64);
    let (errors, calls) = (count(signs.errors), count(signs.calls));
    above(rate, ERROR_RATE_MAX, |rate| {
        format!("{:.1} % of the calls of the last 10 minutes failed: {errors} of {calls} (limit 5 %).", rate * 100.0)
    })
}

fn drift_share(share: f64) -> Option<Passed> {
    let text = || format!("{:.0} % of the encoded features drifted (limit 50 %): train the model anew.", share * 100.0);
    (share >= DRIFT_SHARE).then(|| (share, DRIFT_SHARE, text()))
}

fn score_drift(p: f64) -> Option<Passed> {
    let shown = if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") };
    let text = || format!("The scores drifted: {shown} (limit 0.01): train the model anew.");
    (p < SCORE_P_VALUE).then(|| (p, SCORE_P_VALUE, text()))
}

fn reply_rate(replied: u64, judged: u64) -> Option<Passed> {
    let rate = replied as f64 / judged.max(1) as f64;
    let (few, all) = (count(replied), count(judged));
    let text = || format!("{few} of {all} leads with an outcome replied, {:.1} % (limit 10 %).", rate * 100.0);
    (judged >= REPLY_LEADS_MIN && rate < REPLY_RATE_MIN).then(|| (rate, REPLY_RATE_MIN, text()))
}

fn new_outcomes(outcomes: u64) -> Option<Passed> {
    let shown = count(outcomes);
    let text = || format!("{shown} outcomes came in since the model was trained (500 are worth a training).");
    (outcomes >= OUTCOMES).then(|| (outcomes as f64, OUTCOMES as f64, text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(signs: Signs) -> Vec<Code> {
        alerts(&signs).into_iter().map(|alert| alert.code).collect()
    }

    #[test]
    fn nothing_known_is_nothing_wrong() {
        assert_eq!(alerts(&Signs::default()), []);
    }

    #[test]
    fn limits_are_those_of_the_reading_guide() {
        let at = |signs| codes(signs).len();
        let signs = Signs::default();
        assert_eq!(at(Signs { inference_p95_ms: Some(50.0), ..signs }), 0);
        assert_eq!(codes(Signs { inference_p95_ms: Some(50.1), ..signs }), [Code::InferenceTime]);
        assert_eq!(at(Signs { calls: 100, errors: 5, ..signs }), 0);
        assert_eq!(codes(Signs { calls: 100, errors: 6, ..signs }), [Code::ErrorRate]);
        assert_eq!(at(Signs { drift_share: Some(0.49), ..signs }), 0);
        assert_eq!(codes(Signs { drift_share: Some(0.5), ..signs }), [Code::DriftShare]);
        assert_eq!(at(Signs { score_p_value: Some(0.01), ..signs }), 0);
        assert_eq!(codes(Signs { score_p_value: Some(0.009), ..signs }), [Code::ScoreDrift]);
        assert_eq!(at(Signs { model_age_days: Some(92), ..signs }), 0);
        assert_eq!(codes(Signs { model_age_days: Some(93), ..signs }), [Code::ModelAge]);
        assert_eq!(at(Signs { judged: 100, replied: 10, ..signs }), 0);
        assert_eq!(codes(Signs { judged: 100, replied: 9, ..signs }), [Code::ReplyRate]);
        assert_eq!(at(Signs { judged: 29, replied: 0, ..signs }), 0);
        assert_eq!(at(Signs { outcomes_since_training: 499, ..signs }), 0);
        assert_eq!(codes(Signs { outcomes_since_training: 500, ..signs }), [Code::NewOutcomes]);
        assert_eq!(codes(Signs { log: Log::Spooled(3), ..signs }), [Code::LogDegraded]);
        assert_eq!(codes(Signs { log: Log::Lost, ..signs }), [Code::LogLost]);
    }

    #[test]
    fn the_most_urgent_comes_first_and_says_figure_and_limit() {
        let signs =
            Signs { calls: 8, errors: 1, model_age_days: Some(120), score_p_value: Some(1e-9), ..Signs::default() };
        let texts: Vec<_> = alerts(&signs).into_iter().map(|alert| alert.text).collect();
        assert_eq!(
            texts,
            [
                "12.5 % of the calls of the last 10 minutes failed: 1 of 8 (limit 5 %).",
                "The scores drifted: p < 0.001 (limit 0.01): train the model anew.",
                "The model is 120 days old (limit 3 months).",
            ]
        );
    }

    #[test]
    fn what_is_not_a_number_is_no_alert() {
        let nan = Some(f64::NAN);
        assert_eq!(
            codes(Signs { inference_p95_ms: nan, drift_share: nan, score_p_value: nan, ..Signs::default() }),
            []
        );
    }
}
