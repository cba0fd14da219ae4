//! The reducer: what each action does, and that nothing late or stale does anything.

use super::*;
use crate::agent::{
    Condition, Detail, ExtraFields, FileForm, Mark, Origin, PickedSheet, Query, Row, Score, Sort, Summary, Tally,
    Wanted, Which, Window,
};
use crate::project::ProjectFacts;

fn after(state: State, actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(state, |state, action| state.after(action))
}

fn heard(reply: Reply, now: f64) -> Action {
    Action::Heard { reply, now }
}

fn summary(rows: u32) -> Summary {
    Summary {
        columns: vec![],
        rows,
        rejects: 0,
        models: vec![],
        grades: vec![],
        missing: vec![],
        fields: 19,
        unknown: vec![],
        repeated: 0,
        mapped: vec![],
        origin: Origin::default(),
    }
}

fn ready() -> State {
    after(State::default(), [heard(Reply::Awake, 0.0), opened(None, 1.0)])
}

/// The site's models, or the user's own, which reads a field of numbers of its own.
fn opened(own: Option<&str>, now: f64) -> Action {
    let numbers = own.map(|_| "deals".to_owned()).into_iter().collect();
    let fields = ExtraFields { numbers, ..ExtraFields::default() };
    heard(Reply::Opened { models: vec![], fields, own: own.map(str::to_owned) }, now)
}

fn chosen(job: Job) -> Action {
    Action::Chosen { job, file: "leads.csv".to_owned(), sheet: None, size: 1000.0, now: 100.0 }
}

fn listed() -> State {
    after(ready(), [chosen(7), heard(Reply::Read { job: 7, summary: summary(3), project: None }, 350.0)])
}

fn list(state: &State) -> &List {
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
fn files_are_accepted_only_when_the_models_are_open_and_nothing_is_read() {
    assert!(!State::default().accepts_files());
    assert!(ready().accepts_files());
    assert!(!after(ready(), [chosen(1)]).accepts_files());
}

#[test]
fn a_file_becomes_a_list() {
    let reading = after(ready(), [chosen(7), heard(Reply::Progress { job: 7, bytes: 400.0, rows: 2 }, 150.0)]);
    let progress = reading.reading.clone().unwrap();
    assert_eq!((progress.bytes, progress.rows, progress.elapsed), (400.0, 2, 50.0));
    let done = after(reading, [heard(Reply::Read { job: 7, summary: summary(3), project: None }, 350.0)]);
    assert_eq!((done.view, done.reading.is_none(), list(&done).took), (View::List, true, 250.0));
}

#[test]
fn what_is_said_of_another_reading_is_dropped() {
    let state = after(ready(), [chosen(7)]);
    let stale = [
        heard(Reply::Progress { job: 6, bytes: 9.0, rows: 9 }, 200.0),
        heard(Reply::Read { job: 6, summary: summary(9), project: None }, 200.0),
        heard(Reply::Unreadable { job: 6, failure: Failure::Unavailable }, 200.0),
    ];
    assert_eq!(after(state.clone(), stale), state);
}

#[test]
fn a_cancelled_reading_gives_no_list_even_if_it_was_finished_just_then() {
    let actions =
        [chosen(7), Action::Cancelled, heard(Reply::Read { job: 7, summary: summary(3), project: None }, 300.0)];
    let state = after(ready(), actions);
    assert_eq!((state.view, state.list, state.notice), (View::Start, None, Some(Notice::Cancelled)));
}

#[test]
fn an_unreadable_file_leaves_the_list_before_it() {
    let failure = Failure::NoRows;
    let state = after(listed(), [chosen(8), heard(Reply::Unreadable { job: 8, failure: failure.clone() }, 400.0)]);
    assert_eq!(state.notice, Some(Notice::Unreadable { job: 8, file: "leads.csv".to_owned(), failure }));
    assert_eq!(list(&state).job, 7);
}

#[test]
fn a_change_of_the_query_goes_back_to_the_first_row() {
    let state = after(listed(), [Action::Asked(Ask::From(200)), Action::Asked(Ask::Search("ceo".to_owned()))]);
    assert_eq!((list(&state).query.offset, list(&state).query.search.as_str()), (0, "ceo"));
}

#[test]
fn the_same_column_again_sorts_the_other_way_round() {
    let sort = |sort| Action::Asked(Ask::Sort(sort));
    let state = after(listed(), [sort(Sort::Column(2)), sort(Sort::Column(2))]);
    assert!(list(&state).query.reversed);
    let state = after(state, [sort(Sort::Score)]);
    assert_eq!((list(&state).query.sort, list(&state).query.reversed), (Sort::Score, false));
}

#[test]
fn a_grade_is_switched_on_and_off() {
    let on = after(listed(), [Action::Asked(Ask::Grade('A')), Action::Asked(Ask::Grade('C'))]);
    assert_eq!(list(&on).query.grades, ['A', 'C']);
    assert_eq!(list(&after(on, [Action::Asked(Ask::Grade('A'))])).query.grades, ['C']);
}

#[test]
fn only_the_window_of_the_newest_query_is_shown() {
    let old = list(&listed()).query.clone();
    let state = after(listed(), [Action::Asked(Ask::Grade('A'))]);
    let state = after(state, [heard(Reply::Rows { job: 7, window: window(old) }, 500.0)]);
    assert_eq!(list(&state).window, None);
    let new = list(&state).query.clone();
    let state = after(state, [heard(Reply::Rows { job: 7, window: window(new) }, 500.0)]);
    assert_eq!(list(&state).window.as_ref().unwrap().rows.len(), 1);
}

#[test]
fn a_dead_worker_takes_the_list_with_it_and_is_told_of() {
    let state = after(listed(), [Action::Died]);
    assert_eq!((state.engine.clone(), state.list.clone(), state.view), (Engine::Loading, None, View::Start));
    assert_eq!(state.notice, Some(Notice::Restarted));
    let back = after(state, [opened(None, 900.0)]);
    assert!(back.accepts_files());
    assert_eq!(back.notice, Some(Notice::Restarted));
}

fn picked() -> PickedSheet {
    PickedSheet { name: "Leads".to_owned(), among: 2 }
}

#[test]
fn a_workbook_is_unpacked_before_its_sheet_is_read() {
    let state = after(ready(), [chosen(7), heard(Reply::Workbook { job: 7 }, 110.0)]);
    assert!(state.reading.as_ref().unwrap().unpacking);
    let unpacked = |job| Action::Unpacked { job, sheet: picked(), size: 9000.0, now: 400.0 };
    let late = after(state.clone(), [unpacked(6)]);
    assert_eq!(late, state);
    let state = after(state, [unpacked(7)]);
    let reading = state.reading.as_ref().unwrap();
    assert_eq!((reading.unpacking, reading.size, reading.file.as_str()), (false, 9000.0, "leads.csv"));
    let state = after(state, [heard(Reply::Read { job: 7, summary: summary(3), project: None }, 650.0)]);
    assert_eq!((list(&state).sheet.clone(), list(&state).took), (Some(picked()), 250.0));
}

#[test]
fn a_workbook_that_was_given_up_does_not_come_back() {
    let unpacked = Action::Unpacked { job: 7, sheet: picked(), size: 9000.0, now: 400.0 };
    let state = after(ready(), [chosen(7), heard(Reply::Workbook { job: 7 }, 110.0), Action::Cancelled, unpacked]);
    assert_eq!((state.reading, state.notice), (None, Some(Notice::Cancelled)));
}

#[test]
fn the_list_is_not_shown_without_one() {
    assert_eq!(after(ready(), [Action::Shown(View::List)]).view, View::Start);
    assert_eq!(after(listed(), [Action::Shown(View::Lead), Action::Shown(View::List)]).view, View::List);
}

const SCORE: Score = Score { probability: 0.25, grade: Some('D'), model: 1 };

fn typed(field: &str, text: &str) -> Action {
    Action::HandChanged { field: field.to_owned(), text: text.to_owned() }
}

/// The worker's answer about the lead that was just sent.
fn answered(state: &State) -> Action {
    heard(Reply::Scored { turn: state.hand.turn, score: SCORE }, 5.0)
}

#[test]
fn a_lead_by_hand_is_scored_and_its_score_forgotten_when_changed() {
    let state = after(ready(), [typed("jobtitle", "CEO"), Action::HandSent]);
    let answer = answered(&state);
    let state = after(state, [answer]);
    assert_eq!(state.hand.outcome, ByHand::Scored(SCORE));
    assert_eq!(after(state, [typed("jobtitle", "CTO")]).hand.outcome, ByHand::Blank);
}

#[test]
fn an_answer_about_what_was_typed_before_is_dropped() {
    let sent = after(ready(), [typed("jobtitle", "CEO"), Action::HandSent]);
    let late = answered(&sent);
    let changed = after(sent, [typed("jobtitle", "CTO")]);
    assert_eq!(after(changed.clone(), [late.clone()]).hand.outcome, ByHand::Blank);
    assert_eq!(after(changed, [Action::HandSent, late]).hand.outcome, ByHand::Scoring);
}

#[test]
fn what_another_model_says_of_a_lead_by_hand_is_asked_for_anew() {
    let sent = after(ready(), [typed("jobtitle", "CEO"), Action::HandSent]);
    let late = answered(&sent);
    let other = after(sent, [opened(Some("own.onnx"), 2.0)]);
    assert_eq!(other.hand.outcome, ByHand::Blank);
    assert_eq!(after(other, [Action::HandSent, late]).hand.outcome, ByHand::Scoring);
}

#[test]
fn what_was_typed_outlives_other_views_and_the_worker() {
    let state = after(ready(), [typed("jobtitle", "CEO"), Action::Shown(View::Start), Action::Shown(View::Lead)]);
    assert_eq!(state.hand.filled(), [("jobtitle".to_owned(), "CEO".to_owned())]);
    let state = after(state, [Action::HandSent, Action::Died]);
    assert_eq!((state.hand.filled().len(), state.hand.outcome.clone()), (1, ByHand::Blank));
    assert_eq!(after(state, [Action::HandCleared]).hand.filled(), []);
}

#[test]
fn a_form_of_white_space_is_not_scored() {
    assert_eq!(after(ready(), [typed("jobtitle", " "), Action::HandSent]).hand.outcome, ByHand::Empty);
}

#[test]
fn a_file_that_was_made_of_another_list_leaves_this_one_waiting() {
    let exported = |job| heard(Reply::Exported { job, what: RANKED, file: "leads.csv".to_owned() }, 9.0);
    let state = after(listed(), [Action::ExportAsked(RANKED), exported(6)]);
    assert_eq!(list(&state).exporting, Some(RANKED));
    assert_eq!(list(&after(state, [exported(7)])).exporting, None);
}

const RANKED: Export = Export::Leads { which: Which::All, form: FileForm::Data };

#[test]
fn rows_of_the_same_query_are_shown_wherever_they_begin() {
    let state = after(listed(), [Action::Asked(Ask::From(300))]);
    let before = Query { offset: 200, ..list(&state).query.clone() };
    let state = after(state, [heard(Reply::Rows { job: 7, window: window(before) }, 500.0)]);
    assert_eq!(list(&state).window.as_ref().unwrap().query.offset, 200);
}

fn ask(state: State, asks: impl IntoIterator<Item = Ask>) -> State {
    after(state, asks.into_iter().map(Action::Asked))
}

fn value(column: u32, value: &str) -> Ask {
    Ask::Value(column, value.to_owned())
}

#[test]
fn values_of_a_column_are_chosen_one_by_one_and_taken_away_again() {
    let state = ask(listed(), [value(2, "Paris"), value(2, ""), value(5, "x"), value(5, "x")]);
    let wanted = Wanted::Values(vec!["Paris".to_owned(), String::new()]);
    assert_eq!(list(&state).query.conditions, [Condition { column: 2, wanted }]);
    let state = ask(state, [Ask::Filled(2)]);
    assert_eq!(list(&state).query.condition(2), Some(&Wanted::Filled));
    assert_eq!(list(&ask(state, [Ask::Filled(2)])).query.conditions, []);
}

#[test]
fn filters_are_counted_and_cleared_while_order_and_columns_stay() {
    let asks =
        [Ask::Columns(vec![3, 1]), Ask::Sort(Sort::Column(1)), Ask::Points(20, 400), value(2, "x"), Ask::Selected];
    let state = ask(listed(), asks.into_iter().chain([Ask::Marked(None), Ask::Marked(Some(Mark::Replied))]));
    assert_eq!((list(&state).query.filters(), list(&state).query.points), (4, (20, 100)));
    let cleared = ask(state, [Ask::Everything]);
    let query = &list(&cleared).query;
    assert_eq!((query.filters(), query.sort, query.columns.clone()), (0, Sort::Column(1), vec![3, 1]));
}

#[test]
fn the_keyboard_stays_among_the_rows_that_were_found() {
    let query = list(&listed()).query.clone();
    let found = Window { found: 30, ..window(query) };
    let state = after(listed(), [heard(Reply::Rows { job: 7, window: found }, 1.0), Action::Looked(Look::At(99))]);
    assert_eq!(list(&state).active, 29);
    assert_eq!(list(&ask(state, [Ask::Grade('A')])).active, 0);
}

#[test]
fn a_lead_is_shown_once_it_came_and_only_the_one_that_was_asked_for() {
    let detail = Detail { row: row(), repeated: false, cells: vec![], fields: vec![] };
    let came = heard(Reply::Lead { job: 7, detail: detail.clone() }, 1.0);
    let other = after(listed(), [Action::Looked(Look::Lead(3)), came.clone()]);
    assert_eq!(list(&other).open, Some(Opened { lead: 3, detail: None }));
    let state = after(other, [Action::Looked(Look::Lead(4)), came]);
    assert_eq!(list(&state).open.as_ref().unwrap().detail, Some(detail));
    assert_eq!(list(&after(state, [Action::Looked(Look::NoLead)])).open, None);
}

#[test]
fn a_project_comes_back_as_it_was_left() {
    let query = Query { search: "ceo".to_owned(), offset: 40, ..Query::default() };
    let facts = ProjectFacts { file: "mine.csv".to_owned(), query, same_models: false };
    let tally = Tally { changes: 1, selected: 2, marked: 1 };
    let read = Reply::Read { job: 7, summary: summary(3), project: Some(Box::new(facts)) };
    let state =
        after(ready(), [chosen(7), heard(read, 9.0), heard(Reply::Tally { job: 7, tally: tally.clone() }, 9.0)]);
    assert_eq!((list(&state).file.as_str(), list(&state).query.search.as_str()), ("mine.csv", "ceo"));
    assert_eq!((list(&state).query.offset, list(&state).tally.clone()), (0, tally));
    assert_eq!(state.notice, Some(Notice::ModelChanged));
}

#[test]
fn a_lead_of_the_list_is_taken_to_the_form() {
    let fields = vec![("jobtitle".to_owned(), "CEO".to_owned())];
    let state = after(listed(), [typed("skills", "x"), Action::Taken(fields.clone())]);
    assert_eq!((state.view, state.hand.filled()), (View::Lead, fields));
}

#[test]
fn another_model_that_is_refused_leaves_the_one_in_use() {
    let state = after(ready(), [heard(Reply::Refused { reason: "no graph".to_owned(), own: true }, 2.0)]);
    assert_eq!(state.notice, Some(Notice::ModelRefused { reason: "no graph".to_owned() }));
    assert!(state.accepts_files());
}

#[test]
fn a_model_of_the_users_own_brings_its_fields_until_the_sites_is_back() {
    let own = after(listed(), [opened(Some("mine.onnx"), 500.0)]);
    assert_eq!((own.own.as_deref(), own.schema.position("deals")), (Some("mine.onnx"), Some(19)));
    assert!(own.list.is_some() && own.accepts_files());
    let died = own.after(Action::Died);
    assert_eq!((died.own.as_deref(), died.schema.len()), (Some("mine.onnx"), 20));
    let back = own.after(opened(None, 600.0));
    assert_eq!((back.own, back.schema.len()), (None, 19));
}

#[test]
fn a_notice_stays_in_the_view_that_it_came_up_in() {
    let failure = heard(Reply::Unreadable { job: 8, failure: Failure::NoRows }, 400.0);
    let state = after(listed(), [chosen(8), failure, Action::Shown(View::List)]);
    assert_eq!((state.notice, state.view), (None, View::List));
}

#[test]
fn models_that_cannot_be_used_end_it() {
    let refused = heard(Reply::Refused { reason: "no graph".to_owned(), own: false }, 2.0);
    let state = after(State::default(), [Action::Shown(View::Lead), refused]);
    assert_eq!(state.engine, Engine::Failed(Stop::Models { reason: "no graph".to_owned() }));
    assert_eq!(state.view, View::Start);
}
