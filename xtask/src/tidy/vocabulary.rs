//! One standard word for each thing: rejects words of the old dialect in Rust names and in the first line of doc comments.

use super::source::{Findings, Source, definition};

/// Words that are not used, each group with the standard term. Words that the field uses elsewhere in their own sense
/// are left out.
const TERMS: &[(&[&str], &str)] = &[
    (&["told", "tell", "tells", "telling"], "`response`, `message`, `report`, or the verb: returns, reports, sends"),
    (&["beside"], "next to, in addition to; for code `background`, `parallel`"),
    (&["aside"], "`spawn_blocking`, `spill`"),
    (&["fate"], "`status`, `outcome`"),
    (&["mill"], "`processor`"),
    (&["desk"], "`batcher`, `WorkerState`"),
    (&["patient", "patience", "impatient"], "`timeout`"),
    (&["obey", "obeys"], "`apply`"),
    (&["converse"], "`serve_connection`"),
    (&["heed", "heeds", "unheeded"], "`without_waiters`"),
    (&["hungry"], "`needs_input`"),
    (&["arena", "contestant"], "`peers`, `peer`"),
    (&["rehearsal"], "`shape_check`"),
    (&["upkeep"], "`maintenance`"),
    (&["complaint"], "`validation_error`"),
    (&["refusal"], "`rejection`"),
    (&["loan"], "`permit`"),
    (&["intake"], "`table_input`, `import_summary`"),
    (&["standing"], "`status`"),
    (&["keyring"], "`api_keys`"),
    (&["outlet"], "`spill_buffer`"),
    (&["portion"], "`chunk`"),
    (&["deaf"], "`WRITE_TIMEOUT`"),
    (&["stamp"], "`fingerprint`"),
    (&["hostile"], "`malformed`"),
    (&["dawdle", "dawdlers"], "`slow_clients`"),
    (&["planted"], "`forest_from_json`"),
];

/// Names that say nothing alone.
const NAMES: [(&str, &str); 4] = [
    ("of", "`new`, `from_...`, `parse`, `for_...`"),
    ("around", "the name of the middleware"),
    ("before", "`legacy_backfill`, `previous`"),
    ("seen", "`observed`, the name of the type"),
];

/// Openings of doc comments that put a clause where a noun or a verb belongs.
const CLAUSES: [&str; 9] = ["What", "Who", "Whose", "Whether", "Where", "How", "Why", "When", "Which"];

/// Rejects old words in definitions and doc comments, and doc comments that open with a clause.
pub(super) fn vocabulary(source: &Source) -> Findings {
    // This file holds the table.
    if !source.is_rust() || source.path == "xtask/src/tidy/vocabulary.rs" {
        return Findings::new();
    }
    let mut findings = Findings::new();
    let mut is_comment = false;
    for (index, line) in source.text.lines().enumerate() {
        let line = line.trim();
        let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(str::trim);
        let wrong = match text {
            Some(text) if !is_comment => in_comment(text),
            Some(_) => None,
            None => definition(line).and_then(in_name),
        };
        // The blank line of a comment ends its paragraph, not the comment.
        is_comment = text.is_some();
        findings.extend(wrong.map(|wrong| format!("{}:{}: {wrong}", source.path, index + 1)));
    }
    findings
}

fn in_comment(text: &str) -> Option<String> {
    let first = text.split_whitespace().next().unwrap_or_default();
    if CLAUSES.contains(&first) {
        return Some(format!("a doc comment opens with {first}: begin with a noun or a verb"));
    }
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'');
    words.map(str::to_lowercase).find_map(|word| term(&word))
}

fn in_name(name: &str) -> Option<String> {
    let alone = NAMES.iter().find(|(other, _)| *other == name);
    let alone = alone.map(|(_, standard)| format!("the name `{name}`: say {standard}"));
    alone.or_else(|| words(name).iter().find_map(|word| term(word)))
}

fn term(word: &str) -> Option<String> {
    let (_, standard) = TERMS.iter().find(|(old, _)| old.contains(&word))?;
    Some(format!("the word {word}: say {standard}"))
}

/// The words of a name in snake, camel or upper case, in small letters.
fn words(name: &str) -> Vec<String> {
    let is_upper = name.chars().all(|c| !c.is_lowercase());
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && !is_upper) {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Findings {
        vocabulary(&Source { path: "a/src/b.rs", text })
    }

    #[test]
    fn old_words_in_names_are_found_with_the_standard_term() {
        for (line, word) in [
            ("pub(crate) fn is_hungry(&self) -> bool {", "hungry"),
            ("struct ContestantList;", "contestant"),
            ("const UNHEEDED_MAX: u8 = 1;", "unheeded"),
            ("enum Fate {", "fate"),
            ("mod arena;", "arena"),
            ("fn of(x: u8) -> Self {", "the name `of`"),
        ] {
            let findings = found(line);
            assert!(findings.len() == 1 && findings[0].contains(word), "{line}: {findings:?}");
        }
        assert_eq!(found("enum Fate {")[0], "a/src/b.rs:1: the word fate: say `status`, `outcome`");
        assert_eq!(found("fn retold() {}\nfn of_rows() {}\nlet told = tell();\n"), Findings::new());
    }

    #[test]
    fn the_first_line_of_a_doc_comment_is_read() {
        assert_eq!(found("/// Returns the rows.\n/// What else is told stands below.\nfn f() {}\n"), Findings::new());
        assert!(found("//! Whether it is well.\n")[0].contains("opens with Whether"));
        assert!(found("/// Rows beside others.\nfn f() {}\n")[0].contains("the word beside"));
        assert_eq!(found("/// A.\nfn f() {}\n/// How long.\nfn g() {}\n").len(), 1);
    }
}
