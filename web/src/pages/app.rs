//! Root component: state, engine, notice and current view. Handles files dropped anywhere on the page.

use super::{LeadPage, ListPage, PrivacyPage, StartPage, TITLE_ID};
use crate::browser;
use crate::components::{column_table::ColumnTable, header::Header, notice::NoticeBox, rejects::RejectGroups};
use crate::engine::{Engine, use_engine};
use crate::protocol::{FileError, ListSummary, Request};
use crate::state::{Action, EngineStatus, Notice, PageState, Tool, View};
use crate::{language, text};
use std::rc::Rc;
use web_sys::{DragEvent, File};
use yew::{
    Callback, Html, UseReducerHandle, UseStateHandle, component, hook, html, use_callback, use_effect_with,
    use_mut_ref, use_reducer, use_state,
};

/// Root component of the page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(PageState::default);
    let dispatch = {
        let dispatcher = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatcher.dispatch(action))
    };
    let engine = use_engine(dispatch.clone());
    let drag_over = use_state(|| false);
    language::set_current(state.language);
    use_document_language(&state);
    use_row_requests(&state, &engine);
    use_detail_requests(&state, &engine);
    use_heading_focus(&state);
    use_rescoring(&state, &engine);
    let on_file = {
        let engine = engine.clone();
        use_callback(state.accepts_files(), move |file: File, accepts| match *accepts {
            true if file.name().to_lowercase().ends_with(".onnx") => engine.load_custom_model(&file),
            true => engine.read(&file),
            false => {}
        })
    };
    let (ondragover, ondragleave, ondrop) = drop_handlers(&drag_over, &on_file);
    html! {
        // The key renders everything again in another language: unchanged components would keep their texts.
        <div key={state.language.tag()} class="page" {ondragover} {ondragleave} {ondrop}>
            <Header
                view={state.view} has_list={state.list.is_some()} language={state.language}
                on_view={dispatch.reform(Action::ViewSelected)} on_language={dispatch.reform(Action::LanguageSelected)}
            />
            if let EngineStatus::Failed(error) = &state.engine {
                <NoticeBox message={text::engine_error(error)} button={text::reload()} on_press={|()| browser::reload()} />
            }
            if let Some(notice) = &state.notice {
                <NoticeBox message={text::notice(notice)} on_press={dispatch.reform(|()| Action::NoticeClosed)} />
                {rejected_rows(notice, &engine)}
                {unknown_columns(notice, &state, &engine)}
            }
            {view(&state, *drag_over, &engine, &on_file, &dispatch)}
        </div>
    }
}

fn view(
    state: &PageState,
    drag_over: bool,
    engine: &Engine,
    on_file: &Callback<File>,
    dispatch: &Callback<Action>,
) -> Html {
    let (engine, on_action, on_file) = (engine.clone(), dispatch.clone(), on_file.clone());
    match (&state.list, state.view) {
        (Some(list), View::List) => {
            html! { <ListPage list={list.clone()} models={state.models.clone()} schema={state.schema.clone()} {engine} {on_action} /> }
        }
        (_, View::Lead) => {
            html! { <LeadPage
                manual_lead={state.manual_lead.clone()} models={state.models.clone()} schema={state.schema.clone()} {engine} {on_action}
            /> }
        }
        (_, View::Privacy) => html! { <PrivacyPage /> },
        _ => html! {
            <StartPage
                ready={state.accepts_files()} failed={matches!(state.engine, EngineStatus::Failed(_))} {drag_over}
                import={state.import.clone()} models={state.models.clone()} schema={state.schema.clone()}
                custom_model={state.custom_model.clone()} {engine} {on_file} {on_action}
            />
        },
    }
}

/// Lists the rejects of a file whose rows were all rejected.
fn rejected_rows(notice: &Notice, engine: &Engine) -> Html {
    let Notice::FileFailed { job, file, error: FileError::NoLeads { rows, rejects } } = notice else {
        return Html::default();
    };
    let (engine, job, file) = (engine.clone(), *job, file.clone());
    let on_download = move |()| engine.export_rejects(job, &file);
    html! { <section class="refused rejects"><RejectGroups count={*rows} groups={rejects.clone()} {on_download} /></section> }
}

/// Lets the user map the columns of a file of which none was recognized.
fn unknown_columns(notice: &Notice, state: &PageState, engine: &Engine) -> Html {
    let Notice::FileFailed { job, error: FileError::NoKnownColumn { columns, .. }, .. } = notice else {
        return Html::default();
    };
    let summary = Rc::new(ListSummary { mapped_columns: columns.clone(), ..ListSummary::default() });
    let (engine, job) = (engine.clone(), *job);
    let on_change = Callback::from(move |mapping| engine.read_failed_with_mapping(job, mapping));
    html! {
        <section class="refused">
            <ColumnTable {summary} schema={state.schema.clone()} {on_change} open={true} />
        </section>
    }
}

/// Focuses the heading of a new view, since the focused element is gone.
#[hook]
fn use_heading_focus(state: &UseReducerHandle<PageState>) {
    let is_first = use_mut_ref(|| true);
    let shown = (state.view, state.list.as_ref().map(|list| list.job), state.import.is_some());
    use_effect_with(shown, move |_| {
        if !is_first.replace(false) {
            browser::focus(TITLE_ID);
        }
    });
}

/// Imports the list again when other models are loaded.
#[hook]
fn use_rescoring(state: &UseReducerHandle<PageState>, engine: &Engine) {
    let files: Vec<String> = state.models.iter().map(|model| model.sha256.clone()).collect();
    let (list, engine) = (state.list.clone(), engine.clone());
    use_effect_with(files, move |_| {
        if let Some(list) = list {
            engine.read_with_new_models(&list);
        }
    });
}

/// Sets the document's language, for screen readers.
#[hook]
fn use_document_language(state: &UseReducerHandle<PageState>) {
    use_effect_with(state.language, |language| browser::set_document_language(language.tag()));
}

/// Requests rows whenever the query, the selection or the marks change.
#[hook]
fn use_row_requests(state: &UseReducerHandle<PageState>, engine: &Engine) {
    let request = state.list.as_ref().map(|list| (list.job, list.query.clone(), list.counts.revision));
    let engine = engine.clone();
    use_effect_with(request, move |request| {
        if let Some((job, query, _)) = request.clone() {
            engine.send(&Request::Rows { job, query });
        }
    });
}

/// Requests the contents of open panels: rejects, values of a column, details of a lead.
#[hook]
fn use_detail_requests(state: &UseReducerHandle<PageState>, engine: &Engine) {
    let list = state.list.as_ref();
    let rejects = list.filter(|list| list.rejects_open).map(|list| Request::Rejects { job: list.job });
    let column = list.filter(|list| list.tool == Some(Tool::Filters));
    let values = column.and_then(|list| Some(Request::Values { job: list.job, column: list.column? }));
    let lead = list.and_then(|list| Some((list.job, list.open.as_ref()?.lead, list.counts.revision)));
    let lead = lead.map(|(job, lead, revision)| (Request::Lead { job, lead }, revision));
    use_request(rejects, engine);
    use_request(values, engine);
    let engine = engine.clone();
    use_effect_with(lead, move |lead| {
        if let Some((request, _)) = lead {
            engine.send(request);
        }
    });
}

/// Sends a request whenever it changes.
#[hook]
fn use_request(request: Option<Request>, engine: &Engine) {
    let engine = engine.clone();
    use_effect_with(request, move |request| {
        if let Some(request) = request {
            engine.send(request);
        }
    });
}

type OnDrag = Callback<DragEvent>;

/// Handles drag and drop; by default, the browser would open a dropped file in place of the page.
fn drop_handlers(drag_over: &UseStateHandle<bool>, on_file: &Callback<File>) -> (OnDrag, OnDrag, OnDrag) {
    let (entered, left, dropped, on_file) = (drag_over.clone(), drag_over.clone(), drag_over.clone(), on_file.clone());
    let ondragover = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        entered.set(true);
    });
    let ondragleave = Callback::from(move |_| left.set(false));
    let ondrop = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        dropped.set(false);
        if let Some(file) = browser::dropped_file(&event) {
            on_file.emit(file);
        }
    });
    (ondragover, ondragleave, ondrop)
}
