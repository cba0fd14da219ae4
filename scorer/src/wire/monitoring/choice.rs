//! Query parameters of the monitoring page: window, threshold, model version, score range, page of the log.

use serde::{Deserialize, Serialize};
use std::fmt::Write;
use thiserror::Error;

/// Maximum of [`Window::Last`].
pub const LAST_MAX: u32 = 10_000;

/// Maximum length of a text parameter, in bytes.
const TEXT_MAX: usize = 200;

/// Predictions that the page covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Window))]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Last hour.
    Hour,
    /// Last 24 hours.
    #[default]
    Day,
    /// Last 7 days.
    Week,
    /// Number of the newest predictions, 1 to [`LAST_MAX`].
    Last(u32),
    /// Whole log.
    All,
}

/// Filter of the page; by default the last day, all versions, all scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Choice))]
pub struct Choice {
    /// Predictions that the page covers.
    pub window: Window,
    /// Probability from which a lead counts as engaged, 0 to 1.
    pub threshold: f64,
    /// Model version; null: all versions.
    pub model_version: Option<String>,
    /// Lowest score of the recent predictions, 0 to 1.
    pub score_min: f64,
    /// Highest score of the recent predictions.
    pub score_max: f64,
    /// Start of the page of recent predictions, the `recent.next` of an earlier response; null: the newest.
    pub cursor: Option<String>,
    /// True for simulated data.
    pub simulated: bool,
}

impl Default for Choice {
    fn default() -> Self {
        Choice {
            window: Window::default(),
            threshold: 0.5,
            model_version: None,
            score_min: 0.0,
            score_max: 1.0,
            cursor: None,
            simulated: false,
        }
    }
}

/// Invalid query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} should be {allowed}")]
pub struct ChoiceError {
    /// Name of the parameter.
    pub name: &'static str,
    /// Allowed values, for the error message.
    pub allowed: &'static str,
}

const SHARE: &str = "a number from 0 to 1";

impl Choice {
    /// Parses decoded query parameters: `window` (`hour`, `day`, `week`, `all`) or `last` (which takes precedence),
    /// `threshold`, `model_version`, `score_min`, `score_max`, `cursor`, `simulated`. Empty values, as forms send them,
    /// and unknown names are ignored; of a repeated name the last value counts.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ChoiceError> {
        let (mut choice, mut last) = (Choice::default(), None);
        for (name, value) in pairs {
            let value = value.as_ref().trim();
            if value.is_empty() {
                continue;
            }
            match name.as_ref() {
                "window" => choice.window = parse_window(value)?,
                "last" => last = Some(Window::Last(parse_last(value)?)),
                "threshold" => choice.threshold = parse_share("threshold", value)?,
                "model_version" => choice.model_version = Some(parse_text("model_version", value)?),
                "score_min" => choice.score_min = parse_share("score_min", value)?,
                "score_max" => choice.score_max = parse_share("score_max", value)?,
                "cursor" => choice.cursor = Some(parse_text("cursor", value)?),
                "simulated" => choice.simulated = parse_flag(value)?,
                _ => {}
            }
        }
        choice.window = last.unwrap_or(choice.window);
        if choice.score_min > choice.score_max {
            return Err(ChoiceError { name: "score_min", allowed: "no higher than score_max" });
        }
        Ok(choice)
    }

    /// Returns the parameters that differ from the default, not percent-encoded.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let default = Choice::default();
        let mut pairs = Vec::new();
        match self.window {
            window if window == default.window => {}
            Window::Last(count) => pairs.push(("last", count.to_string())),
            window => pairs.push(("window", window.name().to_owned())),
        }
        let numbers = [
            ("threshold", self.threshold, default.threshold),
            ("score_min", self.score_min, default.score_min),
            ("score_max", self.score_max, default.score_max),
        ];
        let changed = numbers.into_iter().filter(|(_, value, default)| value != default);
        pairs.extend(changed.map(|(name, value, _)| (name, value.to_string())));
        pairs.extend(self.model_version.clone().map(|version| ("model_version", version)));
        pairs.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        if self.simulated {
            pairs.push(("simulated", "true".to_owned()));
        }
        pairs
    }

    /// Returns the query string, without `?`.
    pub fn to_query(&self) -> String {
        let pairs = self.to_pairs();
        pairs.iter().map(|(name, value)| format!("{name}={}", percent_encode(value))).collect::<Vec<_>>().join("&")
    }
}

impl Window {
    /// Value of the query parameter `window`; `last` for [`Window::Last`].
    pub fn name(self) -> &'static str {
        match self {
            Window::Hour => "hour",
            Window::Day => "day",
            Window::Week => "week",
            Window::Last(_) => "last",
            Window::All => "all",
        }
    }
}

fn parse_window(value: &str) -> Result<Window, ChoiceError> {
    let windows = [Window::Hour, Window::Day, Window::Week, Window::All];
    let allowed = "hour, day, week or all";
    windows.into_iter().find(|window| window.name() == value).ok_or(ChoiceError { name: "window", allowed })
}

fn parse_last(value: &str) -> Result<u32, ChoiceError> {
    let count = value.parse().ok().filter(|count| (1..=LAST_MAX).contains(count));
    count.ok_or(ChoiceError { name: "last", allowed: "a whole number from 1 to 10000" })
}

fn parse_share(name: &'static str, value: &str) -> Result<f64, ChoiceError> {
    let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    // Adding 0 drops the sign of -0.
    share.map(|share: f64| share + 0.0).ok_or(ChoiceError { name, allowed: SHARE })
}

fn parse_text(name: &'static str, value: &str) -> Result<String, ChoiceError> {
    let is_short = value.len() <= TEXT_MAX && !value.chars().any(char::is_control);
    is_short
        .then(|| value.to_owned())
        .ok_or(ChoiceError { name, allowed: "at most 200 bytes of text without control characters" })
}

fn parse_flag(value: &str) -> Result<bool, ChoiceError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ChoiceError { name: "simulated", allowed: "true or false" }),
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn percent_encode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Choice, ChoiceError> {
        Choice::from_pairs(pairs.iter().copied())
    }

    #[test]
    fn an_empty_form_is_the_default() {
        let empty = [("last", ""), ("threshold", " "), ("model_version", ""), ("utm", "x")];
        assert_eq!(parse(&empty), Ok(Choice::default()));
        assert_eq!(Choice::default().to_query(), "");
    }

    #[test]
    fn last_takes_precedence_over_window() {
        assert_eq!(parse(&[("last", "500"), ("window", "week")]).unwrap().window, Window::Last(500));
    }

    #[test]
    fn invalid_values_are_rejected_by_name() {
        for (name, value) in [
            ("window", "year"),
            ("last", "0"),
            ("last", "10001"),
            ("last", "-5"),
            ("threshold", "1.01"),
            ("threshold", "NaN"),
            ("score_min", "-0.1"),
            ("score_max", "inf"),
            ("simulated", "yes"),
            ("cursor", "a\u{0}b"),
        ] {
            assert_eq!(parse(&[(name, value)]).map_err(|error| error.name), Err(name), "{value:?}");
        }
        assert_eq!(parse(&[("model_version", &"x".repeat(201))]).map_err(|error| error.name), Err("model_version"));
        let crossed = parse(&[("score_min", "0.8"), ("score_max", "0.2")]).unwrap_err();
        assert_eq!(crossed.to_string(), "score_min should be no higher than score_max");
    }

    #[test]
    fn a_query_is_encoded() {
        let choice = Choice { model_version: Some("a&b=\"é <".to_owned()), threshold: 0.35, ..Choice::default() };
        assert_eq!(choice.to_query(), "threshold=0.35&model_version=a%26b%3D%22%C3%A9%20%3C");
    }

    fn choice() -> impl Strategy<Value = Choice> {
        let window = prop_oneof![
            Just(Window::Hour),
            Just(Window::Day),
            Just(Window::Week),
            Just(Window::All),
            (1..=LAST_MAX).prop_map(Window::Last)
        ];
        let word = || prop::option::of("[!-~é]{1,40}");
        (window, 0.0..=1.0, word(), 0.0..=0.5, 0.5..=1.0, word(), any::<bool>()).prop_map(
            |(window, threshold, model_version, score_min, score_max, cursor, simulated)| Choice {
                window,
                threshold,
                model_version,
                score_min,
                score_max,
                cursor,
                simulated,
            },
        )
    }

    proptest! {
        #[test]
        fn a_choice_round_trips(choice in choice()) {
            prop_assert_eq!(Choice::from_pairs(choice.to_pairs()).unwrap(), choice);
        }
    }
}
