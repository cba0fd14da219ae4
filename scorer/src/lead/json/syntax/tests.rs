//! Tests of the dialect against results of Python.

use super::*;

fn read(text: &str) -> Result<Json<'_>, SyntaxError> {
    let mut parser = JsonParser::new(text);
    let value = parser.value()?;
    parser.end().map(|()| value)
}

#[test]
fn python_numbers_are_read() {
    assert!(matches!(read("NaN"), Ok(Json::Number(number)) if number.is_nan()));
    assert_eq!(read("-Infinity"), Ok(Json::Number(f64::NEG_INFINITY)));
    assert_eq!(read("1e400"), Ok(Json::Number(f64::INFINITY)));
    assert_eq!(read("-0.5E-1"), Ok(Json::Number(-0.05)));
}

#[test]
fn integers_have_no_negative_zero_and_keep_all_their_digits() {
    let bits = |text| matches!(read(text), Ok(Json::Number(number)) if number.to_bits() == 0);
    assert!(bits("-0") && !bits("-0.0"));
    assert_eq!(read("-9007199254740993"), Ok(Json::LongInteger("-9007199254740993".into())));
    assert_eq!(read("9007199254740993").unwrap().to_value(), serde_json::json!(9007199254740993_i64));
}

#[test]
fn errors_are_those_of_python() {
    for (text, at, reason) in [
        ("{\"a\":", 5, "Expecting value"),
        ("", 0, "Expecting value"),
        ("{\"é\" 1}", 5, "Expecting ':' delimiter"),
        ("[1 2]", 3, "Expecting ',' delimiter"),
        ("{a}", 1, "Expecting property name enclosed in double quotes"),
        ("\"abc", 0, "Unterminated string starting at"),
        ("01", 1, "Extra data"),
        ("\"\\x\"", 1, "Invalid \\escape"),
        ("\"\\u12\"", 2, "Invalid \\uXXXX escape"),
        ("\"\\u00e9", 2, "Invalid \\uXXXX escape"),
        ("\"a\nb\"", 2, "Invalid control character at"),
    ] {
        assert_eq!(read(text), Err(SyntaxError { at, reason }), "{text:?}");
    }
}

#[test]
fn zero_keeps_its_sign() {
    assert_eq!(read("[-0.0, 0.0, 2.0]").unwrap().to_value().to_string(), "[-0.0,0,2]");
}

#[test]
fn last_of_repeated_keys_counts() {
    assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_value(), serde_json::json!({"a": 3, "b": 2}));
}

#[test]
fn surrogate_pairs_are_joined_and_lone_surrogates_replaced() {
    assert_eq!(read(r#""\ud83d\ude00""#), Ok(Json::Text("😀".into())));
    assert_eq!(read(r#""\ud83d Sales""#), Ok(Json::BrokenText("\u{fffd} Sales".into())));
}

#[test]
fn deep_nesting_is_an_error() {
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&"{\"a\":".repeat(100_000)).is_err());
}

#[test]
fn plain_length_ends_at_the_first_special_character() {
    for filler in ["a", " ", "!", "#", "[", "]", "\u{7f}", "\u{e9}", "\u{1f600}"] {
        let plain = filler.repeat(50);
        assert_eq!(plain_length(plain.as_bytes()), plain.len());
        for (at, _) in plain.char_indices() {
            for special in ["\"", "\\", "\n", "\0", "\u{1f}", "\u{1f}\"", "\"\u{1}\\"] {
                let (before, behind) = plain.split_at(at);
                assert_eq!(plain_length(format!("{before}{special}{behind}").as_bytes()), at, "{filler}{special:?}");
            }
        }
    }
}
