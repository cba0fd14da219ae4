//! The column contract: which fields a lead has, of which kind, within which limits, in which order.
//!
//! Owns names, limits and the one check that a raw value passes to become a field's value. May not know where the
//! value came from (CSV, JSON), leads as a whole, encoding, models or files.

use super::{Fault, Raw, Value};
use std::borrow::Cow;

/// The column of a client's own identifier: returned and logged, never scored.
pub const LEAD_KEY: &str = "lead_key";

/// The most characters that a [`LEAD_KEY`] may have.
pub const LEAD_KEY_MAX_CHARS: usize = 200;

/// What a field holds and what is allowed in it. Every field may be missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A whole number, both ends included.
    Integer {
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
    },
    /// A number; without limits where these are `None`.
    Number {
        /// Both ends included.
        range: Option<(f64, f64)>,
    },
    /// One of few usual levels. Others are let through: a model gives them what it learned for the unknown.
    Category {
        /// The levels that the contract names, in its order.
        levels: &'static [&'static str],
    },
    /// Free text, or a category of very many levels.
    Text {
        /// The most Unicode code points; `None` is without limit.
        max_chars: Option<usize>,
    },
}

/// One column of the contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name in CSV headers and JSON.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

impl Field {
    fn new(name: &str, kind: Kind) -> Self {
        Field { name: name.to_owned(), kind }
    }

    /// True for integers and numbers.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, Kind::Integer { .. } | Kind::Number { .. })
    }

    /// Turns what a client sent into the field's value, or says what is wrong with it. What is coerced and what is
    /// refused follows Pydantic 2 in its lax mode, whose answers the old service gave.
    pub fn check<'a>(&self, raw: Raw<'a>) -> Result<Value<'a>, Fault> {
        match &self.kind {
            _ if matches!(raw, Raw::Null) || matches!(raw, Raw::Number(number) if number.is_nan()) => {
                Ok(Value::Missing)
            }
            // A whole number has no negative zero.
            Kind::Integer { min, max } => within(integer(raw)? + 0.0, Some((*min, *max))),
            Kind::Number { range } => within(number(raw)?, *range),
            Kind::Category { .. } => text(raw, None),
            Kind::Text { max_chars } => text(raw, *max_chars),
        }
    }
}

/// The fields that a lead can have, in the order of a lead's values.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    fields: Vec<Field>,
}

impl Schema {
    /// The 19 fields of a lead.
    pub fn leads() -> Self {
        Schema { fields: lead_fields() }
    }

    /// The 19 fields, then the number columns that a model trained elsewhere reads beside them. Names that the
    /// schema has already are not added again.
    pub fn with_numbers<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.with(columns.into_iter().map(|column| Field::new(column, Kind::Number { range: None })))
    }

    /// The same for columns of texts.
    pub fn with_texts<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.with(columns.into_iter().map(|column| Field::new(column, Kind::Text { max_chars: None })))
    }

    /// The same for fields of any kind, such as those of another schema.
    pub fn with(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
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

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Never true: a schema has at least the fields of a lead.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Where the field of this exact name stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

fn lead_fields() -> Vec<Field> {
    let share = || Kind::Number { range: Some((0.0, 1.0)) };
    let open = || Kind::Text { max_chars: None };
    let text = |max| Kind::Text { max_chars: Some(max) };
    let category = |levels| Kind::Category { levels };
    [
        ("llm_quality", Kind::Integer { min: 0.0, max: 100.0 }),
        ("llm_engagement", share()),
        ("llm_decision_maker", share()),
        ("llm_company_fit", Kind::Integer { min: 0.0, max: 2.0 }),
        ("companyfoundedon", Kind::Number { range: None }),
        ("llm_seniority", category(&["Entry", "Mid", "Senior", "Executive", "C-Level"])),
        ("llm_geography", category(&["international_hub", "regional_hub", "other"])),
        ("llm_business_type", category(&["leaders", "experts", "salespeople", "workers", "others"])),
        ("companysize", category(COMPANY_SIZES)),
        ("companytype", category(COMPANY_TYPES)),
        ("llm_industry", open()),
        ("industry", open()),
        ("companyindustry", open()),
        ("languages", open()),
        ("location", open()),
        ("companylocation", open()),
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

fn within(number: f64, range: Option<(f64, f64)>) -> Result<Value<'static>, Fault> {
    match range {
        None if number.is_nan() => Ok(Value::Missing),
        // The text "nan", which is not below or above anything: Pydantic names the upper end.
        Some((_, max)) if number.is_nan() => Err(Fault::TooLarge { max }),
        Some((min, _)) if number < min => Err(Fault::TooSmall { min }),
        Some((_, max)) if number > max => Err(Fault::TooLarge { max }),
        _ => Ok(Value::Number(number)),
    }
}

fn text(raw: Raw<'_>, max_chars: Option<usize>) -> Result<Value<'_>, Fault> {
    let Raw::Text(text) = raw else { return Err(Fault::NotText) };
    match max_chars {
        // Bytes are never fewer than code points, so most texts need no count.
        Some(max) if text.len() > max && text.chars().count() > max => Err(Fault::TooLong { max_chars: max }),
        _ => Ok(Value::Text(text)),
    }
}

fn integer(raw: Raw<'_>) -> Result<f64, Fault> {
    match raw {
        Raw::Bool(flag) => Ok(f64::from(u8::from(flag))),
        Raw::Number(number) if number.is_infinite() => Err(Fault::NotFinite),
        Raw::Number(number) if number.fract() != 0.0 => Err(Fault::Fraction),
        Raw::Number(number) | Raw::LongInteger(number) => Ok(number),
        Raw::Text(text) => integer_text(text.trim()).ok_or(Fault::NotIntegerText),
        Raw::Null | Raw::Other => Err(Fault::NotInteger),
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

fn number(raw: Raw<'_>) -> Result<f64, Fault> {
    match raw {
        Raw::Bool(flag) => Ok(f64::from(u8::from(flag))),
        Raw::Number(number) => Ok(number),
        Raw::LongInteger(number) if number.is_finite() => Ok(number),
        Raw::Text(text) => number_text(text).ok_or(Fault::NotNumberText),
        Raw::Null | Raw::Other | Raw::LongInteger(_) => Err(Fault::NotNumber),
    }
}

/// What Pydantic takes for a number: with spaces around it, or with single underscores inside it, but not with both.
fn number_text(text: &str) -> Option<f64> {
    let misplaced = || text.starts_with('_') || text.ends_with('_') || text.contains("__");
    text.trim().parse().ok().or_else(|| (!misplaced()).then(|| text.replace('_', "").parse().ok()).flatten())
}

/// Removes single underscores between digits, as Python's integer literals allow; `None` where one stands elsewhere.
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

    fn check<'a>(name: &str, raw: Raw<'a>) -> Result<Value<'a>, Fault> {
        let schema = Schema::leads();
        schema.fields()[schema.position(name).unwrap()].check(raw)
    }

    #[test]
    fn integers_are_read_as_the_old_service_read_them() {
        for good in ["75", "75.0", " 75 ", "+75", "7_5"] {
            assert_eq!(check("llm_quality", Raw::Text(good)), Ok(Value::Number(75.0)), "{good:?}");
        }
        for bad in ["75.5", "1e1", "７５", "", "high", "_75", "7__5", "75.", "nan"] {
            assert_eq!(check("llm_quality", Raw::Text(bad)), Err(Fault::NotIntegerText), "{bad:?}");
        }
        assert_eq!(check("llm_quality", Raw::Number(75.5)), Err(Fault::Fraction));
        assert_eq!(check("llm_quality", Raw::Number(101.0)), Err(Fault::TooLarge { max: 100.0 }));
        assert_eq!(check("llm_quality", Raw::Bool(true)), Ok(Value::Number(1.0)));
        assert_eq!(check("llm_quality", Raw::LongInteger(f64::INFINITY)), Err(Fault::TooLarge { max: 100.0 }));
        for zero in [Raw::Text("-0"), Raw::Number(-0.0)] {
            let Ok(Value::Number(number)) = check("llm_quality", zero) else { panic!() };
            assert!(number.is_sign_positive());
        }
    }

    #[test]
    fn numbers_take_what_python_calls_a_float() {
        for (text, number) in [("2015", 2015.0), (" 2015 ", 2015.0), ("1_000", 1000.0), ("inf", f64::INFINITY)] {
            assert_eq!(check("companyfoundedon", Raw::Text(text)), Ok(Value::Number(number)), "{text:?}");
        }
        for (text, number) in
            [("1e_3", Some(1000.0)), ("1_.5", Some(1.5)), ("_1", None), ("1__0", None), (" 1_0", None)]
        {
            let wanted = number.map(Value::Number).ok_or(Fault::NotNumberText);
            assert_eq!(check("companyfoundedon", Raw::Text(text)), wanted, "{text:?}");
        }
        assert_eq!(check("companyfoundedon", Raw::LongInteger(1e30)), Ok(Value::Number(1e30)));
        assert_eq!(check("companyfoundedon", Raw::LongInteger(f64::INFINITY)), Err(Fault::NotNumber));
        assert_eq!(check("companyfoundedon", Raw::Text("nan")), Ok(Value::Missing));
        assert_eq!(check("llm_engagement", Raw::Text("nan")), Err(Fault::TooLarge { max: 1.0 }));
        assert_eq!(check("companyfoundedon", Raw::Text("MMXV")), Err(Fault::NotNumberText));
        assert_eq!(check("llm_engagement", Raw::Number(-0.01)), Err(Fault::TooSmall { min: 0.0 }));
    }

    #[test]
    fn a_not_a_number_is_missing_in_any_field() {
        assert_eq!(check("llm_quality", Raw::Number(f64::NAN)), Ok(Value::Missing));
        assert_eq!(check("industry", Raw::Number(f64::NAN)), Ok(Value::Missing));
    }

    #[test]
    fn texts_are_limited_in_code_points() {
        let emoji = "😀".repeat(500);
        assert_eq!(check("jobtitle", Raw::Text(&emoji)), Ok(Value::Text(&emoji)));
        assert_eq!(check("jobtitle", Raw::Text(&format!("{emoji}x"))), Err(Fault::TooLong { max_chars: 500 }));
        assert_eq!(check("industry", Raw::Number(5.0)), Err(Fault::NotText));
    }
}
