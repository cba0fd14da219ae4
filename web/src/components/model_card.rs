//! Model cards of the models in use, and the choice of a custom model.

use crate::protocol::ModelInfo;
use crate::{browser, storage, text};
use std::rc::Rc;
use web_sys::{Event, File};
use yew::platform::spawn_local;
use yew::{Callback, Html, Properties, component, hook, html, use_effect_with, use_state};

/// Properties of [`ModelCard`].
#[derive(PartialEq, Properties)]
pub struct ModelCardProps {
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Name of the custom model, when it is in use.
    #[prop_or_default]
    pub custom_model: Option<String>,
    /// True when another model may be chosen.
    #[prop_or_default]
    pub ready: bool,
    /// Called with a custom model.
    #[prop_or_default]
    pub on_model: Callback<File>,
    /// Called to return to the site's models.
    #[prop_or_default]
    pub on_site_model: Callback<()>,
    /// Called to store or delete the custom model on this computer.
    #[prop_or_default]
    pub on_store: Callback<bool>,
}

/// Card of all models; the one without required fields comes first.
#[component]
pub fn ModelCard(props: &ModelCardProps) -> Html {
    let mut models: Vec<&ModelInfo> = props.models.iter().collect();
    models.sort_by_key(|model| !model.card.requires_any.is_empty());
    html! {
        <section class="card" aria-label={text::models()}>
            <h2>{text::models()}</h2>
            if models.is_empty() { <p class="quiet">{text::loading()}</p> }
            {for models.into_iter().map(model)}
            if let Some(name) = &props.custom_model {
                <CustomModel
                    name={name.clone()} on_site_model={props.on_site_model.clone()} on_store={props.on_store.clone()}
                />
            }
            if props.ready { {chooser(&props.on_model)} }
        </section>
    }
}

fn model(model: &ModelInfo) -> Html {
    let card = &model.card;
    html! {
        <details class="model">
            <summary>
                <strong>{text::model_for(card)}</strong>
                {" "}
                {for text::trained_on(card)}
                {for card.quality.as_ref().map(text::quality)}
                {" "}
                <span class="quiet">{text::version(card)}</span>
            </summary>
            {for text::predicts(card).map(|line| html! { <p>{line}</p> })}
            {for card.quality.as_ref().map(|quality| html! { <p>{text::method(quality)}</p> })}
            if !card.limits.is_empty() { <ul>{for card.limits.iter().map(|limit| html! { <li>{limit}</li> })}</ul> }
            <p class="quiet" title={model.sha256.clone()}>{text::model_id(card, &model.sha256)}</p>
        </details>
    }
}

fn chooser(on_model: &Callback<File>) -> Html {
    let on_model = on_model.clone();
    let onchange = move |event: Event| {
        if let Some(file) = browser::chosen_file(&event) {
            on_model.emit(file);
        }
    };
    html! {
        <label class="button button-small">
            <input id="model" class="covered" type="file" accept=".onnx" {onchange} />
            {text::choose_model()}
        </label>
    }
}

#[derive(PartialEq, Properties)]
struct CustomModelProps {
    name: String,
    on_site_model: Callback<()>,
    on_store: Callback<bool>,
}

#[component]
fn CustomModel(props: &CustomModelProps) -> Html {
    let (stored, on_stored) = use_stored(&props.name);
    let on_store = props.on_store.clone();
    let onchange = move |event: Event| {
        let store = browser::is_checked(&event);
        on_stored.emit(store);
        on_store.emit(store);
    };
    html! {
        <div class="own-model">
            <p>{text::custom_model(&props.name)}</p>
            <label class="choice">
                <input id="keep-model" type="checkbox" checked={stored} {onchange} />
                {text::store_model()}
            </label>
            <button class="button button-small" id="site-model" onclick={props.on_site_model.reform(|_| ())}>
                {text::site_model()}
            </button>
        </div>
    }
}

/// Returns true when this model is stored, and a setter.
#[hook]
fn use_stored(name: &str) -> (bool, Callback<bool>) {
    let stored = use_state(|| false);
    let found = stored.clone();
    use_effect_with(name.to_owned(), move |name| {
        let name = name.clone();
        spawn_local(async move { found.set(storage::custom_model().await.is_some_and(|(stored, _)| stored == name)) });
    });
    let set = stored.setter();
    (*stored, Callback::from(move |store| set.set(store)))
}
