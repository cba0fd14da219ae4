//! Words of the list: its head, its table, its filters, and the lead beside it.

use super::{field_label, leads, pick, say};
use crate::agent::{MappedColumn, Mark, ModelFacts, Score};
use crate::format::{count, duration, percent};
use crate::state::List;
use scorer::lead::mapping::Target;

words! {
    /// What can be done with the list as a whole.
    tools: "Filter, search and download", "Filtrer, rechercher et télécharger";
    /// Says what the search field looks through.
    search_hint: "Search all columns", "Rechercher dans toutes les colonnes";
    /// The chips.
    grades: "Grades", "Notes";
    /// Opens the filters.
    filters: "Filter", "Filtrer";
    /// Opens the choice of columns.
    shown_columns: "Columns", "Colonnes";
    /// Opens what can be taken out.
    take: "Download", "Télécharger";
    /// Column of ranks.
    rank: "Rank", "Rang";
    /// Column of scores.
    score: "Score", "Score";
    /// Column of grades.
    grade: "Grade", "Note";
    /// Column of marks.
    mark: "Mark", "Suivi";
    /// Column of choices.
    select: "Select", "Sélection";
    /// Selects all that were found.
    select_all: "Select all that are shown", "Tout sélectionner";
    /// Column of lines.
    line: "Line", "Ligne";
    /// Column of reasons.
    reason_head: "RejectReason", "Raison";
    /// A column without a name.
    unnamed: "(no name)", "(sans nom)";
    /// The way to earlier rows.
    previous: "Previous", "Précédent";
    /// The way to later rows.
    next: "Next", "Suivant";
    /// Rows one below the other.
    as_scroll: "Scroll instead of pages", "Défiler au lieu de pages";
    /// Rows page by page.
    as_pages: "Pages instead of scrolling", "Pages au lieu de défiler";
    /// What was found, when nothing.
    nothing_found: "No lead matches. Change the search or the filters.", "Aucun prospect ne correspond. Changez la recherche ou les filtres.";
    /// How the table is used without a mouse.
    keys: "Arrows move, Enter opens, x selects, / searches, Esc closes.",
        "Flèches : se déplacer, Entrée : ouvrir, x : sélectionner, / : rechercher, Échap : fermer.";
    /// Keeps the rejects.
    download_rejects: "Download these rows with their reasons", "Télécharger ces lignes avec leurs raisons";
    /// Shows each person once.
    fold: "Show each person once", "Afficher chaque personne une fois";
    /// Shows every lead again.
    unfold: "Show all of them", "Les afficher toutes";
    /// Heads the range of scores.
    score_range: "Score from", "Score de";
    /// Stands between the two ends of a range.
    to: "to", "à";
    /// Heads the filter of marks.
    marked: "Marked", "Suivi";
    /// A lead that bears no mark.
    unmarked: "not marked", "sans suivi";
    /// Only what is selected.
    only_selected: "Only the selected", "Seulement la sélection";
    /// Heads the filter of a column's values.
    with_values: "Only leads with certain values in", "Seulement les prospects avec certaines valeurs dans";
    /// Before a column is chosen.
    choose_column: "choose a column", "choisir une colonne";
    /// A cell without anything in it.
    empty_cell: "(empty)", "(vide)";
    /// Any cell with something in it.
    filled_cell: "(anything)", "(n’importe quoi)";
    /// Takes all filters away.
    clear_filters: "Clear all filters", "Effacer tous les filtres";
    /// Moves a column.
    earlier: "Earlier", "Plus tôt";
    /// Moves a column.
    later: "Later", "Plus tard";
    /// Heads the choice of columns.
    choose_columns: "Show these columns, in this order", "Afficher ces colonnes, dans cet ordre";
    /// Takes the selection away.
    clear_selection: "Clear the selection", "Effacer la sélection";
    /// Takes a mark away.
    no_mark: "No mark", "Sans suivi";
    /// Heads the lead's fields.
    as_read: "As the model read it", "Tel que le modèle l’a lu";
    /// Heads the lead's own columns.
    in_file: "In your file", "Dans votre fichier";
    /// Opens the form with this lead.
    try_change: "See what a change would do", "Voir l’effet d’un changement";
    /// While a lead's cells are fetched.
    fetching: "Fetching…", "Chargement…";
    /// Of a lead that stands in the list again.
    repeated_lead: "A better lead is the same person.", "Un meilleur prospect est la même personne.";
}

/// A mark.
pub fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Contacted => pick("contacted", "contacté"),
        Mark::Replied => pick("replied", "a répondu"),
        Mark::NotInterested => pick("not interested", "pas intéressé"),
    }
}

/// What was read, in a line.
pub fn summary(list: &List) -> String {
    let summary = &list.summary;
    let is_field = |mapped: &&MappedColumn| matches!(mapped.column.target, Some(Target::Field(_)));
    let known = summary.mapped.iter().filter(is_field).count();
    let (rows, took, fields) = (leads(summary.rows), duration(list.took), summary.fields);
    say(
        format!("{rows} ranked in {took} · {known} of {fields} columns recognised"),
        format!("{rows} en {took} · {known} colonnes reconnues sur {fields}"),
    )
}

/// What the list cannot know.
pub fn missing(number: u32) -> String {
    match number {
        1 => say(
            "1 column of the model is missing in this file; scores are less sharp.",
            "1 colonne du modèle manque dans ce fichier ; les scores sont moins précis.",
        ),
        number => say(
            format!("{number} columns of the model are missing in this file; scores are less sharp."),
            format!("{number} colonnes du modèle manquent dans ce fichier ; les scores sont moins précis."),
        ),
    }
}

/// A field that the file lacks, with how far the area under the ROC curve fell without it when the model was tested.
pub fn missing_field(name: &str, auc_drop: Option<f64>) -> String {
    let label = field_label(name);
    let label = if label == name { label } else { format!("{label} ({name})") };
    match auc_drop.map(|drop| (drop * 100.0).round()) {
        Some(times @ 1.0..) => say(
            format!("{label}: of two leads, the right one comes first {times} times fewer in 100"),
            format!("{label} : de deux prospects, le bon vient en premier {times} fois de moins sur 100"),
        ),
        Some(_) => say(format!("{label}: hardly a loss"), format!("{label} : presque aucune perte")),
        None => label,
    }
}

/// Columns that are only kept.
pub fn unknown(number: u32) -> String {
    match number {
        1 => say("1 column is kept, but not scored.", "1 colonne est gardée, mais pas évaluée."),
        number => say(
            format!("{} columns are kept, but not scored.", count(number)),
            format!("{} colonnes sont gardées, mais pas évaluées.", count(number)),
        ),
    }
}

/// How many rows are not in the list.
pub fn rejects(number: u32) -> String {
    match number {
        1 => say("1 row could not be scored.", "1 ligne n’a pas pu être évaluée."),
        number => say(
            format!("{} rows could not be scored.", count(number)),
            format!("{} lignes n’ont pas pu être évaluées.", count(number)),
        ),
    }
}

/// Under the rejects, where there are more.
pub fn rejects_shown(shown: u32, all: u32) -> String {
    let (shown, all) = (count(shown), count(all));
    say(
        format!("The first {shown} of {all}. The download has them all."),
        format!("Les {shown} premières sur {all}. Le téléchargement les contient toutes."),
    )
}

/// Which rows are in sight.
pub fn page(first: u32, last: u32, found: u32, all: u32) -> String {
    let (range, of) = (format!("{}–{}", count(first), count(last)), count(found));
    let text = say(format!("{range} of {of}"), format!("{range} sur {of}"));
    if found == all {
        text
    } else {
        text + &say(format!(" found among {}", count(all)), format!(" trouvés parmi {}", count(all)))
    }
}

/// How many leads a filter left.
pub fn found(found: u32, all: u32) -> String {
    if found == all {
        return leads(all);
    }
    say(format!("{} of {}", count(found), leads(all)), format!("{} sur {}", count(found), leads(all)))
}

/// How many leads are selected.
pub fn selected(number: u32) -> String {
    match number {
        1 => say("1 lead selected", "1 prospect sélectionné"),
        number => say(format!("{} leads selected", count(number)), format!("{} prospects sélectionnés", count(number))),
    }
}

/// Selects one lead.
pub fn select_lead(rank: u32) -> String {
    say(format!("Select lead {}", count(rank)), format!("Sélectionner le prospect {}", count(rank)))
}

/// Heads the lead beside the list.
pub fn lead_title(rank: u32, all: u32) -> String {
    say(format!("Lead {} of {}", count(rank), count(all)), format!("Prospect {} sur {}", count(rank), count(all)))
}

/// Where a lead stands in the file.
pub fn at_line(line: f64) -> String {
    say(format!("line {line} of the file"), format!("ligne {line} du fichier"))
}

/// How many filters are set.
pub fn filters_set(number: usize) -> String {
    match number {
        0 => filters().to_owned(),
        number => format!("{} ({number})", filters()),
    }
}

/// More values of a column than are shown.
pub fn more_values(number: u32) -> String {
    say(
        format!("and {} rarer ones: use the search", count(number)),
        format!("et {} plus rares : utilisez la recherche", count(number)),
    )
}

/// Takes a filter away.
pub fn remove_filter(column: &str) -> String {
    say(format!("Remove the filter of {column}"), format!("Retirer le filtre de {column}"))
}

/// A button that moves a column.
pub fn move_column(column: &str, earlier: bool) -> String {
    match earlier {
        true => say(format!("Move {column} earlier"), format!("Avancer {column}")),
        false => say(format!("Move {column} later"), format!("Reculer {column}")),
    }
}

/// A grade's chip, for those who hear it.
pub fn grade_chip(grade: char, number: u32) -> String {
    say(format!("Grade {grade}: {}", leads(number)), format!("Note {grade} : {}", leads(number)))
}

/// A score's exact value.
pub fn exact(probability: f32) -> String {
    say(format!("probability {probability}"), format!("probabilité {probability}"))
}

/// What to expect of a lead: what was seen of its grade, else what its model says.
pub fn outlook(score: &Score, model: Option<&ModelFacts>) -> String {
    let ranges = model.map_or(&[][..], |model| &model.grades.ranges);
    match ranges.iter().find(|range| Some(range.grade) == score.grade && range.leads > 0) {
        Some(seen) => grade_seen(seen.grade, seen.rate, seen.leads),
        None => chance(score.probability),
    }
}

/// A score as a sentence.
fn chance(probability: f32) -> String {
    match (probability * 10.0).round() as u32 {
        0 => say("Of ten leads like this, hardly one replies.", "Sur dix prospects de ce genre, à peine un répond."),
        10 => {
            say("Of ten leads like this, nearly all reply.", "Sur dix prospects de ce genre, presque tous répondent.")
        }
        1 => say(
            "Of ten leads like this, about 1 replies, as far as the model can tell.",
            "Sur dix prospects de ce genre, environ 1 répond, autant que le modèle puisse en juger.",
        ),
        tenths => say(
            format!("Of ten leads like this, about {tenths} reply, as far as the model can tell."),
            format!("Sur dix prospects de ce genre, environ {tenths} répondent, autant que le modèle puisse en juger."),
        ),
    }
}

/// What was seen of a grade.
fn grade_seen(grade: char, rate: f64, number: u64) -> String {
    let rate = percent(rate);
    say(
        format!("Grade {grade}: when tested, {rate} of {number} such leads replied."),
        format!("Note {grade} : lors du test, {rate} de {number} prospects de cette note ont répondu."),
    )
}

/// For the listeners: the list is there.
pub fn ranked(number: u32) -> String {
    say(format!("{} ranked.", leads(number)), format!("{} en ordre.", leads(number)))
}

/// Leads that stand in the list more than once.
pub fn repeated(number: u32) -> String {
    match number {
        1 => say("1 lead is the same person as a better one.", "1 prospect est la même personne qu’un meilleur."),
        number => say(
            format!("{} leads are the same person as a better one.", count(number)),
            format!("{} prospects sont la même personne qu’un meilleur.", count(number)),
        ),
    }
}
