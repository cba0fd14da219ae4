//! The root: state, engine, the notice, and the view in sight. Also takes files dropped anywhere on the page.

use super::{LeadPage, ListPage, PrivacyPage, StartPage, TITLE_ID};
use crate::agent::{Failure, Request};
use crate::browser;
use crate::components::{masthead::Masthead, notice::NoticeBox, reject_groups::RejectGroups};
use crate::hooks::engine::{Engine, use_engine};
use crate::state::{self, Action, Notice, State, Tool, View};
use crate::{language, text};
use web_sys::{DragEvent, File};
use yew::{
    Callback, Html, UseReducerHandle, UseStateHandle, component, hook, html, use_callback, use_effect_with,
    use_mut_ref, use_reducer, use_state,
};

/// The page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(State::default);
    let dispatch = {
        let dispatcher = state.dispatcher();
        use_callback((), move |action: Action, ()| dispatcher.dispatch(action))
    };
    let engine = use_engine(dispatch.clone());
    let over = use_state(|| false);
    language::speak(state.language);
    use_language(&state);
    use_rows(&state, &engine);
    use_parts(&state, &engine);
    use_focus(&state);
    use_models(&state, &engine);
    let on_file = {
        let engine = engine.clone();
        use_callback(state.accepts_files(), move |file: File, accepts| match *accepts {
            true if file.name().to_lowercase().ends_with(".onnx") => engine.open_model(&file),
            true => engine.read(&file),
            false => {}
        })
    };
    let (ondragover, ondragleave, ondrop) = drop_handlers(&over, &on_file);
    html! {
        // Everything is drawn anew in another language: what has not changed otherwise would keep its words.
        <div key={state.language.tag()} class="page" {ondragover} {ondragleave} {ondrop}>
            <Masthead
                view={state.view} has_list={state.list.is_some()} language={state.language}
                on_view={dispatch.reform(Action::Shown)} on_language={dispatch.reform(Action::Spoken)}
            />
            if let state::Engine::Failed(stop) = &state.engine {
                <NoticeBox words={text::stop(stop)} button={text::reload()} on_press={|()| browser::reload()} />
            }
            if let Some(notice) = &state.notice {
                <NoticeBox words={text::notice(notice)} on_press={dispatch.reform(|()| Action::NoticeClosed)} />
                {refused_rows(notice, &engine)}
            }
            {view(&state, *over, &engine, &on_file, &dispatch)}
        </div>
    }
}

fn view(state: &State, over: bool, engine: &Engine, on_file: &Callback<File>, dispatch: &Callback<Action>) -> Html {
    let (engine, on_action, on_file) = (engine.clone(), dispatch.clone(), on_file.clone());
    match (&state.list, state.view) {
        (Some(list), View::List) => {
            html! { <ListPage list={list.clone()} models={state.models.clone()} schema={state.schema.clone()} {engine} {on_action} /> }
        }
        (_, View::Lead) => {
            html! { <LeadPage
                hand={state.hand.clone()} models={state.models.clone()} schema={state.schema.clone()} {engine} {on_action}
            /> }
        }
        (_, View::Privacy) => html! { <PrivacyPage /> },
        _ => html! {
            <StartPage
                ready={state.accepts_files()} failed={matches!(state.engine, state::Engine::Failed(_))} {over} reading={state.reading.clone()} models={state.models.clone()}
                schema={state.schema.clone()} own={state.own.clone()} {engine} {on_file} {on_action}
            />
        },
    }
}

/// The rows of a file in which none was a lead.
fn refused_rows(notice: &Notice, engine: &Engine) -> Html {
    let Notice::Unreadable { job, file, failure: Failure::NoLeads { rows, rejects } } = notice else {
        return Html::default();
    };
    let (engine, job, file) = (engine.clone(), *job, file.clone());
    let on_download = move |()| engine.take_rejects(job, &file);
    html! { <section class="refused rejects"><RejectGroups count={*rows} groups={rejects.clone()} {on_download} /></section> }
}

/// What had the keyboard's focus goes with the view that it was in; the new view's heading gets it.
#[hook]
fn use_focus(state: &UseReducerHandle<State>) {
    let opened = use_mut_ref(|| true);
    let shown = (state.view, state.list.as_ref().map(|list| list.job), state.reading.is_some());
    use_effect_with(shown, move |_| {
        if !opened.replace(false) {
            browser::focus(TITLE_ID);
        }
    });
}

/// A list is read anew when other models come into use.
#[hook]
fn use_models(state: &UseReducerHandle<State>, engine: &Engine) {
    let files: Vec<String> = state.models.iter().map(|model| model.sha256.clone()).collect();
    let (list, engine) = (state.list.clone(), engine.clone());
    use_effect_with(files, move |_| {
        if let Some(list) = list {
            engine.read_anew(&list);
        }
    });
}

/// The document says in which language it is, for those who hear it.
#[hook]
fn use_language(state: &UseReducerHandle<State>) {
    use_effect_with(state.language, |language| browser::set_language(language.tag()));
}

/// Asks the worker for rows whenever the query, the selection or the marks change.
#[hook]
fn use_rows(state: &UseReducerHandle<State>, engine: &Engine) {
    let wanted = state.list.as_ref().map(|list| (list.job, list.query.clone(), list.tally.changes));
    let asked = engine.clone();
    use_effect_with(wanted, move |wanted| {
        if let Some((job, query, _)) = wanted.clone() {
            asked.send(&Request::Rows { job, query });
        }
    });
}

/// Asks the worker for what comes into sight beside the rows: rejects, the values of a column, a lead.
#[hook]
fn use_parts(state: &UseReducerHandle<State>, engine: &Engine) {
    let list = state.list.as_ref();
    let rejects = list.filter(|list| list.rejects_open).map(|list| Request::Rejects { job: list.job });
    let column = list.filter(|list| list.tool == Some(Tool::Filters));
    let values = column.and_then(|list| Some(Request::Values { job: list.job, column: list.column? }));
    let lead = list.and_then(|list| Some((list.job, list.open.as_ref()?.lead, list.tally.changes)));
    let lead = lead.map(|(job, lead, changes)| (Request::Lead { job, lead }, changes));
    use_request(rejects, engine);
    use_request(values, engine);
    let asked = engine.clone();
    use_effect_with(lead, move |lead| {
        if let Some((request, _)) = lead {
            asked.send(request);
        }
    });
}

/// Says something to the worker each time that it changes.
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

/// Without them, the browser would leave the page and open the file itself.
fn drop_handlers(over: &UseStateHandle<bool>, on_file: &Callback<File>) -> (OnDrag, OnDrag, OnDrag) {
    let (entered, left, dropped, on_file) = (over.clone(), over.clone(), over.clone(), on_file.clone());
    let ondragover = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        entered.set(true);
    });
    let ondragleave = Callback::from(move |_| left.set(false));
    let ondrop = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        dropped.set(false);
        if let Some(file) = browser::dropped(&event) {
            on_file.emit(file);
        }
    });
    (ondragover, ondragleave, ondrop)
}
