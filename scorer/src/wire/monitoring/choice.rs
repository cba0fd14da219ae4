//! What one can choose on the monitoring page: window, threshold, model version, score range, page of the log.
//!
//! Owns the members of the query string, read and written. May not know where they are sent.

use serde::{Deserialize, Serialize};
use std::fmt::Write;
use thiserror::Error;

/// The most predictions that "the last N" may be.
pub const LAST_MAX: u32 = 10_000;

/// The longest text that a member may be.
const TEXT_MAX: usize = 200;

/// Which predictions the page is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Window))]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Of the last hour.
    Hour,
    /// Of the last 24 hours.
    #[default]
    Day,
    /// Of the last 7 days.
    Week,
    /// The newest so many, 1 to [`LAST_MAX`].
    Last(u32),
    /// All in the log.
    All,
}

/// A choice; by default the last day, all versions, all scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Choice))]
pub struct Choice {
    /// Which predictions.
    pub window: Window,
    /// From which probability on a lead counts as engaged, 0 to 1.
    pub threshold: f64,
    /// Only those of this model version; null: of all.
    pub model_version: Option<String>,
    /// The lowest score among the recent predictions, 0 to 1.
    pub score_min: f64,
    /// The highest.
    pub score_max: f64,
    /// Where the page of recent predictions begins, as an earlier answer's `recent.next`; null: at the newest.
    pub cursor: Option<String>,
    /// Simulated data is wanted.
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

/// A member of the query that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} should be {allowed}")]
pub struct ChoiceError {
    /// The member.
    pub name: &'static str,
    /// What it may be.
    pub allowed: &'static str,
}

const SHARE: &str = "a number from 0 to 1";

impl Choice {
    /// Reads a query's decoded names and values: `window` (`hour`, `day`, `week`, `all`) or `last` (which wins),
    /// `threshold`, `model_version`, `score_min`, `score_max`, `cursor`, `simulated`. An empty value is none, as forms
    /// send it; other names are passed over; of a repeated name the last counts.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, ChoiceError> {
        let (mut choice, mut last) = (Choice::default(), None);
        for (name, value) in pairs {
            let value = value.as_ref().trim();
            if value.is_empty() {
                continue;
            }
            match name.as_ref() {
                "window" => choice.window = window(value)?,
                "last" => last = Some(Window::Last(count(value)?)),
                "threshold" => choice.threshold = share("threshold", value)?,
                "model_version" => choice.model_version = Some(text("model_version", value)?),
                "score_min" => choice.score_min = share("score_min", value)?,
                "score_max" => choice.score_max = share("score_max", value)?,
                "cursor" => choice.cursor = Some(text("cursor", value)?),
                "simulated" => choice.simulated = flag(value)?,
                _ => {}
            }
        }
        choice.window = last.unwrap_or(choice.window);
        if choice.score_min > choice.score_max {
            return Err(ChoiceError { name: "score_min", allowed: "no higher than score_max" });
        }
        Ok(choice)
    }

    /// The members that differ from the default, as a query reads them: names and values, not yet encoded.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let usual = Choice::default();
        let mut pairs = Vec::new();
        match self.window {
            window if window == usual.window => {}
            Window::Last(count) => pairs.push(("last", count.to_string())),
            window => pairs.push(("window", window.name().to_owned())),
        }
        let numbers = [
            ("threshold", self.threshold, usual.threshold),
            ("score_min", self.score_min, usual.score_min),
            ("score_max", self.score_max, usual.score_max),
        ];
        let changed = numbers.into_iter().filter(|(_, own, usual)| own != usual);
        pairs.extend(changed.map(|(name, own, _)| (name, own.to_string())));
        pairs.extend(self.model_version.clone().map(|version| ("model_version", version)));
        pairs.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        if self.simulated {
            pairs.push(("simulated", "true".to_owned()));
        }
        pairs
    }

    /// The same as the part of an address behind `?`.
    pub fn query(&self) -> String {
        let pairs = self.pairs();
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
    }
}

impl Window {
    /// Its word in a query; of "the last N" without the number.
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

fn window(value: &str) -> Result<Window, ChoiceError> {
    let windows = [Window::Hour, Window::Day, Window::Week, Window::All];
    let allowed = "hour, day, week or all";
    windows.into_iter().find(|window| window.name() == value).ok_or(ChoiceError { name: "window", allowed })
}

fn count(value: &str) -> Result<u32, ChoiceError> {
    let count = value.parse().ok().filter(|count| (1..=LAST_MAX).contains(count));
    count.ok_or(ChoiceError { name: "last", allowed: "a whole number from 1 to 10000" })
}

fn share(name: &'static str, value: &str) -> Result<f64, ChoiceError> {
    let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    // Minus zero is within the range and would be written with its sign.
    share.map(|share: f64| share + 0.0).ok_or(ChoiceError { name, allowed: SHARE })
}

fn text(name: &'static str, value: &str) -> Result<String, ChoiceError> {
    let is_short = value.len() <= TEXT_MAX && !value.chars().any(char::is_control);
    is_short
        .then(|| value.to_owned())
        .ok_or(ChoiceError { name, allowed: "at most 200 bytes of text without control characters" })
}

fn flag(value: &str) -> Result<bool, ChoiceError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ChoiceError { name: "simulated", allowed: "true or false" }),
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn encoded(value: &str) -> String {
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

    fn read(pairs: &[(&str, &str)]) -> Result<Choice, ChoiceError> {
        Choice::read(pairs.iter().copied())
    }

    #[test]
    fn an_empty_form_is_the_default() {
        let empty = [("last", ""), ("threshold", " "), ("model_version", ""), ("utm", "x")];
        assert_eq!(read(&empty), Ok(Choice::default()));
        assert_eq!(Choice::default().query(), "");
    }

    #[test]
    fn the_last_so_many_win_over_a_window() {
        assert_eq!(read(&[("last", "500"), ("window", "week")]).unwrap().window, Window::Last(500));
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_name() {
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
            assert_eq!(read(&[(name, value)]).map_err(|error| error.name), Err(name), "{value:?}");
        }
        assert_eq!(read(&[("model_version", &"x".repeat(201))]).map_err(|error| error.name), Err("model_version"));
        let crossed = read(&[("score_min", "0.8"), ("score_max", "0.2")]).unwrap_err();
        assert_eq!(crossed.to_string(), "score_min should be no higher than score_max");
    }

    #[test]
    fn a_query_is_encoded() {
        let choice = Choice { model_version: Some("a&b=\"é <".to_owned()), threshold: 0.35, ..Choice::default() };
        assert_eq!(choice.query(), "threshold=0.35&model_version=a%26b%3D%22%C3%A9%20%3C");
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
        fn what_is_written_reads_back_the_same(choice in choice()) {
            prop_assert_eq!(Choice::read(choice.pairs()).unwrap(), choice);
        }
    }
}
