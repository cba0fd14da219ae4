//! The models in use, each in a few lines: for which leads, learned from what, how good, with what limits; and the way to
//! use one's own.

use crate::agent::ModelFacts;
use crate::{browser, memory, text};
use std::rc::Rc;
use web_sys::{Event, File, HtmlInputElement};
use yew::platform::spawn_local;
use yew::{Callback, Html, Properties, TargetCast, component, hook, html, use_effect_with, use_state};

/// What the card shows and tells.
#[derive(PartialEq, Properties)]
pub struct ModelCardProps {
    /// The models.
    pub models: Rc<Vec<ModelFacts>>,
    /// The name of the user's own, where it is that one.
    #[prop_or_default]
    pub own: Option<String>,
    /// Whether another may be chosen.
    #[prop_or_default]
    pub ready: bool,
    /// One of the user's own is wanted.
    #[prop_or_default]
    pub on_model: Callback<File>,
    /// The site's are wanted again.
    #[prop_or_default]
    pub on_site: Callback<()>,
    /// The user's own is to be kept on this computer, or no longer.
    #[prop_or_default]
    pub on_keep: Callback<bool>,
}

/// The card; with several models, the one for usual leads comes first.
#[component]
pub fn ModelCard(props: &ModelCardProps) -> Html {
    let mut models: Vec<&ModelFacts> = props.models.iter().collect();
    models.sort_by_key(|model| !model.card.requires_any.is_empty());
    html! {
        <section class="card" aria-label={text::models()}>
            <h2>{text::models()}</h2>
            if models.is_empty() { <p class="quiet">{text::loading()}</p> }
            {for models.into_iter().map(model)}
            if let Some(name) = &props.own {
                <OwnModel name={name.clone()} on_site={props.on_site.clone()} on_keep={props.on_keep.clone()} />
            }
            if props.ready { {chooser(&props.on_model)} }
        </section>
    }
}

fn model(model: &ModelFacts) -> Html {
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
            {for text::predicts(card).map(|words| html! { <p>{words}</p> })}
            {for card.quality.as_ref().map(|quality| html! { <p>{text::method(quality)}</p> })}
            if !card.limits.is_empty() { <ul>{for card.limits.iter().map(|limit| html! { <li>{limit}</li> })}</ul> }
            <p class="quiet" title={model.sha256.clone()}>{text::model_id(card, &model.sha256)}</p>
        </details>
    }
}

fn chooser(on_model: &Callback<File>) -> Html {
    let on_model = on_model.clone();
    let onchange = move |event: Event| {
        if let Some(file) = browser::chosen(&event) {
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
struct OwnModelProps {
    name: String,
    on_site: Callback<()>,
    on_keep: Callback<bool>,
}

#[component]
fn OwnModel(props: &OwnModelProps) -> Html {
    let (kept, on_kept) = use_kept(&props.name);
    let on_keep = props.on_keep.clone();
    let onchange = move |event: Event| {
        let keep = event.target_unchecked_into::<HtmlInputElement>().checked();
        on_kept.emit(keep);
        on_keep.emit(keep);
    };
    html! {
        <div class="own-model">
            <p>{text::own_model(&props.name)}</p>
            <label class="choice">
                <input id="keep-model" type="checkbox" checked={kept} {onchange} />
                {text::keep_model()}
            </label>
            <button class="button button-small" id="site-model" onclick={props.on_site.reform(|_| ())}>
                {text::site_model()}
            </button>
        </div>
    }
}

/// Whether this model is kept, and the way to say so.
#[hook]
fn use_kept(name: &str) -> (bool, Callback<bool>) {
    let kept = use_state(|| false);
    let found = kept.clone();
    use_effect_with(name.to_owned(), move |name| {
        let name = name.clone();
        spawn_local(async move { found.set(memory::model().await.is_some_and(|(kept, _)| kept == name)) });
    });
    let set = kept.setter();
    (*kept, Callback::from(move |keep| set.set(keep)))
}
