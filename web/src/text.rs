//! All words of the page, in English.
//!
//! Owns every sentence that a user reads, in one place, so that another language is one more such place. May not know
//! components or the browser. Short words without a number or a name in them stand as constants.

use crate::agent::{Export, Failure, FieldFault, MappedColumn, Origin};
use crate::format::{bytes, count, duration, percent};
use crate::state::{List, Notice, Reading, Stop};
use scorer::insight::card::{Card, Quality};
use scorer::lead::mapping::Target;
use scorer::lead::schema::Kind;

/// The name of everything.
pub const NAME: &str = "Leadlight";
/// What it does.
pub const CLAIM: &str = "Know whom to write to first.";
/// What it does, said once more.
pub const WHAT: &str = "Give it your list of leads, get it back ranked: the ones most likely to reply on top.";
/// The promise.
pub const PROMISE: &str = "Your file never leaves this computer.";
/// Opens the explanation of the promise.
pub const PROMISE_MORE: &str = "How that is made sure";
/// The explanation of the promise.
pub const PROMISE_HOW: &[&str] = &[
    "Before a file can be chosen, this page has loaded everything it needs and then taken the network away from \
     itself, with a rule that the browser enforces and that cannot be undone until the page is closed or reloaded. \
     You can switch off your connection now: everything still works.",
    "Your leads are read and scored in a separate worker inside this page, which is under the same rule. The page \
     itself is given only the rows that you see and the file that you download.",
    "What this does not protect against: extensions that you allowed to read this page, other programs on this \
     computer, and whoever can change what this site serves before you open it. Nor can a page's rule stop its own \
     code from opening another address, asking for one ahead (<link rel=prefetch>) or calling another computer \
     directly (WebRTC); the worker can do none of these, which is why your leads are kept there.",
];
/// The drop target.
pub const DROP: &str = "Drop a CSV file here";
/// The drop target while a file is over it.
pub const DROP_NOW: &str = "Let go to rank it";
/// The drop target before files can be taken.
pub const DROP_LATER: &str = "One moment: getting ready…";
/// What a file should be like.
pub const DROP_HINT: &str =
    "An export of LinkedIn, HubSpot, Apollo or a spreadsheet: its columns are recognised, and you can correct it.";
/// Opens the list of columns.
pub const COLUMNS: &str = "Which columns?";
/// Opens the file chooser.
pub const CHOOSE: &str = "Choose a file";
/// Reads the sample.
pub const SAMPLE: &str = "Try 500 sample leads";
/// The sample's file name.
pub const SAMPLE_FILE: &str = "sample-leads.csv";
/// Opens the form.
pub const BY_HAND: &str = "Score one lead";
/// Stops a reading.
pub const CANCEL: &str = "Cancel";
/// Loads the page anew.
pub const RELOAD: &str = "Reload";
/// Puts a notice away.
pub const CLOSE: &str = "Close";
/// Goes to the start.
pub const ANOTHER: &str = "Another file";
/// Goes to the list.
pub const BACK_TO_LIST: &str = "Back to the list";
/// Goes to the start from the form.
pub const BACK: &str = "Back";
/// What can be done with the list as a whole.
pub const TOOLS: &str = "Filter, search and download";
/// Says what the search field looks through.
pub const SEARCH_HINT: &str = "Search all columns";
/// The chips.
pub const GRADES: &str = "Grades";
/// Keeps the ranked list.
pub const DOWNLOAD: &str = "Download ranked CSV";
/// Keeps the rejects.
pub const DOWNLOAD_REJECTS: &str = "Download these rows' reasons";
/// While a download is being made.
pub const DOWNLOADING: &str = "Preparing…";
/// Column of ranks.
pub const RANK: &str = "Rank";
/// Column of scores.
pub const SCORE: &str = "Score";
/// Column of grades.
pub const GRADE: &str = "Grade";
/// Column of lines.
pub const LINE: &str = "Line";
/// Column of columns.
pub const COLUMN: &str = "Column";
/// Column of reasons.
pub const REASON: &str = "Reason";
/// A column without a name.
pub const UNNAMED: &str = "(no name)";
/// The way to earlier rows.
pub const PREVIOUS: &str = "Previous";
/// The way to later rows.
pub const NEXT: &str = "Next";
/// What a search found, when nothing.
pub const NOTHING_FOUND: &str = "No lead matches. Change the search or the grades.";
/// The models.
pub const MODELS: &str = "The model in use";
/// While parts are loaded.
pub const LOADING: &str = "Loading the model…";
/// Heads the form.
pub const HAND_TITLE: &str = "Score one lead";
/// Above the form.
pub const HAND_HINT: &str = "Fill in what you know; leave out the rest.";
/// Sends the form.
pub const HAND_SEND: &str = "Score this lead";
/// Empties the form.
pub const HAND_CLEAR: &str = "Clear";
/// While the form is being answered.
pub const HAND_SCORING: &str = "Scoring…";
/// Where the answer will stand.
pub const HAND_BLANK: &str = "The score will stand here.";
/// In place of the answer to a form without a single field.
pub const HAND_EMPTY: &str = "Fill in at least one field, then score again.";
/// Above what is wrong in the form.
pub const HAND_FAULTY: &str = "Please change these, then score again:";
/// A choice that was not made.
pub const NOT_GIVEN: &str = "Not given";
/// The person's fields.
pub const GROUP_PERSON: &str = "The person";
/// The company's fields.
pub const GROUP_COMPANY: &str = "The company";
/// The fields of an enrichment.
pub const GROUP_ENRICHED: &str = "From an enrichment step";
/// What these are.
pub const GROUP_ENRICHED_HINT: &str =
    "These come from software that reads a profile and rates it. Most people do not have them.";

/// The file name for what a user keeps of a file.
pub fn export_name(what: Export, file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    match what {
        Export::Scores => format!("{stem}-ranked.csv"),
        Export::Rejects => format!("{stem}-not-scored.csv"),
    }
}

/// `leads.csv`, being read.
pub fn reading(reading: &Reading) -> String {
    format!("Reading {}", reading.file)
}

/// How far a reading is, and from a second on how fast and how long it will still take.
pub fn progress(reading: &Reading) -> String {
    let mut text = format!("{} leads · {} of {}", count(reading.rows), bytes(reading.bytes), bytes(reading.size));
    if reading.elapsed > 1000.0 && reading.bytes > 0.0 {
        let left = reading.elapsed * (reading.size - reading.bytes) / reading.bytes;
        let rate = f64::from(reading.rows) / reading.elapsed * 1e3;
        text += &format!(" · {} leads a second · about {} left", count(rate as u32), duration(left));
    }
    text
}

/// `1 lead`, `2 leads`.
pub fn leads(number: u32) -> String {
    counted(number, "lead", "leads")
}

/// What was read, in a line.
pub fn summary(list: &List) -> String {
    let summary = &list.summary;
    let is_field = |mapped: &&MappedColumn| matches!(mapped.column.target, Some(Target::Field(_)));
    let known = summary.mapped.iter().filter(is_field).count();
    format!(
        "{} ranked in {} · {known} of {} columns recognised",
        leads(summary.rows),
        duration(list.took),
        summary.fields
    )
}

/// What the list cannot know.
pub fn missing(number: u32) -> String {
    match number {
        1 => "1 column of the model is missing in this file; scores are less sharp.".to_owned(),
        number => format!("{number} columns of the model are missing in this file; scores are less sharp."),
    }
}

/// Columns that are only kept.
pub fn unknown(number: u32) -> String {
    match number {
        1 => "1 column is kept, but not scored.".to_owned(),
        number => format!("{} columns are kept, but not scored.", count(number)),
    }
}

/// How many rows are not in the list.
pub fn rejects(number: u32) -> String {
    match number {
        1 => "1 row could not be scored.".to_owned(),
        number => format!("{} rows could not be scored.", count(number)),
    }
}

/// Under the rejects, where there are more.
pub fn rejects_shown(shown: u32, all: u32) -> String {
    format!("The first {} of {}. The download has them all.", count(shown), count(all))
}

/// Which rows are in sight.
pub fn page(first: u32, last: u32, found: u32, all: u32) -> String {
    let of = format!("{}–{} of {}", count(first), count(last), count(found));
    if found == all { of } else { format!("{of} found among {}", count(all)) }
}

/// A grade's chip, for those who hear it.
pub fn grade_chip(grade: char, number: u32) -> String {
    format!("Grade {grade}: {}", leads(number))
}

/// A score's exact value.
pub fn exact(probability: f32) -> String {
    format!("probability {probability}")
}

/// A score as a sentence.
pub fn chance(probability: f32) -> String {
    let tenths = (probability * 10.0).round() as u32;
    match tenths {
        0 => "Of ten leads like this, hardly one replies.".to_owned(),
        10 => "Of ten leads like this, nearly all reply.".to_owned(),
        tenths => format!("Of ten leads like this, about {tenths} reply, as far as the model can tell."),
    }
}

/// What was seen of a grade.
pub fn grade_seen(grade: char, rate: f64, number: u64) -> String {
    format!("Grade {grade}: when tested, {} of {number} such leads replied.", percent(rate))
}

/// For the listeners: the list is there.
pub fn ranked(number: u32) -> String {
    format!("{} ranked.", leads(number))
}

/// Why leads cannot be scored at all.
pub fn stop(stop: &Stop) -> String {
    match stop {
        Stop::Unfetched { name } => {
            format!("A part of this page did not arrive ({name}). Check your connection and reload the page.")
        }
        Stop::Unstarted => "This browser did not start the part that scores. Reload the page; if that does not help, \
             try a current Chrome, Edge, Firefox or Safari."
            .to_owned(),
        Stop::Models { reason } => format!("The model on this site cannot be used: {reason}. Tell whoever runs it."),
    }
}

/// Something to tell.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Restarted => "The part that scores stopped unexpectedly and was started again. Nothing was sent \
             anywhere; please choose your file once more."
            .to_owned(),
        Notice::Cancelled => "Stopped. Nothing was kept of that file.".to_owned(),
        Notice::Unreadable { file, failure, .. } => format!("{file}: {}", self::failure(failure)),
    }
}

/// Why a file gives no list, and what to do.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Unavailable => "The browser cannot read this file any more. Was it moved, changed or still open in \
             another program? Choose it once more."
            .to_owned(),
        Failure::TooLarge { bytes_max } => format!(
            "The file is larger than this page can hold ({}). Split it, or rank it on the command line: leadlight \
             score leads.csv -o ranked.csv.",
            bytes(*bytes_max)
        ),
        Failure::Empty => "The file is empty. Choose a CSV with one lead per row.".to_owned(),
        Failure::NoRows => "The file has column names, but no leads below them.".to_owned(),
        Failure::NotText { hint } if hint.is_empty() => {
            "This is not a CSV text in UTF-8. Save your list as “CSV UTF-8” and choose that.".to_owned()
        }
        Failure::NotText { hint } => {
            format!("This is not a CSV text in UTF-8{hint}. What is needed is a CSV with one lead per row.")
        }
        Failure::OpenHeader => "In the first line a quote opens that is never closed. Every quoted column name must \
             end with a quote."
            .to_owned(),
        Failure::HeaderTooLong => "The first line does not end within a megabyte. A CSV has its column names there, \
             separated by commas."
            .to_owned(),
        Failure::TooManyColumns => "The file has more columns than a list of leads can have (4,096). Is it a CSV with \
             one lead per row?"
            .to_owned(),
        Failure::NoKnownColumn { found } => format!(
            "None of the columns is one that the model knows. Found: {found}. Known are, for example, jobtitle, \
             industry, companysize and location: rename your columns to these in the first line."
        ),
        Failure::DuplicateColumn { column } => {
            format!("The column “{column}” stands in the file twice. Remove or rename one of the two.")
        }
        Failure::TooBroken { line } => format!(
            "Too many rows are broken. From line {line} on, quotes open that are never closed: check that every \
             quoted text ends with a quote."
        ),
        Failure::NoLeads { rows: 1, .. } => "The only row holds no usable lead; below is the reason.".to_owned(),
        Failure::NoLeads { rows, .. } => {
            format!("None of the {} rows holds a usable lead; below are the reasons.", count(*rows))
        }
        Failure::Unscored { reason } => format!("The model could not score this file: {reason}."),
    }
}

/// One thing that is wrong in the form.
pub fn fault(fault: &FieldFault) -> String {
    match &fault.field {
        Some(field) => format!("{} {}.", field_label(field), fault.reason),
        None => format!("The lead cannot be scored: {}.", fault.reason),
    }
}

/// The heads of the table of columns.
pub const COLUMN_HEADS: [&str; 4] = ["Your column", "For example", "Read as", ""];
/// A column that is kept, but not read.
pub const NOT_READ: &str = "not read";
/// The meaning of a column of identifiers.
pub const OWN_KEY: &str = "Your own identifier";

/// Opens the table of columns.
pub fn columns_read(read: u32, all: u32) -> String {
    match all {
        1 => format!("{read} of 1 column is read. Change what it means"),
        all => format!("{} of {} columns are read. Change what they mean", count(read), count(all)),
    }
}

/// Shows each person once.
pub const FOLD: &str = "Show each person once";
/// Shows every lead again.
pub const UNFOLD: &str = "Show all of them";

/// Leads that stand in the list more than once.
pub fn repeated(number: u32) -> String {
    match number {
        1 => "1 lead is the same person as a better one.".to_owned(),
        number => format!("{} leads are the same person as a better one.", count(number)),
    }
}

/// Names the choice of a column's meaning.
pub fn read_as(column: &str) -> String {
    format!("Read {column:?} as")
}

/// How sure a guess is, from a share.
pub fn sure(confidence: f32) -> String {
    match confidence {
        0.9.. => "sure".to_owned(),
        0.7.. => "likely".to_owned(),
        _ => "a guess".to_owned(),
    }
}

/// Cells whose words are not known.
pub fn unread(number: u32) -> String {
    match number {
        1 => " 1 cell not understood".to_owned(),
        number => format!(" {} cells not understood", count(number)),
    }
}

/// What had to be guessed of how a file was written; nothing for a usual one.
pub fn origin(origin: &Origin) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(encoding) = &origin.encoding {
        lines.push(format!("The file is written in {encoding}; it was read as such."));
    }
    if origin.line > 1.0 {
        lines.push(format!("The columns are named on line {}; what stands above it was passed over.", origin.line));
    }
    match origin.short_rows {
        0 => {}
        1 => lines.push("1 row has fewer cells than there are columns; the others count as empty.".to_owned()),
        rows => lines
            .push(format!("{} rows have fewer cells than there are columns; the others count as empty.", count(rows))),
    }
    lines
}

/// A field's name for people; those that are not known bear their own.
pub fn field_label(name: &str) -> String {
    let label = match name {
        "llm_quality" => "Profile quality",
        "llm_engagement" => "Engagement",
        "llm_decision_maker" => "Decides on purchases",
        "llm_company_fit" => "Company fit",
        "companyfoundedon" => "Founded in",
        "llm_seniority" => "Seniority",
        "llm_geography" => "Geography",
        "llm_business_type" => "Kind of business",
        "companysize" => "Employees",
        "companytype" => "Kind of company",
        "llm_industry" => "Industry (rated)",
        "industry" => "Industry",
        "companyindustry" => "Company's industry",
        "languages" => "Languages",
        "location" => "Location",
        "companylocation" => "Company's location",
        "summary" => "Summary",
        "skills" => "Skills, with commas between",
        "jobtitle" => "Job title",
        name => name,
    };
    label.to_owned()
}

/// What may stand in a field, where that is not plain.
pub fn field_hint(name: &str, kind: &Kind) -> Option<String> {
    match kind {
        Kind::Number { .. } if name == "companyfoundedon" => Some("a year, such as 2012".to_owned()),
        Kind::Integer { min, max } => Some(format!("a whole number, {min} to {max}")),
        Kind::Number { range: Some((min, max)) } => Some(format!("a number, {min} to {max}")),
        Kind::Number { range: None } => Some("a number".to_owned()),
        Kind::Category { .. } | Kind::Text { .. } => None,
    }
}

/// Which leads a model is for.
pub fn model_for(card: &Card) -> &'static str {
    if card.requires_any.is_empty() {
        "For leads as most exports have them."
    } else {
        "For leads that have been enriched."
    }
}

/// What a model gives.
pub fn predicts(card: &Card) -> Option<String> {
    (!card.predicts.is_empty()).then(|| format!("It gives {}.", card.predicts.trim_end_matches('.')))
}

/// From what a model learned.
pub fn trained_on(card: &Card) -> Option<String> {
    let data = card.trained_on.as_ref()?;
    Some(format!("Learned from {} past leads, of which {} replied. ", data.leads, data.positives))
}

/// How a model's figures were worked out.
pub fn method(quality: &Quality) -> String {
    format!("How this was measured: {}", quality.method)
}

/// How good a model is, against chance.
pub fn quality(quality: &Quality) -> String {
    let of_100 = |share: f64| format!("{:.0}", share * 100.0);
    let (mean, std) = (quality.roc_auc.mean, quality.roc_auc.std);
    let weak = if mean - std <= 0.5 { " That may be no better than chance." } else { "" };
    format!(
        "Of two leads, one that replied and one that did not, it puts the right one first {} times in 100, give or \
         take {}. Chance is 50.{weak}",
        of_100(mean),
        of_100(std)
    )
}

/// Which of several trainings a model comes from.
pub fn version(card: &Card) -> String {
    format!("Version {}.", card.version)
}

/// A model's name, version and file.
pub fn model_id(card: &Card, sha256: &str) -> String {
    let start: String = sha256.chars().take(12).collect();
    format!("{} · version {} · file {start}…", card.name, card.version)
}

fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_named_after_the_file() {
        assert_eq!(export_name(Export::Scores, "my.leads.csv"), "my.leads-ranked.csv");
        assert_eq!(export_name(Export::Rejects, "leads"), "leads-not-scored.csv");
    }

    #[test]
    fn rate_and_time_left_are_told_from_a_second_on() {
        let reading = |elapsed| Reading {
            job: 1,
            file: "leads.csv".to_owned(),
            size: 4e6,
            bytes: 1e6,
            rows: 5000,
            since: 0.0,
            elapsed,
        };
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
}
