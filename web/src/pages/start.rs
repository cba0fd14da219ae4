//! Where one begins: the drop target, or the progress of the file that was dropped; below, promise and model.

use super::TITLE_ID;
use crate::agent::{ModelFacts, Request};
use crate::components::{drop_target::DropTarget, model_card::ModelCard, privacy::Privacy, progress::Progress};
use crate::hooks::engine::Engine;
use crate::state::{Action, Reading, View};
use crate::text;
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
                    ready={props.ready} over={props.over} on_file={props.on_file.clone()} {on_sample}
                    on_by_hand={props.on_action.reform(|()| Action::Shown(View::Lead))}
                />
            }
            <div class="cards">
                <Privacy on_more={props.on_action.reform(|()| Action::Shown(View::Privacy))} />
                if !props.failed { <ModelCard models={props.models.clone()} /> }
            </div>
        </main>
    }
}

fn cancel(props: &StartPageProps, reading: &Reading) -> Callback<()> {
    let (engine, on_action, job) = (props.engine.clone(), props.on_action.clone(), reading.job);
    Callback::from(move |()| {
        engine.send(&Request::Cancel { job });
        on_action.emit(Action::Cancelled);
    })
}
