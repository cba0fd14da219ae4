//! What is said in which case, and that it is said in both languages.

use super::*;
use crate::agent::{Export, Failure, FileForm, Which};
use crate::language::speak;
use crate::state::Reading;

const RANKED: Export = Export::Leads { which: Which::All, form: FileForm::Data };

#[test]
fn exports_are_named_after_the_file() {
    assert_eq!(export_name(RANKED, "my.leads.csv"), "my.leads-ranked.csv");
    assert_eq!(export_name(Export::Leads { which: Which::All, form: FileForm::Json }, "x.csv"), "x-ranked.json");
    assert_eq!(export_name(Export::Rejects, "leads"), "leads-not-scored.csv");
    assert_eq!(export_name(Export::Project, "leads.csv"), "leads.leadlight");
}

fn reading(elapsed: f64) -> Reading {
    let file = "leads.csv".to_owned();
    Reading { job: 1, file, size: 4e6, bytes: 1e6, rows: 5000, since: 0.0, elapsed, unpacking: false, sheet: None }
}

#[test]
fn rate_and_time_left_are_told_from_a_second_on() {
    assert_eq!(progress(&reading(900.0)), "5,000 leads · 1.0 MB of 4.0 MB");
    let late = "5,000 leads · 1.0 MB of 4.0 MB · 2,500 leads a second · about 6.0 s left";
    assert_eq!(progress(&reading(2000.0)), late);
}

#[test]
fn a_picture_is_not_to_be_saved_as_csv() {
    let words = |hint: &str| failure(&Failure::NotText { hint: hint.to_owned() });
    assert!(words("").contains("Save your list"));
    assert!(!words(": it looks like a JPEG picture").contains("Save"));
}

#[test]
fn one_row_is_the_only_one() {
    let words = |rows| failure(&Failure::NoLeads { rows, rejects: vec![] });
    assert!(words(1).starts_with("The only row"));
    assert!(words(1200).starts_with("None of the 1,200 rows"));
}

#[test]
fn one_is_not_many() {
    assert_eq!((leads(1), leads(1200)), ("1 lead".to_owned(), "1,200 leads".to_owned()));
    assert_ne!(rejects(1), rejects(2));
}

#[test]
fn in_french_the_page_speaks_french() {
    speak(Language::French);
    assert_eq!((leads(0), leads(2)), ("0 prospect".to_owned(), "2 prospects".to_owned()));
    assert_eq!(progress(&reading(900.0)), "5\u{202F}000 prospects · 1,0 Mo sur 4,0 Mo");
    assert_eq!(drop_here(), "Déposez une liste ici");
    assert_eq!(export_name(RANKED, "leads.csv"), "leads-classes.csv");
}
