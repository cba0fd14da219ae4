//! Tests of suggested mappings.

use super::*;

/// Mapping of a list given as lines of cells between bars, the header first.
fn mapping(lines: &[&str]) -> Mapping {
    let cells = |line: &&str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    let names = rows.remove(0);
    Mapping::suggest(&names, &rows, &Schema::leads().with_numbers(["revenue_k"]))
}

/// Targets of the columns, with a `+` for each column before it.
fn targets(lines: &[&str]) -> Vec<String> {
    let name = |column: &ColumnMapping| {
        let target = column.target.as_ref().map_or("", Target::name);
        format!("{}{target}", "+".repeat(column.fallback.into()))
    };
    mapping(lines).columns.iter().map(name).collect()
}

#[test]
fn exported_columns_are_mapped() {
    let found = targets(&["First Name|Title|Company|# Employees|Industry|Record ID", "Ada|CTO|Acme|37|Software|12"]);
    assert_eq!(found, ["", "jobtitle", "", "companysize", "industry", "lead_key"]);
}

#[test]
fn values_that_contradict_a_name_lower_its_confidence() {
    assert_eq!(targets(&["Size", "XL", "M", "S"]), [""]);
    assert_eq!(targets(&["Size", "51-200", ""]), ["companysize"]);
    assert_eq!(targets(&["Title", "Mr.", "Mrs.", "Dr."]), [""]);
    assert_eq!(targets(&["Title|Job", "Mr.|CTO", "Mrs.|CEO"]), ["", "jobtitle"]);
    assert_eq!(targets(&["Activité principale", "62.01Z", "70.22Z"]), [""]);
}

#[test]
fn field_goes_to_the_column_with_the_highest_confidence() {
    assert_eq!(targets(&["Headline|Title"]), ["", "jobtitle"]);
    assert_eq!(targets(&["Title|jobtitle"]), ["", "jobtitle"]);
    assert_eq!(targets(&["Headline|Title", "a|", "b|CTO", "c|CEO"]), ["", "jobtitle"]);
}

#[test]
fn nearly_empty_column_loses_to_a_filled_one() {
    assert_eq!(targets(&["Title|Headline", "|CTO", "|CEO", "N/A|CFO"]), ["", "jobtitle"]);
    assert_eq!(targets(&["jobtitle|Title", "|CTO", "|CEO"]), ["", "jobtitle"]);
    let mut lines = vec!["Title|Headline", "CTO|a"];
    lines.resize(22, "|b");
    assert_eq!(targets(&lines), ["", "jobtitle"]);
    // An empty column alone is read: it may be filled further down.
    assert_eq!(targets(&["Title|Company", "|Acme"]), ["jobtitle", ""]);
}

#[test]
fn columns_of_the_same_certainty_complete_each_other() {
    assert_eq!(targets(&["Title|Current title"]), ["jobtitle", "+jobtitle"]);
    assert_eq!(targets(&["Title|Current title", "|CTO", "|CEO"]), ["+jobtitle", "jobtitle"]);
    assert_eq!(targets(&["City|Country", "Lyon|France"]), ["location", ""]);
    assert_eq!(targets(&["Lead ID|Record ID"]), ["lead_key", ""]);
    assert_eq!(mapping(&["Title|Current title"]).field_count(), 1);
}

#[test]
fn unknown_columns_are_recognized_by_their_values() {
    let lines = [
        "C1|C2|C3|C4|C5|Name",
        "Head of Sales|Computer Software|51-200|Lyon, France|1998|Ada",
        "Founder & CEO|Retail|2-10|Paris, France|2011|Bob",
        "Lead Engineer|Banking|11-50|Berlin, Germany|2004|Eve",
    ];
    assert_eq!(targets(&lines), ["jobtitle", "industry", "companysize", "location", "companyfoundedon", ""]);
    assert!(mapping(&lines).columns[..5].iter().all(|column| column.evidence == Evidence::Values));
    // A filled column with a known name is not replaced.
    let lines = ["Headline|C2", "Growth|Head of Sales", "Sales|Founder & CEO", "Hi|Lead Engineer"];
    assert_eq!(targets(&lines), ["jobtitle", ""]);
    let lines = ["Headline|C2", "|Head of Sales", "|Founder & CEO", "|Lead Engineer"];
    assert_eq!(targets(&lines), ["", "jobtitle"]);
    let lines = ["Previous title", "Head of Sales", "Founder & CEO", "Lead Engineer"];
    assert_eq!(targets(&lines), [""]);
}

#[test]
fn wrapped_cells_and_names_are_read() {
    let lines = ["\"Title\"|=\"# Employees\"", "=\"CTO\"|=\"51-200\"", "\"CEO\"|'11-50"];
    assert_eq!(targets(&lines), ["jobtitle", "companysize"]);
}

#[test]
fn notation_of_a_column_is_detected() {
    let format = |lines: &[&str]| mapping(lines).columns[0].format;
    assert_eq!(format(&["Revenue k", "1.250", "1.250.000"]).decimal, DecimalSign::Comma);
    assert_eq!(format(&["Revenue k", "1.250", "12"]).decimal, DecimalSign::Undecided);
    // Another column of the file decides it.
    assert_eq!(format(&["Revenue k|Rate", "1.250|0,5", "12|3"]).decimal, DecimalSign::Comma);
    assert_eq!(format(&["revenue_k", "1,5"]).decimal, DecimalSign::Comma);
    assert!(format(&["Tranche effectif", "NN", "12"]).insee_codes);
}

#[test]
fn manual_target_is_taken_from_another_column() {
    let names = ["Title", "Headline", "Position"].map(str::to_owned);
    let title = || Target::Field("jobtitle".to_owned());
    let mut mapping = Mapping::suggest(&names, &[], &Schema::leads());
    mapping.set(1, Some(title()));
    assert_eq!(mapping.columns[0].target, None);
    assert_eq!((mapping.columns[1].evidence, mapping.field_count()), (Evidence::Manual, 1));
    mapping.add_fallback(2, title());
    mapping.add_fallback(0, title());
    let ranks = |mapping: &Mapping| mapping.columns.iter().map(|column| column.fallback).collect::<Vec<_>>();
    assert_eq!(ranks(&mapping), [2, 0, 1]);
    assert_eq!(mapping.first_column(&title()).unwrap().name, "Headline");
    mapping.set(1, None);
    assert_eq!((ranks(&mapping), mapping.field_count()), (vec![1, 0, 0], 1));
    assert!(mapping.matches_columns(&names) && !mapping.matches_columns(&names[..1]));
}

#[test]
fn mapping_of_two_columns_for_a_field_reads_the_first_first() {
    let text = r#"{"columns":[{"name":"a","target":{"Field":"jobtitle"},"confidence":1.0,"evidence":"Hand"},
        {"name":"b","target":{"Field":"jobtitle"},"confidence":1.0,"evidence":"Hand"}]}"#;
    let mut mapping: Mapping = serde_json::from_str(text).unwrap();
    mapping.detect_formats(&[], &Schema::leads());
    assert_eq!((mapping.columns[0].fallback, mapping.columns[1].fallback), (0, 1));
    let saved = serde_json::to_string(&mapping).unwrap();
    assert!(saved.contains("\"fallback\":1") && !saved.contains("format"), "{saved}");
}
