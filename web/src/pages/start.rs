//! Start page: drop target or import progress, privacy guarantee and model card.

use super::TITLE_ID;
use crate::components::{
    drop_target::DropTarget, model_card::ModelCard, privacy_card::PrivacyCard, progress::Progress,
};
use crate::engine::Engine;
use crate::protocol::ModelInfo;
use crate::state::{Action, ImportProgress, View};
use crate::text;
use scorer::lead::schema::Schema;
use std::rc::Rc;
use web_sys::File;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`StartPage`].
#[derive(PartialEq, Properties)]
pub struct StartPageProps {
    /// True when files are accepted.
    pub ready: bool,
    /// True when startup failed.
    pub failed: bool,
    /// True while a file is dragged over the page.
    pub drag_over: bool,
    /// Import in progress.
    pub import: Option<ImportProgress>,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Fields of these models.
    pub schema: Rc<Schema>,
    /// Name of the custom model, when it is in use.
    pub custom_model: Option<String>,
    /// Scoring worker.
    pub engine: Engine,
    /// Called with the chosen file.
    pub on_file: Callback<File>,
    /// Called with each action.
    pub on_action: Callback<Action>,
}

/// Start page.
#[component]
pub fn StartPage(props: &StartPageProps) -> Html {
    let engine = props.engine.clone();
    let on_sample = Callback::from(move |()| engine.read_sample());
    html! {
        <main class="start">
            <div class="claim">
                <h1 id={TITLE_ID} tabindex="-1">{text::claim()}</h1>
                <p>{text::claim_detail()}</p>
            </div>
            if let Some(import) = &props.import {
                <Progress import={import.clone()} on_cancel={cancel(props, import)} />
            } else if !props.failed {
                <DropTarget
                    ready={props.ready} drag_over={props.drag_over} schema={props.schema.clone()} on_file={props.on_file.clone()} {on_sample}
                    on_manual={props.on_action.reform(|()| Action::ViewSelected(View::Lead))}
                />
            }
            <div class="cards">
                <PrivacyCard on_more={props.on_action.reform(|()| Action::ViewSelected(View::Privacy))} />
                if !props.failed { {model_card(props)} }
            </div>
        </main>
    }
}

fn model_card(props: &StartPageProps) -> Html {
    let [load, unload, store] = [(); 3].map(|()| props.engine.clone());
    html! {
        <ModelCard
            models={props.models.clone()} custom_model={props.custom_model.clone()} ready={props.ready}
            on_model={move |file: File| load.load_custom_model(&file)} on_site_model={move |()| unload.use_site_models()}
            on_store={move |is_stored| store.store_custom_model(is_stored)}
        />
    }
}

fn cancel(props: &StartPageProps, import: &ImportProgress) -> Callback<()> {
    let (engine, on_action, job) = (props.engine.clone(), props.on_action.clone(), import.job);
    Callback::from(move |()| {
        engine.cancel(job);
        on_action.emit(Action::Cancelled);
    })
}
