//! Column contract: names, kinds, limits and order of the fields of a lead, and the validation of a raw value.
//!
//! Must not depend on the source of a value (CSV, JSON), on encoding, models or files.

use super::{RawValue, Value, ValueError};
use std::borrow::Cow;

/// Column of the client's lead key: returned and logged, never scored.
pub const LEAD_KEY: &str = "lead_key";

/// Length limit of a lead key, in characters.
pub const LEAD_KEY_MAX_CHARS: usize = 200;

/// Type and limits of a field. Every field may be missing.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// An integer; both limits are inclusive.
    Integer {
        /// Minimum.
        min: f64,
        /// Maximum.
        max: f64,
    },
    /// A number.
    Number {
        /// Inclusive limits, if any.
        range: Option<(f64, f64)>,
    },
    /// A category. Values outside of the levels are accepted: a model scores them as unknown.
    Category {
        /// Levels of the contract, in its order.
        levels: &'static [&'static str],
    },
    /// Free text, or a category with many levels.
    Text {
        /// Length limit in Unicode code points, if any.
        max_chars: Option<usize>,
    },
}

/// A column of the contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name in CSV headers and JSON.
    pub name: String,
    /// Type and limits.
    pub kind: FieldKind,
}

impl Field {
    fn new(name: &str, kind: FieldKind) -> Self {
        Field { name: name.to_owned(), kind }
    }

    /// True for integers and numbers.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, FieldKind::Integer { .. } | FieldKind::Number { .. })
    }

    /// Validates and coerces a raw value, as Pydantic 2 does in lax mode.
    pub fn check<'a>(&self, raw: RawValue<'a>) -> Result<Value<'a>, ValueError> {
        match &self.kind {
            _ if matches!(raw, RawValue::Null) || matches!(raw, RawValue::Number(number) if number.is_nan()) => {
                Ok(Value::Missing)
            }
            // An integer has no negative zero.
            FieldKind::Integer { min, max } => check_range(integer(raw)? + 0.0, Some((*min, *max))),
            FieldKind::Number { range } => check_range(number(raw)?, *range),
            FieldKind::Category { .. } => check_text(raw, None),
            FieldKind::Text { max_chars } => check_text(raw, *max_chars),
        }
    }
}

/// Fields of a lead, in the order of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    fields: Vec<Field>,
}

impl Schema {
    /// The 19 fields of a lead.
    pub fn leads() -> Self {
        Schema { fields: lead_fields() }
    }

    /// Adds columns of numbers that a model reads besides the 19 fields. Existing names are skipped.
    pub fn with_numbers<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.with_fields(columns.into_iter().map(|column| Field::new(column, FieldKind::Number { range: None })))
    }

    /// Adds columns of texts. Existing names are skipped.
    pub fn with_texts<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.with_fields(columns.into_iter().map(|column| Field::new(column, FieldKind::Text { max_chars: None })))
    }

    /// Adds fields of any kind. Existing names are skipped.
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        for field in fields {
            if self.position(&field.name).is_none() {
                self.fields.push(field);
            }
        }
        self
    }

    /// All fields, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// True when there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Index of the field with this exact name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

fn lead_fields() -> Vec<Field> {
    let unit_range = || FieldKind::Number { range: Some((0.0, 1.0)) };
    let unlimited = || FieldKind::Text { max_chars: None };
    let text = |max| FieldKind::Text { max_chars: Some(max) };
    let category = |levels| FieldKind::Category { levels };
    [
        ("llm_quality", FieldKind::Integer { min: 0.0, max: 100.0 }),
        ("llm_engagement", unit_range()),
        ("llm_decision_maker", unit_range()),
        ("llm_company_fit", FieldKind::Integer { min: 0.0, max: 2.0 }),
        ("companyfoundedon", FieldKind::Number { range: None }),
        ("llm_seniority", category(&["Entry", "Mid", "Senior", "Executive", "C-Level"])),
        ("llm_geography", category(&["international_hub", "regional_hub", "other"])),
        ("llm_business_type", category(&["leaders", "experts", "salespeople", "workers", "others"])),
        ("companysize", category(COMPANY_SIZES)),
        ("companytype", category(COMPANY_TYPES)),
        ("llm_industry", unlimited()),
        ("industry", unlimited()),
        ("companyindustry", unlimited()),
        ("languages", unlimited()),
        ("location", unlimited()),
        ("companylocation", unlimited()),
        ("summary", text(10_000)),
        ("skills", text(5_000)),
        ("jobtitle", text(500)),
    ]
    .into_iter()
    .map(|(name, kind)| Field::new(name, kind))
    .collect()
}

const COMPANY_SIZES: &[&str] =
    &["1-10", "2-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];

const COMPANY_TYPES: &[&str] = &[
    "Privately Held",
    "Public Company",
    "Nonprofit",
    "Partnership",
    "Self-Employed",
    "Self-Owned",
    "Sole Proprietorship",
    "Government Agency",
    "Educational Institution",
];

fn check_range(number: f64, range: Option<(f64, f64)>) -> Result<Value<'static>, ValueError> {
    match range {
        None if number.is_nan() => Ok(Value::Missing),
        // The text "nan" is neither below nor above a limit: Pydantic reports the upper one.
        Some((_, max)) if number.is_nan() => Err(ValueError::TooLarge { max }),
        Some((min, _)) if number < min => Err(ValueError::TooSmall { min }),
        Some((_, max)) if number > max => Err(ValueError::TooLarge { max }),
        _ => Ok(Value::Number(number)),
    }
}

fn check_text(raw: RawValue<'_>, max_chars: Option<usize>) -> Result<Value<'_>, ValueError> {
    let RawValue::Text(text) = raw else { return Err(ValueError::NotText) };
    match max_chars {
        // A text has at least as many bytes as code points, so most need no count.
        Some(max) if text.len() > max && text.chars().count() > max => Err(ValueError::TooLong { max_chars: max }),
        _ => Ok(Value::Text(text)),
    }
}

fn integer(raw: RawValue<'_>) -> Result<f64, ValueError> {
    match raw {
        RawValue::Bool(flag) => Ok(f64::from(u8::from(flag))),
        RawValue::Number(number) if number.is_infinite() => Err(ValueError::NotFinite),
        RawValue::Number(number) if number.fract() != 0.0 => Err(ValueError::Fraction),
        RawValue::Number(number) | RawValue::LongInteger(number) => Ok(number),
        RawValue::Text(text) => integer_text(text.trim()).ok_or(ValueError::NotIntegerText),
        RawValue::Null | RawValue::Other => Err(ValueError::NotInteger),
    }
}

/// Digits with an optional sign, single underscores between digits, and an optional fraction of zeros.
fn integer_text(text: &str) -> Option<f64> {
    let (whole, zeros) = text.split_once('.').unwrap_or((text, "0"));
    if zeros.is_empty() || zeros.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    let plain = without_underscores(whole)?;
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    (only_digits && !digits.is_empty()).then(|| plain.parse().ok()).flatten()
}

fn number(raw: RawValue<'_>) -> Result<f64, ValueError> {
    match raw {
        RawValue::Bool(flag) => Ok(f64::from(u8::from(flag))),
        RawValue::Number(number) => Ok(number),
        RawValue::LongInteger(number) if number.is_finite() => Ok(number),
        RawValue::Text(text) => number_text(text).ok_or(ValueError::NotNumberText),
        RawValue::Null | RawValue::Other | RawValue::LongInteger(_) => Err(ValueError::NotNumber),
    }
}

/// A number as Pydantic parses it: with surrounding spaces or with single underscores, but not with both.
fn number_text(text: &str) -> Option<f64> {
    let misplaced = || text.starts_with('_') || text.ends_with('_') || text.contains("__");
    text.trim().parse().ok().or_else(|| (!misplaced()).then(|| text.replace('_', "").parse().ok()).flatten())
}

/// Removes single underscores between digits, as in integer literals of Python; `None` when one is elsewhere.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced = |(at, byte): (usize, &u8)| *byte == b'_' && !(digit(at.checked_sub(1)) && digit(at.checked_add(1)));
    (!bytes.iter().enumerate().any(misplaced)).then(|| Cow::Owned(text.replace('_', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<'a>(name: &str, raw: RawValue<'a>) -> Result<Value<'a>, ValueError> {
        let schema = Schema::leads();
        schema.fields()[schema.position(name).unwrap()].check(raw)
    }

    #[test]
    fn integers_are_parsed_as_by_pydantic() {
        for good in ["75", "75.0", " 75 ", "+75", "7_5"] {
            assert_eq!(check("llm_quality", RawValue::Text(good)), Ok(Value::Number(75.0)), "{good:?}");
        }
        for bad in ["75.5", "1e1", "７５", "", "high", "_75", "7__5", "75.", "nan"] {
            assert_eq!(check("llm_quality", RawValue::Text(bad)), Err(ValueError::NotIntegerText), "{bad:?}");
        }
        assert_eq!(check("llm_quality", RawValue::Number(75.5)), Err(ValueError::Fraction));
        assert_eq!(check("llm_quality", RawValue::Number(101.0)), Err(ValueError::TooLarge { max: 100.0 }));
        assert_eq!(check("llm_quality", RawValue::Bool(true)), Ok(Value::Number(1.0)));
        assert_eq!(
            check("llm_quality", RawValue::LongInteger(f64::INFINITY)),
            Err(ValueError::TooLarge { max: 100.0 })
        );
        for zero in [RawValue::Text("-0"), RawValue::Number(-0.0)] {
            let Ok(Value::Number(number)) = check("llm_quality", zero) else { panic!() };
            assert!(number.is_sign_positive());
        }
    }

    #[test]
    fn numbers_are_parsed_as_by_pydantic() {
        for (text, number) in [("2015", 2015.0), (" 2015 ", 2015.0), ("1_000", 1000.0), ("inf", f64::INFINITY)] {
            assert_eq!(check("companyfoundedon", RawValue::Text(text)), Ok(Value::Number(number)), "{text:?}");
        }
        for (text, number) in
            [("1e_3", Some(1000.0)), ("1_.5", Some(1.5)), ("_1", None), ("1__0", None), (" 1_0", None)]
        {
            let expected = number.map(Value::Number).ok_or(ValueError::NotNumberText);
            assert_eq!(check("companyfoundedon", RawValue::Text(text)), expected, "{text:?}");
        }
        assert_eq!(check("companyfoundedon", RawValue::LongInteger(1e30)), Ok(Value::Number(1e30)));
        assert_eq!(check("companyfoundedon", RawValue::LongInteger(f64::INFINITY)), Err(ValueError::NotNumber));
        assert_eq!(check("companyfoundedon", RawValue::Text("nan")), Ok(Value::Missing));
        assert_eq!(check("llm_engagement", RawValue::Text("nan")), Err(ValueError::TooLarge { max: 1.0 }));
        assert_eq!(check("companyfoundedon", RawValue::Text("MMXV")), Err(ValueError::NotNumberText));
        assert_eq!(check("llm_engagement", RawValue::Number(-0.01)), Err(ValueError::TooSmall { min: 0.0 }));
    }

    #[test]
    fn nan_is_missing_in_any_field() {
        assert_eq!(check("llm_quality", RawValue::Number(f64::NAN)), Ok(Value::Missing));
        assert_eq!(check("industry", RawValue::Number(f64::NAN)), Ok(Value::Missing));
    }

    #[test]
    fn text_length_is_limited_in_code_points() {
        let emoji = "😀".repeat(500);
        assert_eq!(check("jobtitle", RawValue::Text(&emoji)), Ok(Value::Text(&emoji)));
        assert_eq!(
            check("jobtitle", RawValue::Text(&format!("{emoji}x"))),
            Err(ValueError::TooLong { max_chars: 500 })
        );
        assert_eq!(check("industry", RawValue::Number(5.0)), Err(ValueError::NotText));
    }
}
