//! Tests of components in a browser, without a worker: output, callbacks and accessibility attributes.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use scorer::insight::card::{Card, MissingCost};
use scorer::insight::grade::Grades;
use scorer::lead::ValueError;
use scorer::lead::csv::{CellCounts, RejectReason};
use scorer::lead::mapping::{ColumnMapping, Evidence, Mapping, Target};
use scorer::lead::schema::Schema;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::components::{
    column_table::{ColumnTable, ColumnTableProps},
    drop_target::{DropTarget, DropTargetProps},
    encoding_picker::{EncodingPicker, EncodingPickerProps},
    lead_panel::{LeadPanel, LeadPanelProps},
    lead_table::{LeadTable, LeadTableProps},
    manual_result::{ManualResult, ManualResultProps},
    notice::{NoticeBox, NoticeBoxProps},
    rejects::{Rejects, RejectsProps},
};
use web::engine::Engine;
use web::pages::{LeadPage, LeadPageProps, ListPage, ListPageProps, StartPage, StartPageProps};
use web::protocol::{
    Column, FieldError, FileEncoding, FileFormat, LeadDetail, LeadSet, ListSummary, MappedColumn, Mark, ModelInfo,
    Query, RejectGroup, RejectLine, Row, Score, Sort, UnseenValues, Window,
};
use web::state::{Action, DisplayChange, ImportProgress, LeadList, ManualLead, ManualOutcome, OpenLead, QueryChange};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlSelectElement, KeyboardEvent, KeyboardEventInit};
use yew::{BaseComponent, Callback};

wasm_bindgen_test_configure!(run_in_browser);

/// Renders a component into a new element.
async fn render<C: BaseComponent>(props: C::Properties) -> Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    yew::Renderer::<C>::with_root_and_props(root.clone(), props).render();
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
    root
}

/// Waits for a condition, five seconds at most.
async fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        yew::platform::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn texts(root: &Element, selector: &str) -> Vec<String> {
    let found = root.query_selector_all(selector).unwrap();
    (0..found.length()).map(|at| found.item(at).unwrap().text_content().unwrap_or_default()).collect()
}

fn click(root: &Element, selector: &str) {
    root.query_selector(selector).unwrap().unwrap().unchecked_into::<HtmlElement>().click();
}

/// Creates a callback that records its arguments.
fn recorder<T: 'static>() -> (Callback<T>, Rc<RefCell<Vec<T>>>) {
    let calls = Rc::new(RefCell::new(Vec::new()));
    let recorded = calls.clone();
    (Callback::from(move |argument| recorded.borrow_mut().push(argument)), calls)
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

fn list() -> LeadList {
    let query = Query { columns: vec![1, 0], ..Query::default() };
    let summary = ListSummary {
        columns: vec![column(1, "name", false), column(0, "", true)],
        rows: 2,
        models: vec![2],
        rejects: 0,
        grades: vec![('A', 1), ('B', 0), ('D', 1)],
        missing_fields: vec!["skills".to_owned(), "summary".to_owned()],
        field_count: 19,
        unmapped_columns: vec!["name".to_owned()],
        duplicates: 1,
        mapped_columns: vec![
            mapped("name", None, Evidence::None, 0),
            mapped("size", Some("companysize"), Evidence::Name, 3),
        ],
        format: FileFormat { encoding: Some(encoding(true)), header_line: 4.0, short_rows: 2, ..FileFormat::default() },
    };
    let import = ImportProgress { job: 1, file: "leads.csv".to_owned(), ..ImportProgress::default() };
    LeadList { window: Some(window(&query)), query, ..LeadList::new(&import, summary, None, 420.0) }
}

fn encoding(guessed: bool) -> FileEncoding {
    FileEncoding { name: "Windows-1252".to_owned(), chosen: None, guessed, has_replaced: false }
}

fn table(list: LeadList) -> LeadTableProps {
    LeadTableProps {
        list: Rc::new(list),
        on_query: Callback::noop(),
        on_display: Callback::noop(),
        on_select: Callback::noop(),
    }
}

fn press(root: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_bubbles(true);
    init.set_key(key);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    root.query_selector("table").unwrap().unwrap().dispatch_event(&event).unwrap();
}

#[wasm_bindgen_test]
async fn table_shows_scores_grades_and_the_users_columns() {
    let root = render::<LeadTable>(table(list())).await;
    assert_eq!(texts(&root, "thead th"), ["", "Rank", "Score", "Grade", "name", "(no name)", "Mark"]);
    assert_eq!(texts(&root, "td.score"), ["78", "10"]);
    assert_eq!(texts(&root, "td.grade"), ["A", "D"]);
    assert_eq!(texts(&root, "tbody tr:first-child td:nth-child(5)"), ["Ada"]);
    let bar = root.query_selector(".bar-fill").unwrap().unwrap();
    assert!(bar.get_attribute("width").unwrap().starts_with("78.4"));
    assert!(root.query_selector("[style]").unwrap().is_none(), "inline style, which the policy refuses");
}

#[wasm_bindgen_test]
async fn headers_sort_and_expose_the_direction() {
    let (on_query, calls) = recorder();
    let root = render::<LeadTable>(LeadTableProps { on_query, ..table(list()) }).await;
    let sorted = root.query_selector("[aria-sort]").unwrap().unwrap();
    assert_eq!(sorted.get_attribute("aria-sort").as_deref(), Some("descending"));
    click(&root, "th:nth-child(5) button");
    assert_eq!(*calls.borrow(), [QueryChange::Sort(Sort::Column(1))]);
}

#[wasm_bindgen_test]
async fn skeleton_is_shown_before_the_first_rows() {
    let root = render::<LeadTable>(table(LeadList { window: None, ..list() })).await;
    assert!(texts(&root, "tr.skeleton").len() > 3);
}

#[wasm_bindgen_test]
async fn keys_move_open_and_select_and_the_cursor_is_exposed() {
    let ((on_display, displayed), (on_select, selected)) = (recorder(), recorder());
    let root = render::<LeadTable>(LeadTableProps { on_display, on_select, ..table(list()) }).await;
    let grid = root.query_selector("table").unwrap().unwrap();
    let attribute = |name: &str| grid.get_attribute(name).unwrap();
    assert_eq!(
        (attribute("role"), attribute("aria-rowcount"), attribute("aria-activedescendant")),
        ("grid".into(), "3".into(), "lead-0".into())
    );
    assert_eq!(root.query_selector("#lead-1").unwrap().unwrap().get_attribute("aria-rowindex").unwrap(), "3");
    ["ArrowDown", "End", "Enter", "x"].iter().for_each(|key| press(&root, key));
    assert_eq!(*displayed.borrow(), [DisplayChange::Row(1), DisplayChange::Row(1), DisplayChange::OpenLead(7)]);
    assert_eq!(*selected.borrow(), [(LeadSet::Lead(7), false)]);
}

#[wasm_bindgen_test]
async fn missing_rows_are_requested() {
    let (on_query, queries) = recorder();
    let query = Query { offset: 400, ..list().query };
    let window = Window { found: 1000, ..window(&query) };
    let props = table(LeadList { query, window: Some(window), ..list() });
    let root = render::<LeadTable>(LeadTableProps { on_query, ..props }).await;
    // A few at first, the others in a later frame.
    assert_eq!(texts(&root, "tr.waiting").len(), 8);
    wait_until(|| texts(&root, "tr.waiting").len() > 10).await;
    // The browser reports the table's height with its next frame.
    wait_until(|| !queries.borrow().is_empty()).await;
    assert_eq!(*queries.borrow(), [QueryChange::Offset(0)]);
}

#[wasm_bindgen_test]
async fn side_panel_shows_a_lead_and_marks_it() {
    let row = window(&list().query).rows[1].clone();
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let detail = LeadDetail {
        row,
        is_duplicate: true,
        cells: vec![pair("Name", "Bob"), pair("Note", " ")],
        fields: vec![pair("jobtitle", "CTO")],
    };
    let (on_mark, marked) = recorder();
    let (on_edit, edited) = recorder();
    let open = OpenLead { lead: 8, detail: Some(detail) };
    let (models, on_close) = (Rc::default(), Callback::noop());
    let root = render::<LeadPanel>(LeadPanelProps { open, all: 2, models, on_mark, on_edit, on_close }).await;
    assert_eq!(texts(&root, "dt"), ["Name", "Job title"]);
    assert_eq!(texts(&root, "[aria-pressed=true]"), ["replied"]);
    click(&root, ".marks button:first-child");
    click(&root, "[aria-pressed=true]");
    assert_eq!(*marked.borrow(), [Some(Mark::Contacted), None]);
    click(&root, "#try-change");
    assert_eq!(*edited.borrow(), [vec![pair("jobtitle", "CTO")]]);
}

#[wasm_bindgen_test]
async fn file_chooser_is_disabled_until_ready() {
    let props = |ready| DropTargetProps {
        ready,
        drag_over: false,
        schema: schema(),
        on_file: Callback::noop(),
        on_sample: Callback::noop(),
        on_manual: Callback::noop(),
    };
    let waiting = render::<DropTarget>(props(false)).await;
    assert_eq!(texts(&waiting, "input:disabled, button:disabled").len(), 3);
    let ready = render::<DropTarget>(props(true)).await;
    assert_eq!(texts(&ready, "input:disabled, button:disabled").len(), 0);
}

#[wasm_bindgen_test]
async fn notice_is_an_alert_and_can_be_closed() {
    let (on_close, calls) = recorder();
    let root =
        render::<NoticeBox>(NoticeBoxProps { message: "Stopped.".to_owned(), button: "Close", on_press: on_close })
            .await;
    assert_eq!(texts(&root, "[role=alert] p"), ["Stopped."]);
    click(&root, "button");
    assert_eq!(calls.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn rejects_are_grouped_by_remedy() {
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
    let root = render::<Rejects>(props).await;
    let heads = ["4 rows, column llm_quality: number too large", "1 row: a quote that is never closed"];
    assert_eq!(texts(&root, "summary"), heads);
    let cells = ["1,204", "should be at most 100, but is \"<b>\"", "9", "a quote opens here that is never closed"];
    assert_eq!(texts(&root, "td"), cells);
    assert_eq!(texts(&root, ".fold"), ["5 rows could not be scored."]);
}

#[wasm_bindgen_test]
async fn validation_errors_use_the_labels_of_the_form() {
    let error = FieldError::Field { field: "llm_quality".to_owned(), error: ValueError::TooLarge { max: 100.0 } };
    let outcome = ManualOutcome::Rejected(vec![error]);
    let root = render::<ManualResult>(ManualResultProps { outcome, models: Rc::default() }).await;
    assert_eq!(texts(&root, "li"), ["Profile quality should be at most 100."]);
}

#[wasm_bindgen_test]
async fn list_shows_missing_fields_and_filters_by_grade() {
    let (on_action, calls) = recorder();
    let engine = Engine::new(on_action.clone());
    let costs = [("skills", 0.001), ("summary", 0.032)];
    let costs = costs.map(|(field, auc_drop)| MissingCost { field: field.to_owned(), auc_drop, log_loss_rise: 0.0 });
    let card = Card { missing_costs: costs.to_vec(), ..Card::default() };
    let models = Rc::new(vec![ModelInfo { card, grades: Grades::default(), sha256: String::new() }]);
    let props = ListPageProps { list: Rc::new(list()), models, schema: schema(), engine, on_action };
    let root = render::<ListPage>(props).await;
    assert_eq!(texts(&root, "h1"), ["leads.csv"]);
    assert_eq!(texts(&root, ".list-head p"), ["2 leads ranked in 0.4 s · 1 of 19 columns recognised"]);
    let notes = texts(&root, "details summary");
    assert_eq!(notes[0], "1 of 2 columns are read. Change what they mean");
    assert_eq!(notes[1], "2 columns of the model are missing in this file; scores are less sharp.");
    let lost = [
        "Summary (summary): of two leads, the right one comes first 3 times fewer in 100",
        "Skills, with commas between (skills): hardly a loss",
    ];
    assert_eq!(texts(&root, ".names li")[..2], lost);
    click(&root, "#fold");
    assert_eq!(calls.borrow_mut().pop(), Some(Action::QueryChanged(QueryChange::Deduplicate)));
    let lines = texts(&root, "p.aside");
    assert!(
        lines[0].contains("Windows-1252") && lines[1].contains("line 4") && lines[2].starts_with("2 rows"),
        "{lines:?}"
    );
    click(&root, ".chip.grade-a");
    assert_eq!(*calls.borrow(), [Action::QueryChanged(QueryChange::Grade('A'))]);
}

#[wasm_bindgen_test]
async fn column_mapping_can_be_changed() {
    let columns = vec![
        mapped("name", None, Evidence::None, 0),
        mapped("size", Some("companysize"), Evidence::Name, 3),
        mapped("Title", Some("jobtitle"), Evidence::Exact, 0),
    ];
    let summary = Rc::new(ListSummary { mapped_columns: columns, ..(*list().summary).clone() });
    let (on_change, picked) = recorder::<Mapping>();
    let root = render::<ColumnTable>(ColumnTableProps { summary, schema: schema(), on_change, open: false }).await;
    assert!(texts(&root, "select").is_empty());
    click(&root, "summary");
    wait_until(|| !texts(&root, "select").is_empty()).await;
    assert_eq!(texts(&root, "tbody th"), ["name", "size", "Title"]);
    assert_eq!(
        texts(&root, "td.figures"),
        ["", "likely 3 cells not understood 3 values unknown to the model: Fishing (1)", ""]
    );
    let select: HtmlSelectElement = root.query_selector("select").unwrap().unwrap().dyn_into().unwrap();
    assert_eq!(select.get_attribute("aria-label").unwrap(), "Read \"name\" as");
    select.set_value("jobtitle");
    let init = EventInit::new();
    init.set_bubbles(true);
    select.dispatch_event(&Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    select.set_value("+companysize");
    select.dispatch_event(&Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    let picked = picked.borrow();
    let targets = |at: usize| {
        let target =
            |column: &ColumnMapping| (column.target.as_ref().map(|target| target.name().to_owned()), column.fallback);
        picked[at].columns.iter().map(target).collect::<Vec<_>>()
    };
    let field = |name: &str, fallback: u16| (Some(name.to_owned()), fallback);
    assert_eq!(targets(0), [field("jobtitle", 0), field("companysize", 0), (None, 0)]);
    assert_eq!(targets(1), [field("companysize", 1), field("companysize", 0), field("jobtitle", 0)]);
}

#[wasm_bindgen_test]
async fn columns_of_an_unknown_header_are_shown_unfolded_with_what_was_decided() {
    let mut codes = mapped("Tranche", Some("companysize"), Evidence::Values, 0);
    codes.column.format.insee_codes = true;
    codes.counts.unwrapped = 2;
    let summary = Rc::new(ListSummary { mapped_columns: vec![codes], ..ListSummary::default() });
    let (on_change, _) = recorder::<Mapping>();
    let root = render::<ColumnTable>(ColumnTableProps { summary, schema: schema(), on_change, open: true }).await;
    assert_eq!(texts(&root, "tbody th"), ["Tranche"]);
    assert_eq!(texts(&root, "td.figures"), ["likely, by its values read as codes of INSEE, 2 cells without quotes"]);
}

fn mapped(name: &str, field: Option<&str>, evidence: Evidence, unparsed: u32) -> MappedColumn {
    let target = field.map(|field| Target::Field(field.to_owned()));
    let column = ColumnMapping { target, confidence: 0.8, evidence, ..ColumnMapping::unmapped(name) };
    let unseen = UnseenValues { cells: unparsed, most_common: vec![("Fishing".to_owned(), 1)] };
    MappedColumn { column, examples: vec!["37".to_owned()], unparsed, counts: CellCounts::default(), unseen }
}

#[wasm_bindgen_test]
async fn failed_startup_shows_no_progress() {
    let props = |failed| StartPageProps {
        ready: false,
        failed,
        drag_over: false,
        import: None,
        models: Rc::default(),
        schema: schema(),
        custom_model: None,
        engine: Engine::new(Callback::noop()),
        on_file: Callback::noop(),
        on_action: Callback::noop(),
    };
    let loading = render::<StartPage>(props(false)).await.text_content().unwrap();
    assert!(loading.contains("getting ready") && loading.contains("Loading the model"));
    let failed = render::<StartPage>(props(true)).await.text_content().unwrap();
    assert!(!failed.contains("getting ready") && !failed.contains("Loading the model"));
}

#[wasm_bindgen_test]
async fn validation_error_is_linked_to_its_field() {
    let error = FieldError::Field { field: "llm_quality".to_owned(), error: ValueError::TooLarge { max: 100.0 } };
    let mut manual_lead = ManualLead { outcome: ManualOutcome::Rejected(vec![error]), ..ManualLead::default() };
    manual_lead.values.insert("llm_quality".to_owned(), "900".to_owned());
    let engine = Engine::new(Callback::noop());
    let props =
        LeadPageProps { manual_lead, models: Rc::default(), schema: schema(), engine, on_action: Callback::noop() };
    let root = render::<LeadPage>(props).await;
    let field = root.query_selector("#field-llm_quality").unwrap().unwrap();
    let error_id = field.get_attribute("aria-describedby").unwrap();
    assert_eq!(texts(&root, &format!("#{error_id}")), ["Profile quality should be at most 100."]);
}

#[wasm_bindgen_test]
async fn guessed_encoding_is_a_warning_with_a_choice() {
    let (on_change, chosen) = recorder::<Option<String>>();
    let root = render::<EncodingPicker>(EncodingPickerProps { encoding: encoding(true), on_change }).await;
    assert!(texts(&root, "#encoding")[0].contains("Windows-1252 was guessed"));
    let select: HtmlSelectElement = root.query_selector("select").unwrap().unwrap().dyn_into().unwrap();
    let init = EventInit::new();
    init.set_bubbles(true);
    for value in ["macintosh", ""] {
        select.set_value(value);
        select.dispatch_event(&Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    }
    assert_eq!(*chosen.borrow(), [Some("macintosh".to_owned()), None]);
}
