//! Tests of the reducer: the effect of each action, and that late or stale messages have none.

use super::*;
use crate::protocol::ProjectInfo;
use crate::protocol::{
    CellFilter, ColumnFilter, ExportFormat, ExportScope, ExtraFields, LeadDetail, ListSummary, Mark, MarkCounts, Query,
    Row, Score, SheetInfo, SheetSource, Sort, Window,
};

fn apply(state: PageState, actions: impl IntoIterator<Item = Action>) -> PageState {
    actions.into_iter().fold(state, |state, action| state.apply(action))
}

fn received(reply: Reply, now: f64) -> Action {
    Action::ReplyReceived { reply: Box::new(reply), now }
}

fn summary(rows: u32) -> ListSummary {
    ListSummary { rows, field_count: 19, ..ListSummary::default() }
}

fn ready() -> PageState {
    apply(PageState::default(), [received(Reply::Ready, 0.0), models_loaded(None, 1.0)])
}

/// The site's models, or a custom one with a numeric field of its own.
fn models_loaded(own: Option<&str>, now: f64) -> Action {
    let numbers = own.map(|_| "deals".to_owned()).into_iter().collect();
    let fields = ExtraFields { numbers, ..ExtraFields::default() };
    received(Reply::ModelsLoaded { models: vec![], fields, custom: own.map(str::to_owned) }, now)
}

fn file_chosen(job: JobId) -> Action {
    Action::FileChosen { job, file: "leads.csv".to_owned(), sheet: None, size: 1000.0, now: 100.0 }
}

fn with_list() -> PageState {
    apply(ready(), [file_chosen(7), received(Reply::FileRead { job: 7, summary: summary(3), project: None }, 350.0)])
}

fn list(state: &PageState) -> &LeadList {
    state.list.as_ref().unwrap()
}

fn window(query: Query) -> Window {
    Window { query, found: 1, rows: vec![row()] }
}

fn row() -> Row {
    let score = Score { probability: 0.5, grade: None, model: 0 };
    Row { lead: 4, rank: 1, line: 2.0, score, mark: None, selected: false, cells: vec![] }
}

#[test]
fn files_are_accepted_only_when_ready_and_idle() {
    assert!(!PageState::default().accepts_files());
    assert!(ready().accepts_files());
    assert!(!apply(ready(), [file_chosen(1)]).accepts_files());
}

#[test]
fn imported_file_becomes_the_list() {
    let importing =
        apply(ready(), [file_chosen(7), received(Reply::Progress { job: 7, bytes: 400.0, rows: 2 }, 150.0)]);
    let progress = importing.import.clone().unwrap();
    assert_eq!((progress.bytes, progress.rows, progress.elapsed_ms), (400.0, 2, 50.0));
    let done = apply(importing, [received(Reply::FileRead { job: 7, summary: summary(3), project: None }, 350.0)]);
    assert_eq!((done.view, done.import.is_none(), list(&done).elapsed_ms), (View::List, true, 250.0));
}

#[test]
fn replies_to_another_job_are_ignored() {
    let state = apply(ready(), [file_chosen(7)]);
    let stale = [
        received(Reply::Progress { job: 6, bytes: 9.0, rows: 9 }, 200.0),
        received(Reply::FileRead { job: 6, summary: summary(9), project: None }, 200.0),
        received(Reply::FileFailed { job: 6, error: FileError::Unavailable }, 200.0),
    ];
    assert_eq!(apply(state.clone(), stale), state);
}

#[test]
fn cancelled_import_gives_no_list_even_if_it_just_finished() {
    let actions = [
        file_chosen(7),
        Action::Cancelled,
        received(Reply::FileRead { job: 7, summary: summary(3), project: None }, 300.0),
    ];
    let state = apply(ready(), actions);
    assert_eq!((state.view, state.list, state.notice), (View::Start, None, Some(Notice::Cancelled)));
}

#[test]
fn failed_import_keeps_the_previous_list() {
    let error = FileError::NoRows;
    let state =
        apply(with_list(), [file_chosen(8), received(Reply::FileFailed { job: 8, error: error.clone() }, 400.0)]);
    assert_eq!(state.notice, Some(Notice::FileFailed { job: 8, file: "leads.csv".to_owned(), error }));
    assert_eq!(list(&state).job, 7);
}

#[test]
fn query_change_goes_back_to_the_first_row() {
    let state = apply(
        with_list(),
        [Action::QueryChanged(QueryChange::Offset(200)), Action::QueryChanged(QueryChange::Search("ceo".to_owned()))],
    );
    assert_eq!((list(&state).query.offset, list(&state).query.search.as_str()), (0, "ceo"));
}

#[test]
fn sorting_by_the_same_column_reverses_the_order() {
    let sort = |sort| Action::QueryChanged(QueryChange::Sort(sort));
    let state = apply(with_list(), [sort(Sort::Column(2)), sort(Sort::Column(2))]);
    assert!(list(&state).query.reversed);
    let state = apply(state, [sort(Sort::Score)]);
    assert_eq!((list(&state).query.sort, list(&state).query.reversed), (Sort::Score, false));
}

#[test]
fn grades_toggle() {
    let on = apply(
        with_list(),
        [Action::QueryChanged(QueryChange::Grade('A')), Action::QueryChanged(QueryChange::Grade('C'))],
    );
    assert_eq!(list(&on).query.grades, ['A', 'C']);
    assert_eq!(list(&apply(on, [Action::QueryChanged(QueryChange::Grade('A'))])).query.grades, ['C']);
}

#[test]
fn only_the_window_of_the_newest_query_is_stored() {
    let old = list(&with_list()).query.clone();
    let state = apply(with_list(), [Action::QueryChanged(QueryChange::Grade('A'))]);
    let state = apply(state, [received(Reply::Rows { job: 7, window: window(old) }, 500.0)]);
    assert_eq!(list(&state).window, None);
    let new = list(&state).query.clone();
    let state = apply(state, [received(Reply::Rows { job: 7, window: window(new) }, 500.0)]);
    assert_eq!(list(&state).window.as_ref().unwrap().rows.len(), 1);
}

#[test]
fn worker_crash_drops_the_list_with_a_notice() {
    let state = apply(with_list(), [Action::WorkerCrashed]);
    assert_eq!((state.engine.clone(), state.list.clone(), state.view), (EngineStatus::Loading, None, View::Start));
    assert_eq!(state.notice, Some(Notice::WorkerRestarted));
    let back = apply(state, [models_loaded(None, 900.0)]);
    assert!(back.accepts_files());
    assert_eq!(back.notice, Some(Notice::WorkerRestarted));
}

fn sheet() -> SheetInfo {
    let name = "Leads".to_owned();
    SheetInfo { source: SheetSource::Workbook, name, candidates: 2, hidden_rows: 0, filled_cells: 0 }
}

#[test]
fn workbook_is_unpacked_before_its_sheet_is_read() {
    let state = apply(ready(), [file_chosen(7), received(Reply::WorkbookDetected { job: 7 }, 110.0)]);
    assert!(state.import.as_ref().unwrap().unpacking);
    let unpacked = |job| Action::WorkbookUnpacked { job, sheet: sheet(), size: 9000.0, now: 400.0 };
    let late = apply(state.clone(), [unpacked(6)]);
    assert_eq!(late, state);
    let state = apply(state, [unpacked(7)]);
    let import = state.import.as_ref().unwrap();
    assert_eq!((import.unpacking, import.size, import.file.as_str()), (false, 9000.0, "leads.csv"));
    let state = apply(state, [received(Reply::FileRead { job: 7, summary: summary(3), project: None }, 650.0)]);
    assert_eq!((list(&state).sheet.clone(), list(&state).elapsed_ms), (Some(sheet()), 250.0));
}

#[test]
fn cancelled_workbook_does_not_come_back() {
    let unpacked = Action::WorkbookUnpacked { job: 7, sheet: sheet(), size: 9000.0, now: 400.0 };
    let state = apply(
        ready(),
        [file_chosen(7), received(Reply::WorkbookDetected { job: 7 }, 110.0), Action::Cancelled, unpacked],
    );
    assert_eq!((state.import, state.notice), (None, Some(Notice::Cancelled)));
}

#[test]
fn list_view_needs_a_list() {
    assert_eq!(apply(ready(), [Action::ViewSelected(View::List)]).view, View::Start);
    assert_eq!(
        apply(with_list(), [Action::ViewSelected(View::Lead), Action::ViewSelected(View::List)]).view,
        View::List
    );
}

const SCORE: Score = Score { probability: 0.25, grade: Some('D'), model: 1 };

fn edit(field: &str, text: &str) -> Action {
    Action::ManualFieldChanged { field: field.to_owned(), text: text.to_owned() }
}

/// Reply to the lead submitted last.
fn scored(state: &PageState) -> Action {
    received(Reply::Scored { revision: state.manual_lead.revision, score: SCORE }, 5.0)
}

#[test]
fn editing_the_form_discards_its_score() {
    let state = apply(ready(), [edit("jobtitle", "CEO"), Action::ManualLeadSubmitted]);
    let answer = scored(&state);
    let state = apply(state, [answer]);
    assert_eq!(state.manual_lead.outcome, ManualOutcome::Scored(SCORE));
    assert_eq!(apply(state, [edit("jobtitle", "CTO")]).manual_lead.outcome, ManualOutcome::Pristine);
}

#[test]
fn score_of_an_earlier_revision_is_ignored() {
    let sent = apply(ready(), [edit("jobtitle", "CEO"), Action::ManualLeadSubmitted]);
    let late = scored(&sent);
    let changed = apply(sent, [edit("jobtitle", "CTO")]);
    assert_eq!(apply(changed.clone(), [late.clone()]).manual_lead.outcome, ManualOutcome::Pristine);
    assert_eq!(apply(changed, [Action::ManualLeadSubmitted, late]).manual_lead.outcome, ManualOutcome::Scoring);
}

#[test]
fn loading_a_model_discards_the_score_of_the_form() {
    let sent = apply(ready(), [edit("jobtitle", "CEO"), Action::ManualLeadSubmitted]);
    let late = scored(&sent);
    let other = apply(sent, [models_loaded(Some("own.onnx"), 2.0)]);
    assert_eq!(other.manual_lead.outcome, ManualOutcome::Pristine);
    assert_eq!(apply(other, [Action::ManualLeadSubmitted, late]).manual_lead.outcome, ManualOutcome::Scoring);
}

#[test]
fn form_input_survives_other_views_and_a_worker_crash() {
    let state =
        apply(ready(), [edit("jobtitle", "CEO"), Action::ViewSelected(View::Start), Action::ViewSelected(View::Lead)]);
    assert_eq!(state.manual_lead.filled(), [("jobtitle".to_owned(), "CEO".to_owned())]);
    let state = apply(state, [Action::ManualLeadSubmitted, Action::WorkerCrashed]);
    assert_eq!((state.manual_lead.filled().len(), state.manual_lead.outcome.clone()), (1, ManualOutcome::Pristine));
    assert_eq!(apply(state, [Action::ManualLeadCleared]).manual_lead.filled(), []);
}

#[test]
fn blank_form_is_not_scored() {
    assert_eq!(
        apply(ready(), [edit("jobtitle", " "), Action::ManualLeadSubmitted]).manual_lead.outcome,
        ManualOutcome::NoInput
    );
}

#[test]
fn export_of_another_list_leaves_this_one_pending() {
    let exported = |job| received(Reply::Exported { job, what: RANKED, file: "leads.csv".to_owned() }, 9.0);
    let state = apply(with_list(), [Action::ExportRequested(RANKED), exported(6)]);
    assert_eq!(list(&state).exporting, Some(RANKED));
    assert_eq!(list(&apply(state, [exported(7)])).exporting, None);
}

const RANKED: Export = Export::Leads { scope: ExportScope::All, format: ExportFormat::PlainCsv };

#[test]
fn window_of_the_same_query_is_stored_at_any_offset() {
    let state = apply(with_list(), [Action::QueryChanged(QueryChange::Offset(300))]);
    let before = Query { offset: 200, ..list(&state).query.clone() };
    let state = apply(state, [received(Reply::Rows { job: 7, window: window(before) }, 500.0)]);
    assert_eq!(list(&state).window.as_ref().unwrap().query.offset, 200);
}

fn change_query(state: PageState, changes: impl IntoIterator<Item = QueryChange>) -> PageState {
    apply(state, changes.into_iter().map(Action::QueryChanged))
}

fn value(column: u32, value: &str) -> QueryChange {
    QueryChange::Value(column, value.to_owned())
}

#[test]
fn column_values_toggle() {
    let state = change_query(with_list(), [value(2, "Paris"), value(2, ""), value(5, "x"), value(5, "x")]);
    let cells = CellFilter::Values(vec!["Paris".to_owned(), String::new()]);
    assert_eq!(list(&state).query.column_filters, [ColumnFilter { column: 2, cells }]);
    let state = change_query(state, [QueryChange::NonEmpty(2)]);
    assert_eq!(list(&state).query.column_filter(2), Some(&CellFilter::NonEmpty));
    assert_eq!(list(&change_query(state, [QueryChange::NonEmpty(2)])).query.column_filters, []);
}

#[test]
fn clearing_filters_keeps_order_and_columns() {
    let changes = [
        QueryChange::Columns(vec![3, 1]),
        QueryChange::Sort(Sort::Column(1)),
        QueryChange::ScoreRange(20, 400),
        value(2, "x"),
        QueryChange::Selected,
    ];
    let state = change_query(
        with_list(),
        changes.into_iter().chain([QueryChange::Mark(None), QueryChange::Mark(Some(Mark::Replied))]),
    );
    assert_eq!((list(&state).query.filter_count(), list(&state).query.score_range), (4, (20, 100)));
    let cleared = change_query(state, [QueryChange::ClearFilters]);
    let query = &list(&cleared).query;
    assert_eq!((query.filter_count(), query.sort, query.columns.clone()), (0, Sort::Column(1), vec![3, 1]));
}

#[test]
fn cursor_stays_within_the_matching_rows() {
    let query = list(&with_list()).query.clone();
    let found = Window { found: 30, ..window(query) };
    let state = apply(
        with_list(),
        [received(Reply::Rows { job: 7, window: found }, 1.0), Action::DisplayChanged(DisplayChange::Row(99))],
    );
    assert_eq!(list(&state).active, 29);
    assert_eq!(list(&change_query(state, [QueryChange::Grade('A')])).active, 0);
}

#[test]
fn only_details_of_the_open_lead_are_stored() {
    let detail = LeadDetail { row: row(), is_duplicate: false, cells: vec![], fields: vec![] };
    let reply = received(Reply::Lead { job: 7, detail: detail.clone() }, 1.0);
    let other = apply(with_list(), [Action::DisplayChanged(DisplayChange::OpenLead(3)), reply.clone()]);
    assert_eq!(list(&other).open, Some(OpenLead { lead: 3, detail: None }));
    let state = apply(other, [Action::DisplayChanged(DisplayChange::OpenLead(4)), reply]);
    assert_eq!(list(&state).open.as_ref().unwrap().detail, Some(detail));
    assert_eq!(list(&apply(state, [Action::DisplayChanged(DisplayChange::CloseLead)])).open, None);
}

#[test]
fn project_restores_name_query_and_marks() {
    let query = Query { search: "ceo".to_owned(), offset: 40, ..Query::default() };
    let info = ProjectInfo { file: "mine.csv".to_owned(), query, same_models: false };
    let counts = MarkCounts { revision: 1, selected: 2, marked: 1 };
    let read = Reply::FileRead { job: 7, summary: summary(3), project: Some(Box::new(info)) };
    let state = apply(
        ready(),
        [file_chosen(7), received(read, 9.0), received(Reply::Counts { job: 7, counts: counts.clone() }, 9.0)],
    );
    assert_eq!((list(&state).file.as_str(), list(&state).query.search.as_str()), ("mine.csv", "ceo"));
    assert_eq!((list(&state).query.offset, list(&state).counts.clone()), (0, counts));
    assert_eq!(state.notice, Some(Notice::ModelChanged));
}

#[test]
fn listed_lead_is_copied_to_the_form() {
    let fields = vec![("jobtitle".to_owned(), "CEO".to_owned())];
    let state = apply(with_list(), [edit("skills", "x"), Action::LeadCopiedToForm(fields.clone())]);
    assert_eq!((state.view, state.manual_lead.filled()), (View::Lead, fields));
}

#[test]
fn rejected_custom_model_keeps_the_models_in_use() {
    let state = apply(ready(), [received(Reply::ModelRejected { reason: "no graph".to_owned(), custom: true }, 2.0)]);
    assert_eq!(state.notice, Some(Notice::ModelRejected { reason: "no graph".to_owned() }));
    assert!(state.accepts_files());
}

#[test]
fn custom_model_changes_the_schema_until_the_site_models_return() {
    let own = apply(with_list(), [models_loaded(Some("mine.onnx"), 500.0)]);
    assert_eq!((own.custom_model.as_deref(), own.schema.position("deals")), (Some("mine.onnx"), Some(19)));
    assert!(own.list.is_some() && own.accepts_files());
    let crashed = own.apply(Action::WorkerCrashed);
    assert_eq!((crashed.custom_model.as_deref(), crashed.schema.len()), (Some("mine.onnx"), 20));
    let back = own.apply(models_loaded(None, 600.0));
    assert_eq!((back.custom_model, back.schema.len()), (None, 19));
}

#[test]
fn changing_the_view_drops_the_notice() {
    let error = received(Reply::FileFailed { job: 8, error: FileError::NoRows }, 400.0);
    let state = apply(with_list(), [file_chosen(8), error, Action::ViewSelected(View::List)]);
    assert_eq!((state.notice, state.view), (None, View::List));
}

#[test]
fn rejected_site_models_fail_the_startup() {
    let refused = received(Reply::ModelRejected { reason: "no graph".to_owned(), custom: false }, 2.0);
    let state = apply(PageState::default(), [Action::ViewSelected(View::Lead), refused]);
    assert_eq!(state.engine, EngineStatus::Failed(EngineError::ModelsRejected { reason: "no graph".to_owned() }));
    assert_eq!(state.view, View::Start);
}
