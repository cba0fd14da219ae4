//! Alerts for operators: rules, limits and messages.

use super::label::count;
use serde::{Deserialize, Serialize};

/// Maximum 95th percentile of the inference time, in milliseconds.
pub const INFERENCE_P95_MS_MAX: f64 = 50.0;
/// Maximum share of failed calls over ten minutes.
pub const ERROR_RATE_MAX: f64 = 0.05;
/// Share of drifted features from which the model should be retrained.
pub const DRIFT_SHARE: f64 = 0.5;
/// P-value of the scores' Kolmogorov-Smirnov test below which the model should be retrained.
pub const SCORE_P_VALUE_MIN: f64 = 0.01;
/// Maximum age of a model in days: three months, at their longest.
pub const MODEL_AGE_DAYS_MAX: i64 = 92;
/// Minimum reply rate.
pub const REPLY_RATE_MIN: f64 = 0.1;
/// Minimum number of outcomes for the reply rate to be meaningful.
pub const REPLY_LEADS_MIN: u64 = 30;
/// Number of new outcomes that justify a retraining.
pub const NEW_OUTCOMES_MIN: u64 = 500;
/// Healthy range of the engagement rate.
pub const ENGAGEMENT_RATE_RANGE: (f64, f64) = (0.15, 0.4);

/// State of the prediction log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogState {
    /// Rows are written.
    #[default]
    Written,
    /// Number of rows that wait in the spool.
    Spooled(u64),
    /// No durable storage is left.
    Lost,
}

/// Measurements that the rules evaluate; `None` where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AlertInputs {
    /// Current state of the log.
    pub log: LogState,
    /// Number of calls in the last ten minutes.
    pub calls: u64,
    /// Number of those that failed with 5xx.
    pub errors: u64,
    /// 95th percentile of the inference time.
    pub inference_p95_ms: Option<f64>,
    /// Share of encoded features that drifted.
    pub drift_share: Option<f64>,
    /// P-value of the scores' Kolmogorov-Smirnov test.
    pub score_p_value: Option<f64>,
    /// Age of the active model.
    pub model_age_days: Option<i64>,
    /// Number of predictions with a known outcome.
    pub labeled: u64,
    /// Number of replies among those.
    pub replied: u64,
    /// Number of outcomes since the active model was trained.
    pub outcomes_since_training: u64,
}

/// Rule that raised an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Code))]
#[serde(rename_all = "snake_case")]
pub enum AlertCode {
    /// No durable storage is left for the log.
    LogLost,
    /// Rows wait in the spool.
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

/// Recommended action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Action))]
#[serde(rename_all = "snake_case")]
pub enum AlertAction {
    /// Something is broken or slow: act now.
    Alert,
    /// Retrain the model.
    Retrain,
    /// Investigate.
    Look,
    /// A retraining is worthwhile.
    Offer,
}

/// Raised alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Alert))]
pub struct Alert {
    /// Rule.
    pub code: AlertCode,
    /// Recommended action.
    pub action: AlertAction,
    /// Message with the measured value and its limit.
    pub text: String,
    /// Measured value.
    pub value: f64,
    /// Limit.
    pub limit: f64,
}

/// All rules with their descriptions, most urgent first.
pub const RULES: [(AlertCode, AlertAction, &str); 9] = [
    (AlertCode::LogLost, AlertAction::Alert, "No durable place is left for the log: predictions are refused."),
    (AlertCode::LogDegraded, AlertAction::Alert, "The database cannot be reached: rows wait in the spool."),
    (AlertCode::ErrorRate, AlertAction::Alert, "More than 5 % of the calls of the last 10 minutes failed (5xx)."),
    (AlertCode::InferenceTime, AlertAction::Alert, "The 95th percentile of inference time is above 50 ms."),
    (AlertCode::DriftShare, AlertAction::Retrain, "Half or more of the encoded features drifted."),
    (AlertCode::ScoreDrift, AlertAction::Retrain, "The scores' Kolmogorov-Smirnov test gives p < 0.01."),
    (AlertCode::ModelAge, AlertAction::Look, "The model is older than 3 months."),
    (AlertCode::ReplyRate, AlertAction::Look, "Fewer than 10 % of at least 30 leads with an outcome replied."),
    (AlertCode::NewOutcomes, AlertAction::Offer, "500 new outcomes are worth a training."),
];

/// Evaluates all rules; alerts come most urgent first.
pub fn alerts(inputs: &AlertInputs) -> Vec<Alert> {
    let raised = RULES.into_iter().filter_map(|(code, action, _)| {
        let (value, limit, text) = evaluate(code, inputs)?;
        Some(Alert { code, action, text, value, limit })
    });
    raised.collect()
}

/// Value, exceeded limit and message.
type Exceeded = (f64, f64, String);

fn evaluate(code: AlertCode, inputs: &AlertInputs) -> Option<Exceeded> {
    match code {
        AlertCode::LogLost | AlertCode::LogDegraded => log(code, inputs.log),
        AlertCode::ErrorRate => error_rate(inputs),
        AlertCode::InferenceTime => above(inputs.inference_p95_ms, INFERENCE_P95_MS_MAX, |ms| {
            format!("The 95th percentile of inference time is {ms:.1} ms (limit 50 ms).")
        }),
        AlertCode::DriftShare => drift_share(inputs.drift_share?),
        AlertCode::ScoreDrift => score_drift(inputs.score_p_value?),
        AlertCode::ModelAge => {
            above(inputs.model_age_days.map(|days| days as f64), MODEL_AGE_DAYS_MAX as f64, |days| {
                format!("The model is {days:.0} days old (limit 3 months).")
            })
        }
        AlertCode::ReplyRate => reply_rate(inputs.replied, inputs.labeled),
        AlertCode::NewOutcomes => new_outcomes(inputs.outcomes_since_training),
    }
}

fn above(value: Option<f64>, limit: f64, text: impl Fn(f64) -> String) -> Option<Exceeded> {
    value.filter(|value| *value > limit).map(|value| (value, limit, text(value)))
}

fn log(code: AlertCode, log: LogState) -> Option<Exceeded> {
    match (code, log) {
        (AlertCode::LogLost, LogState::Lost) => {
            let text = "No durable place is left for the log: predictions are refused until there is one.";
            Some((1.0, 0.0, text.to_owned()))
        }
        (AlertCode::LogDegraded, LogState::Spooled(rows)) => {
            let text = format!("The database cannot be reached: {} rows wait in the spool.", count(rows));
            Some((rows as f64, 0.0, text))
        }
        _ => None,
    }
}

fn error_rate(inputs: &AlertInputs) -> Option<Exceeded> {
    let rate = (inputs.calls > 0).then(|| inputs.errors as f64 / inputs.calls as f64);
    let (errors, calls) = (count(inputs.errors), count(inputs.calls));
    above(rate, ERROR_RATE_MAX, |rate| {
        format!("{:.1} % of the calls of the last 10 minutes failed: {errors} of {calls} (limit 5 %).", rate * 100.0)
    })
}

fn drift_share(share: f64) -> Option<Exceeded> {
    let text = || format!("{:.0} % of the encoded features drifted (limit 50 %): train the model anew.", share * 100.0);
    (share >= DRIFT_SHARE).then(|| (share, DRIFT_SHARE, text()))
}

fn score_drift(p: f64) -> Option<Exceeded> {
    let shown = if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") };
    let text = || format!("The scores drifted: {shown} (limit 0.01): train the model anew.");
    (p < SCORE_P_VALUE_MIN).then(|| (p, SCORE_P_VALUE_MIN, text()))
}

fn reply_rate(replied: u64, labeled: u64) -> Option<Exceeded> {
    let rate = replied as f64 / labeled.max(1) as f64;
    let (few, all) = (count(replied), count(labeled));
    let text = || format!("{few} of {all} leads with an outcome replied, {:.1} % (limit 10 %).", rate * 100.0);
    (labeled >= REPLY_LEADS_MIN && rate < REPLY_RATE_MIN).then(|| (rate, REPLY_RATE_MIN, text()))
}

fn new_outcomes(outcomes: u64) -> Option<Exceeded> {
    let shown = count(outcomes);
    let text = || format!("{shown} outcomes came in since the model was trained (500 are worth a training).");
    (outcomes >= NEW_OUTCOMES_MIN).then(|| (outcomes as f64, NEW_OUTCOMES_MIN as f64, text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(inputs: AlertInputs) -> Vec<AlertCode> {
        alerts(&inputs).into_iter().map(|alert| alert.code).collect()
    }

    #[test]
    fn unknown_inputs_raise_no_alert() {
        assert_eq!(alerts(&AlertInputs::default()), []);
    }

    #[test]
    fn alerts_are_raised_beyond_their_limits() {
        let raised = |inputs| codes(inputs).len();
        let inputs = AlertInputs::default();
        assert_eq!(raised(AlertInputs { inference_p95_ms: Some(50.0), ..inputs }), 0);
        assert_eq!(codes(AlertInputs { inference_p95_ms: Some(50.1), ..inputs }), [AlertCode::InferenceTime]);
        assert_eq!(raised(AlertInputs { calls: 100, errors: 5, ..inputs }), 0);
        assert_eq!(codes(AlertInputs { calls: 100, errors: 6, ..inputs }), [AlertCode::ErrorRate]);
        assert_eq!(raised(AlertInputs { drift_share: Some(0.49), ..inputs }), 0);
        assert_eq!(codes(AlertInputs { drift_share: Some(0.5), ..inputs }), [AlertCode::DriftShare]);
        assert_eq!(raised(AlertInputs { score_p_value: Some(0.01), ..inputs }), 0);
        assert_eq!(codes(AlertInputs { score_p_value: Some(0.009), ..inputs }), [AlertCode::ScoreDrift]);
        assert_eq!(raised(AlertInputs { model_age_days: Some(92), ..inputs }), 0);
        assert_eq!(codes(AlertInputs { model_age_days: Some(93), ..inputs }), [AlertCode::ModelAge]);
        assert_eq!(raised(AlertInputs { labeled: 100, replied: 10, ..inputs }), 0);
        assert_eq!(codes(AlertInputs { labeled: 100, replied: 9, ..inputs }), [AlertCode::ReplyRate]);
        assert_eq!(raised(AlertInputs { labeled: 29, replied: 0, ..inputs }), 0);
        assert_eq!(raised(AlertInputs { outcomes_since_training: 499, ..inputs }), 0);
        assert_eq!(codes(AlertInputs { outcomes_since_training: 500, ..inputs }), [AlertCode::NewOutcomes]);
        assert_eq!(codes(AlertInputs { log: LogState::Spooled(3), ..inputs }), [AlertCode::LogDegraded]);
        assert_eq!(codes(AlertInputs { log: LogState::Lost, ..inputs }), [AlertCode::LogLost]);
    }

    #[test]
    fn messages_have_value_and_limit_most_urgent_first() {
        let inputs = AlertInputs {
            calls: 8,
            errors: 1,
            model_age_days: Some(120),
            score_p_value: Some(1e-9),
            ..AlertInputs::default()
        };
        let texts: Vec<_> = alerts(&inputs).into_iter().map(|alert| alert.text).collect();
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
    fn nan_raises_no_alert() {
        let nan = Some(f64::NAN);
        assert_eq!(
            codes(AlertInputs {
                inference_p95_ms: nan,
                drift_share: nan,
                score_p_value: nan,
                ..AlertInputs::default()
            }),
            []
        );
    }
}
