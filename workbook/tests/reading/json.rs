//! Leads as JSON.

use super::malformed::error;
use super::{csv, sheet_of};
use file_format::FileFormat;
use workbook::Error;

fn text(json: &str) -> String {
    csv(json.as_bytes()).unwrap().0
}

#[test]
fn arrays_lines_and_wrapped_arrays_are_the_same() {
    let leads = [r#"{"name":"Ada","size": 1.50}"#, r#"{"name":"Bob, Jr.","city":null,"ok":true}"#];
    let expected = "name,size,city,ok\r\nAda,1.50,,\r\n\"Bob, Jr.\",,,true\r\n";
    let array = format!("[{}]", leads.join(","));
    for json in [
        array.clone(),
        format!("\u{FEFF}  {array}"),
        leads.join("\n"),
        leads.join("\r\n\r\n") + "\r\n",
        format!("[{}]\n[{}]", leads[0], leads[1]),
        format!(r#"{{"total":2,"data":{{"people":{array},"crumbs":[{{"a":1}}]}}}}"#),
    ] {
        assert_eq!(text(&json), expected, "{json}");
    }
    let wrapped = format!(r#"{{"crumbs":[{{"a":1}}],"people":{array},"tags":["x"]}}"#);
    assert_eq!(csv(wrapped.as_bytes()).unwrap().1, sheet_of(FileFormat::Json, "people", 2));
    assert_eq!(csv(array.as_bytes()).unwrap().1, sheet_of(FileFormat::Json, "", 1));
}

#[test]
fn nested_fields_become_columns() {
    let lead = r#"[{"name":"Ada","organization":{"industry":"computer software","size":{"min":11,"max":50}},
        "keywords":["a","b",null,""],"skills":[{"name":"Rust","level":3},{"name":"SQL","level":2}],"jobs":[{"title":"CTO"},{"title":"Dev"}],"none":[],"name":"Ada L."}]"#;
    assert_eq!(
        text(lead),
        "name,organization.industry,organization.size.min,organization.size.max,keywords,skills,skills[].level,jobs[].title\r\n\
         Ada L.,computer software,11,50,\"a, b\",\"Rust, SQL\",\"3, 2\",\"CTO, Dev\"\r\n"
    );
}

#[test]
fn arrays_of_arrays_are_rows() {
    assert_eq!(text(r#"[["name","size"],["Ada",12],[null,"x"]]"#), "name,size\r\nAda,12\r\n,x\r\n");
    assert_eq!(text("[\"name\",\"size\"]\n[\"Ada\",12]\n"), "name,size\r\nAda,12\r\n");
}

#[test]
fn frames_of_columns_are_transposed() {
    let frame = r#"{"name":{"0":"Ada","1":"Bob"},"size":{"1":12,"0":null}}"#;
    assert_eq!(text(frame), "name,size\r\nAda,\r\nBob,12\r\n");
    let keyed = r#"{"x7":{"name":"Ada"},"x8":{"name":"Bob","size":1}}"#;
    assert_eq!(text(keyed), "name,size\r\nAda,\r\nBob,1\r\n");
    let answer = r#"{"data":{"list":[{"name":"Ada"}]},"paging":{"next":null}}"#;
    assert_eq!(text(answer), "name\r\nAda\r\n");
    assert_eq!(text(r#"{"columns":["name","size"],"index":[0],"data":[["Ada",12]]}"#), "name,size\r\nAda,12\r\n");
}

#[test]
fn what_is_no_json_for_its_standard_is_read_as_python_writes_it() {
    assert_eq!(text(r#"[{"a":NaN,"b":"NaN","c":-Infinity,"d":"\"NaN"}]"#), "a,b,c,d\r\n,NaN,,\"\"\"NaN\"\r\n");
    assert_eq!(text(r#"[{"a":"x\ud83dy"}]"#), "a\r\nx\u{FFFD}\u{FFFD}\u{FFFD}y\r\n");
}

#[test]
fn broken_json_names_its_line() {
    assert_eq!(error(b"[\n{\"a\":1},\n{\"a\""), Error::MalformedJson { line: 3 });
    assert_eq!(error(b"{\"a\":1}\n{\"a\":}\n"), Error::MalformedJson { line: 2 });
    assert_eq!(error(b"[]"), Error::NoRecords);
    assert_eq!(error(b"[[],[]]"), Error::Empty);
    assert_eq!(error(b"{}"), Error::Empty);
}

#[test]
fn malformed_json_is_bounded() {
    let deep = |open: &str, close: &str| format!("[{{\"a\":{}1{}}}]", open.repeat(100_000), close.repeat(100_000));
    assert_eq!(error(deep("[", "]").as_bytes()), Error::TooDeep);
    assert_eq!(error(deep("{\"a\":", "}").as_bytes()), Error::TooDeep);
    let fields: Vec<String> = (0..4097).map(|field| format!("\"f{field}\":1")).collect();
    assert_eq!(error(format!("[{{{}}}]", fields.join(",")).as_bytes()), Error::TooManyColumns);
}
