//! Where one begins: the drop target, or the progress of the file that was dropped; below, promise and model.

use super::TITLE_ID;
use crate::agent::ModelFacts;
use crate::components::{drop_target::DropTarget, model_card::ModelCard, privacy::Privacy, progress::Progress};
use crate::hooks::engine::Engine;
use crate::state::{Action, Reading, View};
use crate::text;
use scorer::lead::schema::Schema;
use std::rc::Rc;
use web_sys::File;
use yew::{Callback, Html, Properties, component, html};

/// What the page shows and tells.
#[derive(PartialEq, Properties)]
pub struct StartPageProps {
    /// Whether a file may come.
    pub ready: bool,
    /// Whether none ever may.
    pub failed: bool,
    /// Whether a file is over the page.
    pub over: bool,
    /// The file being read.
    pub reading: Option<Reading>,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// The fields that they know.
    pub schema: Rc<Schema>,
    /// The name of the user's own model, where it is in use.
    pub own: Option<String>,
    /// The worker.
    pub engine: Engine,
    /// A file was chosen.
    pub on_file: Callback<File>,
    /// Something happened.
    pub on_action: Callback<Action>,
}

/// The page.
#[component]
pub fn StartPage(props: &StartPageProps) -> Html {
    let engine = props.engine.clone();
    let on_sample = Callback::from(move |()| engine.read_sample());
    html! {
        <main class="start">
            <div class="claim">
                <h1 id={TITLE_ID} tabindex="-1">{text::claim()}</h1>
                <p>{text::what()}</p>
            </div>
            if let Some(reading) = &props.reading {
                <Progress reading={reading.clone()} on_cancel={cancel(props, reading)} />
            } else if !props.failed {
                <DropTarget
                    ready={props.ready} over={props.over} schema={props.schema.clone()} on_file={props.on_file.clone()} {on_sample}
                    on_by_hand={props.on_action.reform(|()| Action::Shown(View::Lead))}
                />
            }
            <div class="cards">
                <Privacy on_more={props.on_action.reform(|()| Action::Shown(View::Privacy))} />
                if !props.failed { {models(props)} }
            </div>
        </main>
    }
}

fn models(props: &StartPageProps) -> Html {
    let [to_open, to_leave, to_keep] = [(); 3].map(|()| props.engine.clone());
    html! {
        <ModelCard
            models={props.models.clone()} own={props.own.clone()} ready={props.ready}
            on_model={move |file: File| to_open.open_model(&file)} on_site={move |()| to_leave.open_site_models()}
            on_keep={move |keep| to_keep.keep_model(keep)}
        />
    }
}

fn cancel(props: &StartPageProps, reading: &Reading) -> Callback<()> {
    let (engine, on_action, job) = (props.engine.clone(), props.on_action.clone(), reading.job);
    Callback::from(move |()| {
        engine.cancel(job);
        on_action.emit(Action::Cancelled);
    })
}
