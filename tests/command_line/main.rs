//! End-to-end tests of the command line: the real binary, real files, and one-sentence error messages.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod booster;
mod check;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn leadlight(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    command.args(arguments).current_dir(root()).env_remove("LEADLIGHT_MODELS");
    command
}

fn run(arguments: &[&str]) -> Output {
    leadlight(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Returns the error message of a failed run: one line that starts with `error:`.
fn error_message(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = text(&output.stderr);
    let is_error = message.starts_with("error: ") && !message.contains("panicked");
    assert!(is_error && message.lines().count() == 1, "{message}");
    message
}

fn score_error(folder: &TempDir, bytes: &[u8]) -> String {
    let path = folder.path().join("list.csv");
    fs::write(&path, bytes).unwrap();
    error_message(&run(&["score", path.to_str().unwrap()]))
}

#[test]
fn file_and_pipe_give_the_same_scores() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("scored.csv");
    let sample = root().join("static/samples/leads.csv");
    let output = run(&["score", sample.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stderr).contains("500 leads scored, "));
    let piped = leadlight(&["score"]).stdin(fs::File::open(&sample).unwrap()).output().unwrap();
    assert!(piped.status.success());
    assert_eq!(fs::read(&out).unwrap(), piped.stdout);
    assert!(
        text(&piped.stdout)
            .lines()
            .next()
            .unwrap()
            .ends_with("rank,probability,score,grade,label,confidence,model_version")
    );
}

#[test]
fn invalid_rows_are_reported_and_the_others_scored() {
    let folder = TempDir::new().unwrap();
    let (list, rejects) = (folder.path().join("list.csv"), folder.path().join("rejects.csv"));
    fs::write(&list, "jobtitle,llm_quality\nCTO,50\nCEO\nCFO,high\nCOO,7,8\n").unwrap();
    let output = run(&["score", list.to_str().unwrap(), "--rejects", rejects.to_str().unwrap()]);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout).lines().count(), 3);
    let message = text(&output.stderr);
    assert!(
        message.contains("2 leads scored, 2 rows rejected")
            && message.contains("1 row had fewer cells")
            && message.contains("line 4: llm_quality should be a whole number"),
        "{message}"
    );
    assert_eq!(fs::read_to_string(&rejects).unwrap().lines().count(), 3);
}

#[test]
fn foreign_columns_are_mapped_and_the_mapping_can_be_changed() {
    let folder = TempDir::new().unwrap();
    let [list, columns] = ["list.csv", "columns.json"].map(|name| folder.path().join(name).display().to_string());
    // Windows-1252, semicolons, a line above the names of the columns.
    fs::write(
        &list,
        b"sep=;\nSoci\xE9t\xE9;Fonction;Effectif\nAcme;Ing\xE9nieur;37\nPlumb;Directeur;51-200\nKestrel;;many\n",
    )
    .unwrap();
    let output = run(&["score", &list, "--save-mapping", &columns]);
    let message = text(&output.stderr);
    for note in [
        "read as Windows-1252",
        "the header is on line 2",
        "\"Fonction\" read as jobtitle (80 % sure)",
        "\"Effectif\" read as companysize",
        "1 cell not understood",
    ] {
        assert!(message.contains(note), "{note}: {message}");
    }
    assert!(text(&output.stdout).contains("Acme,Ingénieur,37,"));
    let mapping = fs::read_to_string(&columns).unwrap();
    fs::write(&columns, mapping.replacen("\"jobtitle\"", "\"summary\"", 1)).unwrap();
    let message = text(&run(&["score", &list, "--mapping", &columns]).stderr);
    assert!(message.contains("\"Fonction\" read as summary"), "{message}");
    fs::write(&list, "Title\nCTO\n").unwrap();
    let message = text(&run(&["score", &list, "--mapping", &columns]).stderr);
    assert!(message.contains("names other columns"), "{message}");
    fs::write(&columns, "[]").unwrap();
    assert!(error_message(&run(&["score", &list, "--mapping", &columns])).contains("is not a column mapping"));
}

#[test]
fn columns_of_an_unknown_header_are_written_to_be_mapped() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (list, columns) = (path("list.csv"), path("columns.json"));
    fs::write(&list, "Who,Does\nAda,sells\n").unwrap();
    let message = error_message(&run(&["score", &list, "--save-mapping", &columns]));
    assert!(message.contains("they are in") && message.contains("--mapping"), "{message}");
    let mapping = fs::read_to_string(&columns).unwrap();
    let (before, does) = mapping.split_once("\"Does\"").unwrap();
    let does = does.replacen("\"target\": null", "\"target\": {\"Field\": \"jobtitle\"}", 1);
    fs::write(&columns, format!("{before}\"Does\"{does}")).unwrap();
    let output = run(&["score", &list, "--mapping", &columns]);
    assert!(output.status.success() && text(&output.stderr).contains("\"Does\" read as jobtitle"), "{output:?}");
}

#[test]
fn decisions_about_columns_are_reported() {
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list.csv");
    let rows = "=\"Title\";Current Title;Tranche effectif;C4\n=\"CTO\";;NN;2-10\n;CEO;53;11-50\n'CFO;;12;51-200\n";
    fs::write(&list, rows).unwrap();
    let message = text(&run(&["score", list.to_str().unwrap()]).stderr);
    for part in [
        "jobtitle (95 % sure, 2 cells without their quotes or apostrophe)",
        "\"Current Title\" read as jobtitle (95 % sure, 1 cell where \"=\\\"Title\\\"\" is empty)",
        "as codes of INSEE, not as numbers",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn unreadable_list_is_an_error() {
    let folder = TempDir::new().unwrap();
    let error = |bytes: &[u8]| score_error(&folder, bytes);
    assert!(error(b"").contains("the file is empty"));
    assert!(error(b"jobtitle,skills\r\n").contains("no leads below it"));
    assert!(error(b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00").contains("picture"));
    assert!(error(&vec![b','; 50 << 20]).contains("more than 4096 columns"));
    let unknown = error(b"a,b\n1,2\n");
    assert!(
        unknown.contains("none of the columns") && unknown.contains("found \"a\", \"b\"; --save-mapping"),
        "{unknown}"
    );
    assert!(error(b"jobtitle,skills\na,b,c\n").contains("the only row does not hold a usable lead; line 2: "));
    assert!(error_message(&run(&["score", "no/such/file.csv"])).contains("cannot read no/such/file.csv"));
    assert!(error_message(&run(&["score", "."])).contains("it is a folder"));
}

#[test]
fn unreadable_model_is_an_error() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let model = fs::read(root().join("models/linkedin-engagement.onnx")).unwrap();
    let bare = fs::read(root().join("tests/fixtures/parity/model.onnx")).unwrap();
    let inspect_error = |path: &str| error_message(&run(&["inspect", path]));
    assert!(
        inspect_error(&file("cut.onnx", &model[..model.len() / 2]))
            .contains("cut.onnx: the file is not a whole ONNX model")
    );
    assert!(inspect_error(&file("bare.onnx", &bare)).contains("leadlight pack"));
    assert!(inspect_error(&file("text.onnx", b"hello")).contains("text.onnx: "));
    assert!(inspect_error(&file("empty.onnx", b"")).contains("empty.onnx: "));
    let sample = root().join("static/samples/leads.csv");
    let list = sample.to_str().unwrap();
    let bare = file("bare.onnx", &bare);
    assert!(error_message(&run(&["score", list, "--models", &bare])).contains("leadlight pack"));
    assert!(error_message(&run(&["score", list, "--models", "docs"])).contains("no .onnx model in docs"));
}

#[test]
fn third_party_model_is_packed_inspected_and_used() {
    let folder = TempDir::new().unwrap();
    let packed = folder.path().join("adopted.onnx");
    let set = "tests/fixtures/parity";
    let (model, encoder) = (format!("{set}/model.onnx"), format!("{set}/encoder.json"));
    let path = packed.to_str().unwrap();
    let output = run(&["pack", &model, "--encoder", &encoder, "-o", path, "--model-version", "0.3.0"]);
    assert!(output.status.success(), "{output:?}");
    let about: serde_json::Value = serde_json::from_slice(&run(&["inspect", path, "--json"]).stdout).unwrap();
    assert_eq!((about["card"]["name"].as_str(), about["card"]["version"].as_str()), (Some("adopted"), Some("0.3.0")));
    assert!(text(&run(&["inspect", path]).stdout).contains("self-check      passed"));
    let mut child = leadlight(&["score", "-", "--models", path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"jobtitle\nCTO\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(text(&output.stdout).contains(",0.3.0\n"), "{output:?}");
    let wrong = error_message(&run(&["pack", &model, "--encoder", "models/index.json", "-o", path]));
    assert!(wrong.contains("cannot use models/index.json"), "{wrong}");
}

#[test]
#[cfg(unix)]
fn symbolic_links_are_kept_and_devices_written() {
    let folder = TempDir::new().unwrap();
    let (link, target) = (folder.path().join("link.csv"), folder.path().join("target.csv"));
    fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let sample = root().join("static/samples/leads.csv");
    let list = sample.to_str().unwrap();
    assert!(run(&["score", list, "-o", link.to_str().unwrap()]).status.success());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("probability"));
    let output = run(&["score", list, "-o", "/dev/stdout"]);
    assert!(output.status.success() && text(&output.stdout).contains("probability"), "{output:?}");
}

#[test]
fn rejects_are_saved_even_if_all_rows_are_rejected() {
    let folder = TempDir::new().unwrap();
    let (list, rejects) = (folder.path().join("list.csv"), folder.path().join("rejects.csv"));
    fs::write(&list, "jobtitle;llm_quality\nCTO;101\nCEO;102\n").unwrap();
    let (list, path) = (list.to_str().unwrap(), rejects.to_str().unwrap());
    assert!(error_message(&run(&["score", list, "--rejects", path])).contains("none of the 2 rows"));
    assert_eq!(fs::read_to_string(&rejects).unwrap().lines().count(), 3);
    assert!(error_message(&run(&["score", list, "--rejects", path, "-o", path])).contains("same file"));
}

#[test]
fn failed_writes_leave_no_partial_files() {
    let folder = TempDir::new().unwrap();
    let sample = root().join("static/samples/leads.csv");
    let missing = folder.path().join("no/such/folder/out.csv");
    let message = error_message(&run(&["score", sample.to_str().unwrap(), "-o", missing.to_str().unwrap()]));
    assert!(message.contains("cannot write"), "{message}");
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    error_message(&run(&["score", sample.to_str().unwrap(), "-o", taken.to_str().unwrap()]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn workbook_scores_like_the_same_csv() {
    let folder = TempDir::new().unwrap();
    let rows = [["name", "jobtitle", "llm_quality"], ["Ada", "CEO, founder", "80"], ["Bob", "Intern", "20"]];
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "only this").unwrap();
    let sheet = book.add_worksheet().set_name("Leads").unwrap();
    for (at, row) in (0..).zip(rows) {
        sheet.write_row(at, 0, row).unwrap();
    }
    let (list, text) = (folder.path().join("leads.xlsx"), folder.path().join("leads.csv"));
    book.save(&list).unwrap();
    fs::write(&text, "name,jobtitle,llm_quality\nAda,\"CEO, founder\",80\nBob,Intern,20\n").unwrap();
    let scored = run(&["score", list.to_str().unwrap()]);
    assert!(scored.status.success(), "{scored:?}");
    assert!(self::text(&scored.stderr).contains("read from the sheet \"Leads\", the largest of 2"));
    assert_eq!(scored.stdout, run(&["score", text.to_str().unwrap()]).stdout);
    for (bytes, words) in [
        (b"\xD0\xCF\x11\xE0 an old one".as_slice(), "not a workbook"),
        (b"PK\x03\x04 no workbook at all", "damaged"),
        (b"%PDF-1.7", "PDF document"),
        (b"<html><p>Sign in</html>", "web page without a table"),
        (b"[{\"jobtitle\": }]", "broken in line 1"),
    ] {
        let message = score_error(&folder, bytes);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn web_pages_and_json_score_like_the_same_csv() {
    let folder = TempDir::new().unwrap();
    let page = "<html><table><tr><td>Filters</td></tr></table><table><tr><th>name</th><th>jobtitle</th><th>llm_quality</th></tr>\
        <tr><td>Ada</td><td>CEO, founder</td><td>80</td></tr><tr style='display:none'><td rowspan=2>Bob</td><td>Intern</td><td>20</td></tr>\
        <tr><td>Sales</td><td>30</td></tr></table>";
    let json = r#"{"page": 1, "people": [{"name": "Ada", "jobtitle": "CEO, founder", "llm_quality": 80},
        {"name": "Bob", "jobtitle": "Intern", "llm_quality": 20}, {"name": "Bob", "jobtitle": "Sales", "llm_quality": 30}]}"#;
    let csv = "name,jobtitle,llm_quality\nAda,\"CEO, founder\",80\nBob,Intern,20\nBob,Sales,30\n";
    let score = |name: &str, content: &str| {
        let list = folder.path().join(name);
        fs::write(&list, content).unwrap();
        let scored = run(&["score", list.to_str().unwrap()]);
        assert!(scored.status.success(), "{scored:?}");
        (text(&scored.stdout).to_owned(), text(&scored.stderr).to_owned())
    };
    let (expected, _) = score("leads.csv", csv);
    for (name, content, notes) in [
        ("report.xls", page, ["a table of the web page, the largest of 2", "read too: 1", "several rows: 1"]),
        ("people.csv", json, ["the list \"people\" in JSON", "", ""]),
    ] {
        let (scored, told) = score(name, content);
        assert_eq!(scored, expected, "{name}");
        assert!(notes.iter().all(|note| told.contains(note)), "{told}");
    }
}
