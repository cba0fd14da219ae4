//! Tests of texts that depend on numbers, cases and language.

use super::*;
use crate::language::set_current;
use crate::protocol::{Export, ExportFormat, ExportScope, FileError, FileFormat, UnseenValues};
use crate::state::ImportProgress;

const RANKED: Export = Export::Leads { scope: ExportScope::All, format: ExportFormat::PlainCsv };

#[test]
fn exports_are_named_after_the_file() {
    assert_eq!(export_name(RANKED, "my.leads.csv"), "my.leads-ranked.csv");
    assert_eq!(
        export_name(Export::Leads { scope: ExportScope::All, format: ExportFormat::Json }, "x.csv"),
        "x-ranked.json"
    );
    assert_eq!(export_name(Export::Rejects, "leads"), "leads-not-scored.csv");
    assert_eq!(export_name(Export::Project, "leads.csv"), "leads.leadlight");
}

fn import(elapsed_ms: f64) -> ImportProgress {
    ImportProgress { size: 4e6, bytes: 1e6, rows: 5000, elapsed_ms, ..ImportProgress::default() }
}

#[test]
fn speed_and_remaining_time_are_shown_after_one_second() {
    assert_eq!(progress(&import(900.0)), "5,000 leads · 1.0 MB of 4.0 MB");
    let late = "5,000 leads · 1.0 MB of 4.0 MB · 2,500 leads a second · about 6.0 s left";
    assert_eq!(progress(&import(2000.0)), late);
}

#[test]
fn pictures_get_no_advice_to_save_as_csv() {
    let message = |hint: &str| file_error(&FileError::NotText { hint: hint.to_owned() });
    assert!(message("").contains("Save your list"));
    assert!(!message(": it looks like a JPEG picture").contains("Save"));
}

#[test]
fn single_rejected_row_is_singular() {
    let message = |rows| file_error(&FileError::NoLeads { rows, rejects: vec![] });
    assert!(message(1).starts_with("The only row"));
    assert!(message(1200).starts_with("None of the 1,200 rows"));
}

#[test]
fn nouns_have_singular_and_plural() {
    assert_eq!((leads(1), leads(1200)), ("1 lead".to_owned(), "1,200 leads".to_owned()));
    assert_ne!(rejects(1), rejects(2));
}

#[test]
fn texts_are_localized() {
    set_current(Language::French);
    assert_eq!((leads(0), leads(2)), ("0 prospect".to_owned(), "2 prospects".to_owned()));
    assert_eq!(progress(&import(900.0)), "5\u{202F}000 prospects · 1,0 Mo sur 4,0 Mo");
    assert_eq!(drop_here(), "Déposez une liste ici");
    assert_eq!(export_name(RANKED, "leads.csv"), "leads-classes.csv");
}

#[test]
fn unseen_values_are_named_with_their_numbers() {
    let unseen = UnseenValues { cells: 12, most_common: vec![("Fishing".to_owned(), 7), ("Mining".to_owned(), 5)] };
    assert_eq!(unseen_values(&unseen), " 12 values unknown to the model: Fishing (7) · Mining (5)");
}

#[test]
fn rows_without_a_lead_are_noted_with_their_lines() {
    let format = |skipped_rows| FileFormat {
        skipped_rows,
        skipped_lines: vec![4.0, 9.0],
        html_cells: 1,
        ..FileFormat::default()
    };
    let notes = file_format(&format(7));
    assert_eq!(notes[0], "7 rows hold no lead (empty, total or header) and were passed over: lines 4, 9…");
    assert!(notes[1].contains("&amp;"), "{notes:?}");
    assert!(!file_format(&format(2))[0].contains('…'));
}
