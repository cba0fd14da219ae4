//! Components in a real browser, without a worker: what they show, what they tell, how they are named for those who
//! do not see them.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

use scorer::insight::card::{Card, MissingCost};
use scorer::insight::grade::Grades;
use scorer::lead::ValueError;
use scorer::lead::csv::RejectReason;
use scorer::lead::mapping::{Evidence, Mapping, Target};
use scorer::lead::schema::Schema;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::agent::{
    Column, Detail, FieldFault, MappedColumn, Mark, ModelFacts, Origin, Query, RejectGroup, RejectLine, Row, Score,
    Sort, Summary, Tally, Who, Window,
};
use web::components::{
    column_table::{ColumnTable, ColumnTableProps},
    drop_target::{DropTarget, DropTargetProps},
    lead_panel::{LeadPanel, LeadPanelProps},
    lead_table::{LeadTable, LeadTableProps},
    notice::{NoticeBox, NoticeBoxProps},
    rejects::{Rejects, RejectsProps},
    verdict::{Verdict, VerdictProps},
};
use web::hooks::engine::Engine;
use web::pages::{LeadPage, LeadPageProps, ListPage, ListPageProps, StartPage, StartPageProps};
use web::state::{Action, Ask, ByHand, Hand, List, Look, Opened};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlSelectElement, KeyboardEvent, KeyboardEventInit};
use yew::{BaseComponent, Callback};

wasm_bindgen_test_configure!(run_in_browser);

/// Draws a component into an element of its own.
async fn show<C: BaseComponent>(props: C::Properties) -> Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let place = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&place).unwrap();
    yew::Renderer::<C>::with_root_and_props(place.clone(), props).render();
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
    place
}

/// Waits for what the browser does in its own time, a few seconds at most.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        yew::platform::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn texts(place: &Element, selector: &str) -> Vec<String> {
    let found = place.query_selector_all(selector).unwrap();
    (0..found.length()).map(|at| found.item(at).unwrap().text_content().unwrap_or_default()).collect()
}

fn click(place: &Element, selector: &str) {
    place.query_selector(selector).unwrap().unwrap().unchecked_into::<HtmlElement>().click();
}

/// A callback, and what was told to it.
fn ear<T: 'static>() -> (Callback<T>, Rc<RefCell<Vec<T>>>) {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let into = heard.clone();
    (Callback::from(move |told| into.borrow_mut().push(told)), heard)
}

fn column(index: u32, name: &str, numeric: bool) -> Column {
    Column { index, name: name.to_owned(), numeric }
}

fn window(query: &Query) -> Window {
    let row = |rank: u32, probability: f32, grade: char, name: &str| Row {
        lead: rank + 6,
        rank,
        line: f64::from(rank) + 1.0,
        score: Score { probability, grade: Some(grade), model: 0 },
        mark: (rank == 2).then_some(Mark::Replied),
        selected: rank == 1,
        cells: vec![name.to_owned(), "3".to_owned()],
    };
    Window { query: query.clone(), found: 2, rows: vec![row(1, 0.784, 'A', "Ada"), row(2, 0.1, 'D', "Bob")] }
}

fn schema() -> Rc<Schema> {
    Rc::new(Schema::leads())
}

fn list() -> List {
    let query = Query { columns: vec![1, 0], ..Query::default() };
    let summary = Summary {
        columns: vec![column(1, "name", false), column(0, "", true)],
        rows: 2,
        models: vec![2],
        rejects: 0,
        grades: vec![('A', 1), ('B', 0), ('D', 1)],
        missing: vec!["skills".to_owned(), "summary".to_owned()],
        fields: 19,
        unknown: vec!["name".to_owned()],
        repeated: 1,
        mapped: vec![mapped("name", None, Evidence::None, 0), mapped("size", Some("companysize"), Evidence::Name, 3)],
        origin: Origin { encoding: Some("Windows-1252".to_owned()), line: 4.0, short_rows: 2 },
    };
    List {
        job: 1,
        file: "leads.csv".to_owned(),
        sheet: None,
        took: 420.0,
        summary: Rc::new(summary),
        window: Some(window(&query)),
        query,
        rejects: None,
        rejects_open: false,
        exporting: None,
        tally: Tally::default(),
        active: 0,
        moves: 0,
        open: None,
        tool: None,
        column: None,
        values: BTreeMap::new(),
        paged: false,
        copied: false,
    }
}

fn table(list: List) -> LeadTableProps {
    LeadTableProps {
        list: Rc::new(list),
        on_ask: Callback::noop(),
        on_look: Callback::noop(),
        on_select: Callback::noop(),
    }
}

fn press(place: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_bubbles(true);
    init.set_key(key);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    place.query_selector("table").unwrap().unwrap().dispatch_event(&event).unwrap();
}

#[wasm_bindgen_test]
async fn the_table_shows_scores_grades_and_the_users_columns() {
    let place = show::<LeadTable>(table(list())).await;
    assert_eq!(texts(&place, "thead th"), ["", "Rank", "Score", "Grade", "name", "(no name)", "Mark"]);
    assert_eq!(texts(&place, "td.score"), ["78", "10"]);
    assert_eq!(texts(&place, "td.grade"), ["A", "D"]);
    assert_eq!(texts(&place, "tbody tr:first-child td:nth-child(5)"), ["Ada"]);
    let bar = place.query_selector(".bar-fill").unwrap().unwrap();
    assert!(bar.get_attribute("width").unwrap().starts_with("78.4"));
    assert!(place.query_selector("[style]").unwrap().is_none(), "inline style, which the policy refuses");
}

#[wasm_bindgen_test]
async fn headers_sort_and_say_how() {
    let (on_ask, heard) = ear();
    let place = show::<LeadTable>(LeadTableProps { on_ask, ..table(list()) }).await;
    let sorted = place.query_selector("[aria-sort]").unwrap().unwrap();
    assert_eq!(sorted.get_attribute("aria-sort").as_deref(), Some("descending"));
    click(&place, "th:nth-child(5) button");
    assert_eq!(*heard.borrow(), [Ask::Sort(Sort::Column(1))]);
}

#[wasm_bindgen_test]
async fn before_the_first_rows_there_is_a_skeleton() {
    let place = show::<LeadTable>(table(List { window: None, ..list() })).await;
    assert!(texts(&place, "tr.skeleton").len() > 3);
}

#[wasm_bindgen_test]
async fn keys_move_open_and_select_and_the_table_tells_where_one_is() {
    let ((on_look, looked), (on_select, selected)) = (ear(), ear());
    let place = show::<LeadTable>(LeadTableProps { on_look, on_select, ..table(list()) }).await;
    let grid = place.query_selector("table").unwrap().unwrap();
    let told = |name: &str| grid.get_attribute(name).unwrap();
    assert_eq!(
        (told("role"), told("aria-rowcount"), told("aria-activedescendant")),
        ("grid".into(), "3".into(), "lead-0".into())
    );
    assert_eq!(place.query_selector("#lead-1").unwrap().unwrap().get_attribute("aria-rowindex").unwrap(), "3");
    ["ArrowDown", "End", "Enter", "x"].iter().for_each(|key| press(&place, key));
    assert_eq!(*looked.borrow(), [Look::At(1), Look::At(1), Look::Lead(7)]);
    assert_eq!(*selected.borrow(), [(Who::Lead(7), false)]);
}

#[wasm_bindgen_test]
async fn rows_that_are_not_there_yet_are_fetched() {
    let (on_ask, asked) = ear();
    let query = Query { offset: 400, ..list().query };
    let window = Window { found: 1000, ..window(&query) };
    let props = table(List { query, window: Some(window), ..list() });
    let place = show::<LeadTable>(LeadTableProps { on_ask, ..props }).await;
    // Some at first, the others a moment later.
    assert_eq!(texts(&place, "tr.waiting").len(), 8);
    until(|| texts(&place, "tr.waiting").len() > 10).await;
    // The browser tells the table's height with its next frame, whenever that is.
    until(|| !asked.borrow().is_empty()).await;
    assert_eq!(*asked.borrow(), [Ask::From(0)]);
}

#[wasm_bindgen_test]
async fn a_lead_is_told_wholly_and_marked() {
    let row = window(&list().query).rows[1].clone();
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let detail = Detail {
        row,
        repeated: true,
        cells: vec![pair("Name", "Bob"), pair("Note", " ")],
        fields: vec![pair("jobtitle", "CTO")],
    };
    let (on_mark, marked) = ear();
    let (on_change, changed) = ear();
    let open = Opened { lead: 8, detail: Some(detail) };
    let (models, on_close) = (Rc::default(), Callback::noop());
    let place = show::<LeadPanel>(LeadPanelProps { open, all: 2, models, on_mark, on_change, on_close }).await;
    assert_eq!(texts(&place, "dt"), ["Name", "Job title"]);
    assert_eq!(texts(&place, "[aria-pressed=true]"), ["replied"]);
    click(&place, ".marks button:first-child");
    click(&place, "[aria-pressed=true]");
    assert_eq!(*marked.borrow(), [Some(Mark::Contacted), None]);
    click(&place, "#try-change");
    assert_eq!(*changed.borrow(), [vec![pair("jobtitle", "CTO")]]);
}

#[wasm_bindgen_test]
async fn no_file_can_be_chosen_before_everything_is_ready() {
    let props = |ready| DropTargetProps {
        ready,
        over: false,
        schema: schema(),
        on_file: Callback::noop(),
        on_sample: Callback::noop(),
        on_by_hand: Callback::noop(),
    };
    let waiting = show::<DropTarget>(props(false)).await;
    assert_eq!(texts(&waiting, "input:disabled, button:disabled").len(), 3);
    let ready = show::<DropTarget>(props(true)).await;
    assert_eq!(texts(&ready, "input:disabled, button:disabled").len(), 0);
}

#[wasm_bindgen_test]
async fn a_notice_speaks_up_and_can_be_closed() {
    let (on_close, heard) = ear();
    let place =
        show::<NoticeBox>(NoticeBoxProps { words: "Stopped.".to_owned(), button: "Close", on_press: on_close }).await;
    assert_eq!(texts(&place, "[role=alert] p"), ["Stopped."]);
    click(&place, "button");
    assert_eq!(heard.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn rejects_are_shown_by_what_is_to_be_done() {
    let cell = |shown: &str| RejectReason::Cell { error: ValueError::TooLarge { max: 100.0 }, shown: shown.to_owned() };
    let lines = vec![RejectLine { line: 1204.0, reason: cell("\"<b>\"") }];
    let group = RejectGroup { column: Some("llm_quality".to_owned()), count: 4, lines };
    let other =
        RejectGroup { column: None, count: 1, lines: vec![RejectLine { line: 9.0, reason: RejectReason::OpenQuote }] };
    let props = RejectsProps {
        count: 5,
        groups: Some(vec![group, other]),
        open: true,
        on_toggle: Callback::noop(),
        on_download: Callback::noop(),
    };
    let place = show::<Rejects>(props).await;
    let heads = ["4 rows, column llm_quality: number too large", "1 row: a quote that is never closed"];
    assert_eq!(texts(&place, "summary"), heads);
    let told = ["1,204", "should be at most 100, but is \"<b>\"", "9", "a quote opens here that is never closed"];
    assert_eq!(texts(&place, "td"), told);
    assert_eq!(texts(&place, ".fold"), ["5 rows could not be scored."]);
}

#[wasm_bindgen_test]
async fn the_verdict_tells_faults_by_the_names_of_the_form() {
    let fault = FieldFault::Field { field: "llm_quality".to_owned(), fault: ValueError::TooLarge { max: 100.0 } };
    let by_hand = ByHand::Faulty(vec![fault]);
    let place = show::<Verdict>(VerdictProps { by_hand, models: Rc::default() }).await;
    assert_eq!(texts(&place, "li"), ["Profile quality should be at most 100."]);
}

#[wasm_bindgen_test]
async fn the_list_tells_what_is_missing_and_filters_by_grade() {
    let (on_action, heard) = ear();
    let engine = Engine::new(on_action.clone());
    let costs = [("skills", 0.001), ("summary", 0.032)];
    let costs = costs.map(|(field, auc_drop)| MissingCost { field: field.to_owned(), auc_drop, log_loss_rise: 0.0 });
    let card = Card { missing_costs: costs.to_vec(), ..Card::default() };
    let models = Rc::new(vec![ModelFacts { card, grades: Grades::default(), sha256: String::new() }]);
    let props = ListPageProps { list: Rc::new(list()), models, schema: schema(), engine, on_action };
    let place = show::<ListPage>(props).await;
    assert_eq!(texts(&place, "h1"), ["leads.csv"]);
    assert_eq!(texts(&place, ".list-head p"), ["2 leads ranked in 0.4 s · 1 of 19 columns recognised"]);
    let notes = texts(&place, "details summary");
    assert_eq!(notes[0], "1 of 2 columns are read. Change what they mean");
    assert_eq!(notes[1], "2 columns of the model are missing in this file; scores are less sharp.");
    let lost = [
        "Summary (summary): of two leads, the right one comes first 3 times fewer in 100",
        "Skills, with commas between (skills): hardly a loss",
    ];
    assert_eq!(texts(&place, ".names li")[..2], lost);
    click(&place, "#fold");
    assert_eq!(heard.borrow_mut().pop(), Some(Action::Asked(Ask::Fold)));
    let lines = texts(&place, "p.aside");
    assert!(
        lines[0].contains("Windows-1252") && lines[1].contains("line 4") && lines[2].starts_with("2 rows"),
        "{lines:?}"
    );
    click(&place, ".chip.grade-a");
    assert_eq!(*heard.borrow(), [Action::Asked(Ask::Grade('A'))]);
}

#[wasm_bindgen_test]
async fn another_meaning_of_a_column_is_picked() {
    let columns = vec![
        mapped("name", None, Evidence::None, 0),
        mapped("size", Some("companysize"), Evidence::Name, 3),
        mapped("Title", Some("jobtitle"), Evidence::Exact, 0),
    ];
    let summary = Rc::new(Summary { mapped: columns, ..(*list().summary).clone() });
    let picked = Rc::new(RefCell::new(Vec::new()));
    let ear = picked.clone();
    let on_change = Callback::from(move |mapping: Mapping| ear.borrow_mut().push(mapping));
    let place = show::<ColumnTable>(ColumnTableProps { summary, schema: schema(), on_change }).await;
    assert!(texts(&place, "select").is_empty());
    click(&place, "summary");
    until(|| !texts(&place, "select").is_empty()).await;
    assert_eq!(texts(&place, "tbody th"), ["name", "size", "Title"]);
    assert_eq!(texts(&place, "td.figures"), ["", "likely 3 cells not understood", ""]);
    let select: HtmlSelectElement = place.query_selector("select").unwrap().unwrap().dyn_into().unwrap();
    assert_eq!(select.get_attribute("aria-label").unwrap(), "Read \"name\" as");
    select.set_value("jobtitle");
    let init = EventInit::new();
    init.set_bubbles(true);
    select.dispatch_event(&Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    let picked = picked.borrow();
    let targets: Vec<_> = picked[0].columns.iter().map(|column| column.target.clone()).collect();
    let field = |name: &str| Some(Target::Field(name.to_owned()));
    assert_eq!(targets, [field("jobtitle"), field("companysize"), None]);
}

fn mapped(name: &str, field: Option<&str>, evidence: Evidence, unread: u32) -> MappedColumn {
    let target = field.map(|field| Target::Field(field.to_owned()));
    let column = scorer::lead::mapping::ColumnMapping { name: name.to_owned(), target, confidence: 0.8, evidence };
    MappedColumn { column, examples: vec!["37".to_owned()], unread }
}

#[wasm_bindgen_test]
async fn after_a_failed_start_nothing_is_said_to_be_under_way() {
    let props = |failed| StartPageProps {
        ready: false,
        failed,
        over: false,
        reading: None,
        models: Rc::default(),
        schema: schema(),
        own: None,
        engine: Engine::new(Callback::noop()),
        on_file: Callback::noop(),
        on_action: Callback::noop(),
    };
    let loading = show::<StartPage>(props(false)).await.text_content().unwrap();
    assert!(loading.contains("getting ready") && loading.contains("Loading the model"));
    let failed = show::<StartPage>(props(true)).await.text_content().unwrap();
    assert!(!failed.contains("getting ready") && !failed.contains("Loading the model"));
}

#[wasm_bindgen_test]
async fn a_fault_is_told_beside_its_field() {
    let fault = FieldFault::Field { field: "llm_quality".to_owned(), fault: ValueError::TooLarge { max: 100.0 } };
    let mut hand = Hand { outcome: ByHand::Faulty(vec![fault]), ..Hand::default() };
    hand.values.insert("llm_quality".to_owned(), "900".to_owned());
    let engine = Engine::new(Callback::noop());
    let props = LeadPageProps { hand, models: Rc::default(), schema: schema(), engine, on_action: Callback::noop() };
    let place = show::<LeadPage>(props).await;
    let field = place.query_selector("#field-llm_quality").unwrap().unwrap();
    let told = field.get_attribute("aria-describedby").unwrap();
    assert_eq!(texts(&place, &format!("#{told}")), ["Profile quality should be at most 100."]);
}
