//! One list in many spellings: levels in other case, accents, spaces and codes, words for nothing, rows that hold no lead.

use super::{SCORER, read};
use proptest::prelude::*;
use scorer::lead::import::ImportOptions;
use scorer::lead::level::fold;
use scorer::lead::schema::{FieldKind, Schema};
use scorer::scored_list::ScoredList;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Categorical fields of the list.
const FIELDS: [&str; 6] = ["companysize", "companytype", "industry", "companyindustry", "location", "languages"];

/// Per field, the levels of the shipped models and a text that is none.
static LEVELS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let levels = |field: &&str| {
        let features = SCORER.models().iter().flat_map(|model| model.encoder().features());
        let own = features.filter(|feature| feature.field == *field).filter_map(|feature| feature.rule.levels());
        let known: BTreeSet<String> = own.flat_map(|(levels, _)| levels.into_iter().map(str::to_owned)).collect();
        assert!(known.len() > 1, "{field}");
        known.into_iter().chain(["Deep Sea Fishing".to_owned()]).collect()
    };
    FIELDS.iter().map(levels).collect()
});

/// Spelling of a cell.
#[derive(Debug, Clone)]
struct Style {
    case: u8,
    space: &'static str,
    start: &'static str,
    end: &'static str,
    is_html: bool,
    is_code: bool,
    is_decomposed: bool,
}

fn style() -> impl Strategy<Value = Style> {
    let spaces = prop::sample::select(vec![" ", "\u{a0}", "  ", " \u{202f}", "\t"]);
    let ends = || prop::sample::select(vec!["", " ", "\u{a0}", "\u{200b}", "\t "]);
    (0..4_u8, spaces, ends(), ends(), any::<[bool; 3]>()).prop_map(
        |(case, space, start, end, [is_html, is_code, is_decomposed])| Style {
            case,
            space,
            start,
            end,
            is_html,
            is_code,
            is_decomposed,
        },
    )
}

fn written(level: &str, style: &Style) -> String {
    // A code has no digits: 11-50 is no level in words.
    let is_code = style.is_code && !level.bytes().any(|byte| byte.is_ascii_digit() || byte == b'.');
    let mut text = match style.case {
        0 => level.to_lowercase(),
        1 => level.to_uppercase(),
        _ => level.to_owned(),
    };
    if is_code {
        text = text.replace(" & ", "_AND_").replace([' ', '-', '/'], "_").replace(['é', 'è'], "e").replace('É', "E");
    }
    if style.is_decomposed {
        text = text.replace('é', "e\u{301}").replace('Î', "I\u{302}").replace('ç', "c\u{327}");
    }
    if style.is_html {
        text = text.replace('&', "&amp;").replace('é', "&eacute;").replace('ô', "&#244;");
    }
    format!("{}{}{}", style.start, text.replace(' ', style.space), style.end)
}

fn table(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
    rows.iter().map(row).collect()
}

fn scores(list: &ScoredList) -> Vec<u32> {
    (0..list.len()).map(|lead| list.score(lead).probability.to_bits()).collect()
}

fn scored(text: &str) -> ScoredList {
    read(text.as_bytes(), 1 << 20, ImportOptions::default()).unwrap()
}

/// Index of a level per field; the last but one is no level, the last an empty cell.
fn leads() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let lead: Vec<_> = LEVELS.iter().map(|levels| 0..=levels.len()).collect();
    prop::collection::vec(lead, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn leads_score_the_same_in_every_spelling(
        leads in leads(),
        styles in prop::collection::vec(style(), 48),
        words in prop::collection::vec(prop::sample::select(vec!["", "N/A", "-", "null", "#REF!", " (none) ", "n.a."]), 48),
        padding in prop::collection::vec(prop::sample::select(vec![",,,,,,,", "\u{1a}", ",-,,,,,,", "Total,,3,,,,,", " , , , , , , , "]), 0..4),
    ) {
        let header = format!("Lead name,jobtitle,{}\n", FIELDS.join(","));
        let level = |field: usize, index: usize| LEVELS[field].get(index).cloned();
        let rows = |cell: &dyn Fn(usize, usize, Option<String>) -> String| -> Vec<Vec<String>> {
            let row = |(row, lead): (usize, &Vec<usize>)| {
                let own = [format!("Lead {row}"), "Sales Director".to_owned()];
                let cells = lead.iter().enumerate().map(|(field, index)| cell(row, field, level(field, *index)));
                own.into_iter().chain(cells).collect()
            };
            leads.iter().enumerate().map(row).collect()
        };
        let clean = header.clone() + &table(&rows(&|_, _, level| level.unwrap_or_default()));
        let any = rows(&|row, field, level| {
            let index = row * FIELDS.len() + field;
            level.map_or_else(|| words[index].to_owned(), |level| written(&level, &styles[index]))
        });
        let any = header + &table(&any) + &padding.iter().map(|line| format!("{line}\n")).collect::<String>();
        let (clean, any) = (scored(&clean), scored(&any));
        prop_assert_eq!(scores(&clean), scores(&any));
        prop_assert_eq!(any.summary().skipped.rows, padding.len() as u64);
        let cells = |list: &ScoredList| list.unseen().iter().map(|unseen| unseen.cells).sum::<u64>();
        prop_assert_eq!(cells(&clean), cells(&any));
    }
}

#[test]
fn levels_of_the_shipped_models_are_read_in_other_spellings() {
    let list = |industry: &str| scored(&format!("jobtitle,industry\nCTO,{industry}\n"));
    let clean = scores(&list("Information Technology & Services"));
    for industry in [
        "information technology & services",
        "INFORMATION_TECHNOLOGY_AND_SERVICES",
        "Information  Technology &amp; Services ",
    ] {
        let list = list(industry);
        assert_eq!((scores(&list), list.unseen().len()), (clean.clone(), 0), "{industry}");
        let read = list.fields(0).into_iter().find(|(field, _)| field == "industry");
        assert_eq!(read.unwrap().1, "Information Technology & Services");
    }
}

#[test]
fn unseen_values_are_counted_with_the_commonest() {
    let list = scored("jobtitle,industry\nCTO,Fishing\nCEO,Fishing\nCFO,Mining\nCMO,Higher Education\nCOO,\n");
    let unseen = &list.unseen()[0];
    assert_eq!((unseen.field.as_str(), unseen.cells), ("industry", 3));
    assert_eq!(unseen.commonest, [("Fishing".to_owned(), 2), ("Mining".to_owned(), 1)]);
}

#[test]
fn words_for_nothing_are_missing_and_counted() {
    let nothing = scored("Ref,Title,Industry,About\na,,,\nb,,,\n");
    let words = scored("Ref,Title,Industry,About\na,None,#N/A,Non renseigné\nb,-,\\N,[object Object]\n");
    assert_eq!(scores(&nothing), scores(&words));
    let missing: Vec<u64> = words.summary().cell_counts.iter().map(|counts| counts.missing_words).collect();
    assert_eq!(missing, [0, 2, 2, 2]);
}

#[test]
fn rows_without_a_lead_are_passed_over() {
    let text = "Name,Title,# Employees\nAda,CTO,37\n,,\nTotal,,37\nName,Title,# Employees\nBob,,\n\"Copyright (c) 2026 Acme, all rights reserved\",,\n\u{1a}";
    let list = scored(text);
    let lines: Vec<u64> = (0..list.len()).map(|lead| list.line(lead)).collect();
    assert_eq!((lines, list.rejects().len()), (vec![2, 6], 0));
    let skipped = &list.summary().skipped;
    assert_eq!((skipped.rows, skipped.lines.as_slice()), (5, &[3, 4, 5, 7, 8][..]));
}

#[test]
fn headers_of_survey_tools_hold_no_lead() {
    for rows in [
        "What is your title?,How many employees?,Email\n\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\"}\",\"{\"\"ImportId\"\":\"\"QID3\"\"}\"\n",
        "Open-Ended Response,Response,\n",
    ] {
        let list = scored(&format!("Title,Employees,Email\n{rows}CTO,37,ada@x.example\n"));
        assert_eq!((list.len(), list.rejects().len()), (1, 0), "{rows}");
        assert_eq!(list.summary().skipped.rows, rows.lines().count() as u64);
    }
}

/// A word that the contract's fields know must not be one for nothing.
#[test]
fn no_level_of_the_contract_reads_like_another() {
    for field in Schema::leads().fields() {
        let FieldKind::Category { levels } = &field.kind else { continue };
        let forms: BTreeSet<_> = levels.iter().map(|level| fold(level)).collect();
        assert_eq!(forms.len(), levels.len(), "{}", field.name);
        assert!(!levels.iter().any(|level| scorer::lead::missing_word::is_missing_word(level)));
    }
}
