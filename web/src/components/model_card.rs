//! The models in use, each in a few lines: for which leads, learned from what, how good, with what limits.

use crate::agent::ModelFacts;
use crate::text;
use std::rc::Rc;
use yew::{Html, Properties, component, html};

/// What the card shows.
#[derive(PartialEq, Properties)]
pub struct ModelCardProps {
    /// The models.
    pub models: Rc<Vec<ModelFacts>>,
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
