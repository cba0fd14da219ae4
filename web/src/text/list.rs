//! Texts of the list: summary, table, filters and side panel.

use super::{field_label, leads, tr, tr_str};
use crate::format::{count, duration, percent};
use crate::protocol::{MappedColumn, Mark, ModelInfo, Score};
use crate::state::LeadList;
use scorer::lead::mapping::Target;

translations! {
    /// Label of the toolbar.
    tools: "Filter, search and download", "Filtrer, rechercher et télécharger";
    /// Placeholder of the search field.
    search_hint: "Search all columns", "Rechercher dans toutes les colonnes";
    /// Label of the grade filter.
    grades: "Grades", "Notes";
    /// Button of the filters.
    filters: "Filter", "Filtrer";
    /// Button of the column picker.
    shown_columns: "Columns", "Colonnes";
    /// Button of the export panel.
    export: "Download", "Télécharger";
    /// Heading of the ranks.
    rank: "Rank", "Rang";
    /// Heading of the scores.
    score: "Score", "Score";
    /// Heading of the grades.
    grade: "Grade", "Note";
    /// Heading of the marks.
    mark: "Mark", "Suivi";
    /// Heading of the selection.
    select: "Select", "Sélection";
    /// Checkbox that selects all matches.
    select_all: "Select all that are shown", "Tout sélectionner";
    /// Heading of the lines.
    line: "Line", "Ligne";
    /// Heading of the reasons.
    reason_heading: "Reason", "Raison";
    /// Name of a column without a header.
    unnamed: "(no name)", "(sans nom)";
    /// Button of the previous page.
    previous: "Previous", "Précédent";
    /// Button of the next page.
    next: "Next", "Suivant";
    /// Button that switches to scrolling.
    switch_to_scrolling: "Scroll instead of pages", "Défiler au lieu de pages";
    /// Button that switches to pages.
    switch_to_paging: "Pages instead of scrolling", "Pages au lieu de défiler";
    /// Message for no matches.
    nothing_found: "No lead matches. Change the search or the filters.", "Aucun prospect ne correspond. Changez la recherche ou les filtres.";
    /// Keyboard shortcuts of the table.
    keys: "Arrows move, Enter opens, x selects, / searches, Esc closes.",
        "Flèches : se déplacer, Entrée : ouvrir, x : sélectionner, / : rechercher, Échap : fermer.";
    /// Button that downloads the rejects.
    download_rejects: "Download these rows with their reasons", "Télécharger ces lignes avec leurs raisons";
    /// Button that hides duplicates.
    deduplicate: "Show each person once", "Afficher chaque personne une fois";
    /// Button that shows duplicates again.
    show_duplicates: "Show all of them", "Les afficher toutes";
    /// Label of the lower score limit.
    score_range: "Score from", "Score de";
    /// Label of the upper score limit.
    to: "to", "à";
    /// Label of the mark filter.
    marked: "Marked", "Suivi";
    /// Filter on unmarked leads.
    unmarked: "not marked", "sans suivi";
    /// Filter on selected leads.
    only_selected: "Only the selected", "Seulement la sélection";
    /// Label of the filter by column values.
    with_values: "Only leads with certain values in", "Seulement les prospects avec certaines valeurs dans";
    /// Placeholder of the column choice.
    choose_column: "choose a column", "choisir une colonne";
    /// Filter on empty cells.
    empty_cell: "(empty)", "(vide)";
    /// Filter on non-empty cells.
    filled_cell: "(anything)", "(n’importe quoi)";
    /// Button that removes all filters.
    clear_filters: "Clear all filters", "Effacer tous les filtres";
    /// Tooltip of the button that moves a column to the left.
    earlier: "Earlier", "Plus tôt";
    /// Tooltip of the button that moves a column to the right.
    later: "Later", "Plus tard";
    /// Heading of the column picker.
    choose_columns: "Show these columns, in this order", "Afficher ces colonnes, dans cet ordre";
    /// Button that clears the selection.
    clear_selection: "Clear the selection", "Effacer la sélection";
    /// Button that removes marks.
    no_mark: "No mark", "Sans suivi";
    /// Heading of the model input.
    model_input: "As the model read it", "Tel que le modèle l’a lu";
    /// Heading of the original cells.
    original_cells: "In your file", "Dans votre fichier";
    /// Button that copies a lead to the form.
    try_changes: "See what a change would do", "Voir l’effet d’un changement";
    /// Heading while the details are pending.
    fetching: "Fetching…", "Chargement…";
    /// Note on a duplicate lead.
    duplicate_lead: "A better lead is the same person.", "Un meilleur prospect est la même personne.";
}

/// Name of a mark.
pub fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Contacted => tr_str("contacted", "contacté"),
        Mark::Replied => tr_str("replied", "a répondu"),
        Mark::NotInterested => tr_str("not interested", "pas intéressé"),
    }
}

/// One-line summary of the list.
pub fn summary(list: &LeadList) -> String {
    let summary = &list.summary;
    let is_first = |mapped: &MappedColumn| mapped.column.fallback == 0;
    let is_field = |mapped: &&MappedColumn| matches!(mapped.column.target, Some(Target::Field(_))) && is_first(mapped);
    let known = summary.mapped_columns.iter().filter(is_field).count();
    let (rows, elapsed, fields) = (leads(summary.rows), duration(list.elapsed_ms), summary.field_count);
    tr(
        format!("{rows} ranked in {elapsed} · {known} of {fields} columns recognised"),
        format!("{rows} en {elapsed} · {known} colonnes reconnues sur {fields}"),
    )
}

/// Number of missing fields.
pub fn missing_fields(number: u32) -> String {
    match number {
        1 => tr(
            "1 column of the model is missing in this file; scores are less sharp.",
            "1 colonne du modèle manque dans ce fichier ; les scores sont moins précis.",
        ),
        number => tr(
            format!("{number} columns of the model are missing in this file; scores are less sharp."),
            format!("{number} colonnes du modèle manquent dans ce fichier ; les scores sont moins précis."),
        ),
    }
}

/// Missing field, with the loss of ROC-AUC that was measured without it.
pub fn missing_field(name: &str, auc_drop: Option<f64>) -> String {
    let label = field_label(name);
    let label = if label == name { label } else { format!("{label} ({name})") };
    match auc_drop.map(|drop| (drop * 100.0).round()) {
        Some(times @ 1.0..) => tr(
            format!("{label}: of two leads, the right one comes first {times} times fewer in 100"),
            format!("{label} : de deux prospects, le bon vient en premier {times} fois de moins sur 100"),
        ),
        Some(_) => tr(format!("{label}: hardly a loss"), format!("{label} : presque aucune perte")),
        None => label,
    }
}

/// Number of unmapped columns.
pub fn unmapped_columns(number: u32) -> String {
    match number {
        1 => tr("1 column is kept, but not scored.", "1 colonne est gardée, mais pas évaluée."),
        number => tr(
            format!("{} columns are kept, but not scored.", count(number)),
            format!("{} colonnes sont gardées, mais pas évaluées.", count(number)),
        ),
    }
}

/// Number of rejected rows.
pub fn rejects(number: u32) -> String {
    match number {
        1 => tr("1 row could not be scored.", "1 ligne n’a pas pu être évaluée."),
        number => tr(
            format!("{} rows could not be scored.", count(number)),
            format!("{} lignes n’ont pas pu être évaluées.", count(number)),
        ),
    }
}

/// Note below a truncated list of rejects.
pub fn rejects_shown(shown: u32, all: u32) -> String {
    let (shown, all) = (count(shown), count(all));
    tr(
        format!("The first {shown} of {all}. The download has them all."),
        format!("Les {shown} premières sur {all}. Le téléchargement les contient toutes."),
    )
}

/// Range of the current page.
pub fn page(first: u32, last: u32, found: u32, all: u32) -> String {
    let (range, of) = (format!("{}–{}", count(first), count(last)), count(found));
    let text = tr(format!("{range} of {of}"), format!("{range} sur {of}"));
    if found == all {
        text
    } else {
        text + &tr(format!(" found among {}", count(all)), format!(" trouvés parmi {}", count(all)))
    }
}

/// Number of matches.
pub fn found(found: u32, all: u32) -> String {
    if found == all {
        return leads(all);
    }
    tr(format!("{} of {}", count(found), leads(all)), format!("{} sur {}", count(found), leads(all)))
}

/// Number of selected leads.
pub fn selected(number: u32) -> String {
    match number {
        1 => tr("1 lead selected", "1 prospect sélectionné"),
        number => tr(format!("{} leads selected", count(number)), format!("{} prospects sélectionnés", count(number))),
    }
}

/// Label of a lead's checkbox.
pub fn select_lead(rank: u32) -> String {
    tr(format!("Select lead {}", count(rank)), format!("Sélectionner le prospect {}", count(rank)))
}

/// Heading of the side panel.
pub fn lead_title(rank: u32, all: u32) -> String {
    tr(format!("Lead {} of {}", count(rank), count(all)), format!("Prospect {} sur {}", count(rank), count(all)))
}

/// Line of a lead in the file.
pub fn source_line(line: f64) -> String {
    tr(format!("line {line} of the file"), format!("ligne {line} du fichier"))
}

/// Button of the filters, with the number of active ones.
pub fn filters_set(number: usize) -> String {
    match number {
        0 => filters().to_owned(),
        number => format!("{} ({number})", filters()),
    }
}

/// Number of values not shown.
pub fn more_values(number: u32) -> String {
    tr(
        format!("and {} rarer ones: use the search", count(number)),
        format!("et {} plus rares : utilisez la recherche", count(number)),
    )
}

/// Label of the button that removes a column filter.
pub fn remove_filter(column: &str) -> String {
    tr(format!("Remove the filter of {column}"), format!("Retirer le filtre de {column}"))
}

/// Label of the button that moves a column.
pub fn move_column(column: &str, earlier: bool) -> String {
    match earlier {
        true => tr(format!("Move {column} earlier"), format!("Avancer {column}")),
        false => tr(format!("Move {column} later"), format!("Reculer {column}")),
    }
}

/// Label of a grade's toggle button, for screen readers.
pub fn grade_chip(grade: char, number: u32) -> String {
    tr(format!("Grade {grade}: {}", leads(number)), format!("Note {grade} : {}", leads(number)))
}

/// Exact probability.
pub fn exact(probability: f32) -> String {
    tr(format!("probability {probability}"), format!("probabilité {probability}"))
}

/// Expected replies: the rate observed for the grade, or else the model's estimate.
pub fn expected_replies(score: &Score, model: Option<&ModelInfo>) -> String {
    let ranges = model.map_or(&[][..], |model| &model.grades.ranges);
    match ranges.iter().find(|range| Some(range.grade) == score.grade && range.leads > 0) {
        Some(range) => observed_replies(range.grade, range.rate, range.leads),
        None => estimated_replies(score.probability),
    }
}

/// Replies estimated by the model.
fn estimated_replies(probability: f32) -> String {
    match (probability * 10.0).round() as u32 {
        0 => tr("Of ten leads like this, hardly one replies.", "Sur dix prospects de ce genre, à peine un répond."),
        10 => tr("Of ten leads like this, nearly all reply.", "Sur dix prospects de ce genre, presque tous répondent."),
        1 => tr(
            "Of ten leads like this, about 1 replies, as far as the model can tell.",
            "Sur dix prospects de ce genre, environ 1 répond, autant que le modèle puisse en juger.",
        ),
        tenths => tr(
            format!("Of ten leads like this, about {tenths} reply, as far as the model can tell."),
            format!("Sur dix prospects de ce genre, environ {tenths} répondent, autant que le modèle puisse en juger."),
        ),
    }
}

/// Reply rate observed for a grade.
fn observed_replies(grade: char, rate: f64, number: u64) -> String {
    let rate = percent(rate);
    tr(
        format!("Grade {grade}: when tested, {rate} of {number} such leads replied."),
        format!("Note {grade} : lors du test, {rate} de {number} prospects de cette note ont répondu."),
    )
}

/// Label of the table, for screen readers.
pub fn ranked(number: u32) -> String {
    tr(format!("{} ranked.", leads(number)), format!("{} en ordre.", leads(number)))
}

/// Number of duplicate leads.
pub fn duplicates(number: u32) -> String {
    match number {
        1 => tr("1 lead is the same person as a better one.", "1 prospect est la même personne qu’un meilleur."),
        number => tr(
            format!("{} leads are the same person as a better one.", count(number)),
            format!("{} prospects sont la même personne qu’un meilleur.", count(number)),
        ),
    }
}
