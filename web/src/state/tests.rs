//! The reducer: what each action does, and that nothing late or stale does anything.

use super::*;
use crate::agent::{Origin, Row, Score};

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
    after(State::default(), [heard(Reply::Awake, 0.0), heard(Reply::Opened { models: vec![] }, 1.0)])
}

fn chosen(job: Job) -> Action {
    Action::Chosen { job, file: "leads.csv".to_owned(), size: 1000.0, now: 100.0 }
}

fn listed() -> State {
    after(ready(), [chosen(7), heard(Reply::Read { job: 7, summary: summary(3) }, 350.0)])
}

fn list(state: &State) -> &List {
    state.list.as_ref().unwrap()
}

fn window(query: Query) -> Window {
    let score = Score { probability: 0.5, grade: None, model: 0 };
    Window { query, found: 1, rows: vec![Row { rank: 1, line: 2.0, score, cells: vec![] }] }
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
    let done = after(reading, [heard(Reply::Read { job: 7, summary: summary(3) }, 350.0)]);
    assert_eq!((done.view, done.reading.is_none(), list(&done).took), (View::List, true, 250.0));
}

#[test]
fn what_is_said_of_another_reading_is_dropped() {
    let state = after(ready(), [chosen(7)]);
    let stale = [
        heard(Reply::Progress { job: 6, bytes: 9.0, rows: 9 }, 200.0),
        heard(Reply::Read { job: 6, summary: summary(9) }, 200.0),
        heard(Reply::Unreadable { job: 6, failure: Failure::Unavailable }, 200.0),
    ];
    assert_eq!(after(state.clone(), stale), state);
}

#[test]
fn a_cancelled_reading_gives_no_list_even_if_it_was_finished_just_then() {
    let actions = [chosen(7), Action::Cancelled, heard(Reply::Read { job: 7, summary: summary(3) }, 300.0)];
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
    let state = after(listed(), [Action::Asked(Ask::Page(200)), Action::Asked(Ask::Search("ceo".to_owned()))]);
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
    let back = after(state, [heard(Reply::Opened { models: vec![] }, 900.0)]);
    assert!(back.accepts_files());
    assert_eq!(back.notice, Some(Notice::Restarted));
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

#[test]
fn a_lead_by_hand_is_scored_and_its_score_forgotten_when_changed() {
    let state = after(ready(), [typed("jobtitle", "CEO"), Action::HandSent]);
    let state = after(state, [heard(Reply::Scored { turn: 1, score: SCORE }, 5.0)]);
    assert_eq!(state.hand.outcome, ByHand::Scored(SCORE));
    assert_eq!(after(state, [typed("jobtitle", "CTO")]).hand.outcome, ByHand::Blank);
}

#[test]
fn an_answer_about_what_was_typed_before_is_dropped() {
    let sent = after(ready(), [typed("jobtitle", "CEO"), Action::HandSent, typed("jobtitle", "CTO")]);
    let late = heard(Reply::Scored { turn: 1, score: SCORE }, 5.0);
    assert_eq!(after(sent.clone(), [late.clone()]).hand.outcome, ByHand::Blank);
    assert_eq!(after(sent, [Action::HandSent, late]).hand.outcome, ByHand::Scoring);
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
    let exported = |job| heard(Reply::Exported { job, what: Export::Scores, file: "leads.csv".to_owned() }, 9.0);
    let state = after(listed(), [Action::ExportAsked(Export::Scores), exported(6)]);
    assert_eq!(list(&state).exporting, Some(Export::Scores));
    assert_eq!(list(&after(state, [exported(7)])).exporting, None);
}

#[test]
fn a_notice_stays_in_the_view_that_it_came_up_in() {
    let failure = heard(Reply::Unreadable { job: 8, failure: Failure::NoRows }, 400.0);
    let state = after(listed(), [chosen(8), failure, Action::Shown(View::List)]);
    assert_eq!((state.notice, state.view), (None, View::List));
}

#[test]
fn models_that_cannot_be_used_end_it() {
    let refused = heard(Reply::Refused { reason: "no graph".to_owned() }, 2.0);
    let state = after(State::default(), [Action::Shown(View::Lead), refused]);
    assert_eq!(state.engine, Engine::Failed(Stop::Models { reason: "no graph".to_owned() }));
    assert_eq!(state.view, View::Start);
}
