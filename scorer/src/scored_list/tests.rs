//! Tests of scored lists with the shipped models.

use super::*;
use crate::lead::mapping::Target;
use crate::pipeline::Scorer;
use crate::pipeline::tests::scorer_without_probability;

fn scorer() -> Arc<Scorer> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "onnx"))
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    Arc::new(Scorer::open(&files).unwrap())
}

fn read(text: &str, piece: usize) -> Result<ScoredList, ListError> {
    let mut reader = ListReader::new(scorer(), ImportOptions::default());
    for bytes in text.as_bytes().chunks(piece) {
        reader.push(bytes)?;
    }
    reader.finish()
}

fn csv(sheet: &ScoredList) -> String {
    let mut out = Vec::new();
    sheet.write_csv(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn rows_are_unchanged_across_chunks() {
    let row = |at: usize| format!("Name {at},CTO,\"{}, \"\"{at}\"\"\"\n", "x".repeat(at % 1500));
    let text: String = ["Name,jobtitle,skills\n".to_owned()].into_iter().chain((0..9000).map(row)).collect();
    let sheet = read(&text, 70_001).unwrap();
    assert!(text.len() > 6_000_000 && sheet.len() == 9000);
    for at in 0..9000 {
        let cells = [format!("Name {at}"), "CTO".to_owned(), format!("{}, \"{at}\"", "x".repeat(at % 1500))];
        assert!(sheet.cells(at).eq(cells.iter().map(String::as_str)), "{at}");
        assert_eq!((sheet.cell(at, 2), sheet.cell(at, 3)), (cells[2].as_str(), ""));
    }
}

const LIST: &str = "Name,jobtitle,companysize,skills,score\nAda,\"Founder, CEO\",2-10,\"a, b\",x\nBob,,,,y\nCyd,Intern,10001+,,\"z\nz\"\nDee,Intern,,,,more\n";

#[test]
fn list_is_ranked_and_keeps_its_columns() {
    let sheet = read(LIST, 7).unwrap();
    assert_eq!((sheet.len(), sheet.rejects().len()), (3, 1));
    assert_eq!(sheet.rejects().iter().next().unwrap().line, 6);
    let written = csv(&sheet);
    let mut lines = written.lines();
    assert_eq!(
        lines.next().unwrap(),
        "Name,jobtitle,companysize,skills,score,rank,probability,leadlight_score,grade,label,confidence,model_version"
    );
    assert!(written.contains("Ada,\"Founder, CEO\",2-10,\"a, b\",x,"));
    assert!(written.contains("\"z\nz\","));
    let ranked: Vec<f32> = sheet.order().iter().map(|lead| sheet.score(*lead as usize).probability).collect();
    assert!(ranked.windows(2).all(|pair| pair[0] >= pair[1]));
}

#[test]
fn list_is_independent_of_cuts() {
    let whole = csv(&read(LIST, 1 << 20).unwrap());
    assert!((1..20).all(|piece| csv(&read(LIST, piece).unwrap()) == whole));
}

#[test]
fn lead_scores_the_same_alone_and_among_many() {
    let row = "Sales Director,51-200,\n";
    let header = "jobtitle,companysize,llm_quality\n";
    let alone = read(&format!("{header}{row}"), 100).unwrap();
    let others: String = (0..3000).map(|at| format!("Engineer {at},11-50,{}\n", at % 100)).collect();
    let among = read(&format!("{header}{others}{row}{others}"), 1000).unwrap();
    assert_eq!(among.score(3000), alone.score(0));
    assert_ne!(among.score(3000).model, among.score(0).model);
}

#[test]
fn list_without_a_usable_lead_is_an_error() {
    let Err(error) = read("jobtitle,llm_quality\nCTO,900\nCEO,901\n", 100) else { panic!() };
    assert_eq!(
        error.to_string(),
        "none of the 2 rows holds a usable lead; line 2: llm_quality should be at most 100, but is \"900\""
    );
    let Err(ListError::NoLeads { rejects }) = read("jobtitle,llm_quality\nCTO,900\nCEO,901\n", 100) else { panic!() };
    assert_eq!(rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn lead_without_a_probability_is_a_reject() {
    let mut reader = ListReader::new(Arc::new(scorer_without_probability()), ImportOptions::default());
    reader.push(b"companyfoundedon,note\n1,a\ninf,b\nx,c\n-inf,d\n-4,e\n").unwrap();
    let sheet = reader.finish().unwrap();
    assert_eq!(
        (0..sheet.len()).map(|lead| (sheet.line(lead), sheet.cell(lead, 1))).collect::<Vec<_>>(),
        [(2, "a"), (6, "e")]
    );
    assert_eq!(sheet.rejects().iter().map(|reject| reject.line).collect::<Vec<_>>(), [3, 4, 5]);
    let reasons: Vec<String> = sheet.rejects().iter().map(|reject| reject.reason.to_string()).collect();
    assert!(reasons[0].contains("no probability") && reasons[1].contains("a number"), "{reasons:?}");
    let text = rejected(&sheet);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "line,column,reason,companyfoundedon,note");
    assert!(rows[1].starts_with("3,,") && rows[1].ends_with(",inf,b"), "{text}");
    assert_eq!(rows[2], "4,companyfoundedon,\"should be a number, but is \"\"x\"\"\",x,c");
}

#[test]
fn field_is_missing_only_if_a_used_model_reads_it() {
    let missing = |header: &str, row: &str| read(&format!("{header}\n{row}\n"), 100).unwrap().missing_fields().to_vec();
    let without = missing("jobtitle,companysize", "CTO,2-10");
    assert!(
        without.contains(&"industry".to_owned()) && !without.iter().any(|field| field.starts_with("llm_")),
        "{without:?}"
    );
    assert!(missing("jobtitle,llm_quality", "CTO,50").contains(&"llm_engagement".to_owned()));
}

#[test]
fn rejects_are_written_with_line_column_and_reason() {
    let text = rejected(&read(LIST, 100).unwrap());
    let (header, row) = text.split_once('\n').unwrap();
    assert!(header.starts_with("line,column,reason,"), "{header}");
    assert!(row.starts_with("6,,the row has 6 cells where the header has 5,"), "{row}");
    // The row as it was, with its cell too many.
    assert_eq!(row.matches(',').count(), 3 + 6 - 1, "{row}");
}

#[test]
fn rejects_keep_their_cells() {
    let text = rejected(&read("line,jobtitle,llm_quality\n7,CTO,900\n8,\"a, \"\"b\"\"\",50\n", 100).unwrap());
    assert_eq!(
        text,
        "leadlight_line,column,reason,line,jobtitle,llm_quality\n\
         2,llm_quality,\"should be at most 100, but is \"\"900\"\"\",7,CTO,900\n"
    );
}

fn rejected(sheet: &ScoredList) -> String {
    let mut out = Vec::new();
    sheet.rejects().write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// All leads, best first, with a mark on the second.
fn export<'a>(sheet: &'a ScoredList, labels: &'a [String]) -> Export<'a> {
    Export { leads: sheet.order(), marks: Some(MarkColumn { name: "mark", labels, by_lead: &[0, 2] }) }
}

fn labels() -> [String; 2] {
    ["called", "replied"].map(str::to_owned)
}

#[test]
fn spreadsheet_style_escapes_formulas_and_localizes_numbers() {
    let list = "=Name,jobtitle,Phone,Change\n=1+1,CTO,+33 1,-2.5\n@x,\"CEO; \"\"x\"\"\",-call,-\n";
    let sheet = read(list, 100).unwrap();
    let written = |decimal_comma| {
        let mut out = Vec::new();
        sheet.write_csv_export(&export(&sheet, &labels()), CsvStyle::Spreadsheet { decimal_comma }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let comma = written(true);
    assert!(comma.starts_with("\u{FEFF}'=Name;jobtitle;Phone;Change;rank;probability;"), "{comma}");
    assert!(comma.contains("\r\n'=1+1;CTO;'+33 1;-2.5;") && comma.contains(";0,") && !comma.contains(";0."), "{comma}");
    assert!(comma.contains("'@x;\"CEO; \"\"x\"\"\";'-call;'-;"), "{comma}");
    let ends: Vec<_> = comma.lines().skip(1).map(|line| line.rsplit(';').next().unwrap()).collect();
    assert_eq!(ends, sheet.order().iter().map(|lead| ["", "replied"][*lead as usize]).collect::<Vec<_>>());
    assert!(
        written(false).contains("'=1+1,CTO,'+33 1,-2.5,1,0.") || written(false).contains("'=1+1,CTO,'+33 1,-2.5,2,0.")
    );
    assert!(csv(&sheet).contains("\n=1+1,CTO,+33 1,-2.5,"));
}

#[test]
fn json_has_the_original_cells_and_exact_scores() {
    let sheet = read("Name,jobtitle,Name,rank\n=1+1,CTO,\"a\nb\",7\nBob,Intern\n", 100).unwrap();
    let mut out = Vec::new();
    sheet.write_json(&export(&sheet, &labels()), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let records: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
    assert_eq!(records.len(), 2);
    for (record, lead) in records.iter().zip(sheet.order()) {
        let member = |key: &str| record[key].as_str().unwrap();
        assert_eq!((member("Name"), member("rank")), (sheet.cell(*lead as usize, 0), sheet.cell(*lead as usize, 3)));
        assert_eq!(
            (member("Name (3)"), member("mark")),
            (sheet.cell(*lead as usize, 2), ["", "replied"][*lead as usize])
        );
        assert_eq!(record["leadlight_rank"], sheet.rank(*lead as usize));
        let probability = crate::insight::label::probability_text(sheet.score(*lead as usize).probability);
        assert!(text.contains(&format!("\"probability\":{probability},")));
    }
    assert!(text.contains("{\"Name\":\"=1+1\",\"jobtitle\":\"CTO\",\"Name (3)\":\"a\\nb\","), "{text}");
}

#[test]
fn export_holds_the_selected_leads() {
    let sheet = read(LIST, 100).unwrap();
    let some = Export { leads: &sheet.order()[1..2], marks: None };
    let mut out = Vec::new();
    sheet.write_csv_export(&some, CsvStyle::Data, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.lines().nth(1).unwrap().contains(",2,0.") && text.matches("leadlight_score").count() == 1, "{text}");
    let none = Export { leads: &[], marks: None };
    let mut out = Vec::new();
    sheet.write_json(&none, &mut out).unwrap();
    assert_eq!(out, b"[]\n");
}

#[test]
fn fields_are_those_the_models_read() {
    let sheet = read("Name,Title,# Employees,Founded Year\nAda,CTO,37,2012\nBob,,x\nCyd,,5\n", 100).unwrap();
    let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let mut fields = sheet.fields(0);
    fields.sort();
    assert_eq!(fields, [field("companyfoundedon", "2012"), field("companysize", "11-50"), field("jobtitle", "CTO")]);
    assert_eq!(sheet.fields(1), [field("companysize", "x")]);
}

#[test]
fn remembered_targets_are_applied() {
    let target = |field: &str| Some(Target::Field(field.to_owned()));
    let read = |remembered: Vec<(String, Option<Target>)>| {
        let mut reader = ListReader::new(scorer(), ImportOptions { remembered, ..ImportOptions::default() });
        reader.push(b"Title,What they do,Sector\nCTO,Runs sales,Software\n").unwrap();
        let mapping = reader.finish().unwrap().summary().mapping.clone();
        mapping.columns.into_iter().map(|column| column.target).collect::<Vec<_>>()
    };
    assert_eq!(read(vec![]), [target("jobtitle"), None, target("industry")]);
    let remembered = vec![("what they DO".to_owned(), target("jobtitle")), ("sector".to_owned(), None)];
    assert_eq!(read(remembered), [None, target("jobtitle"), None]);
}
