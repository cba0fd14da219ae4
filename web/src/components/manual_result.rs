//! Result of the manually entered lead: its score, or its validation errors.

use super::score::score_figure;
use crate::protocol::{ModelInfo, Score};
use crate::state::ManualOutcome;
use crate::text;
use std::rc::Rc;
use yew::{Html, Properties, component, html};

/// Element id of the result.
pub const RESULT_ID: &str = "verdict";

/// Properties of [`ManualResult`].
#[derive(PartialEq, Properties)]
pub struct ManualResultProps {
    /// The result.
    pub outcome: ManualOutcome,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
}

/// Card with the result.
#[component]
pub fn ManualResult(props: &ManualResultProps) -> Html {
    let content = match &props.outcome {
        ManualOutcome::Pristine => html! { <p class="quiet">{text::manual_pristine()}</p> },
        ManualOutcome::NoInput => html! { <p>{text::manual_no_input()}</p> },
        ManualOutcome::Scoring => html! { <p class="quiet">{text::manual_scoring()}</p> },
        ManualOutcome::Scored(score) => scored(score, &props.models),
        ManualOutcome::Rejected(errors) => html! {
            <>
                <p>{text::manual_rejected()}</p>
                <ul class="faults">{for errors.iter().map(|error| html! { <li>{text::field_error(error)}</li> })}</ul>
            </>
        },
    };
    html! { <section class="card verdict" id={RESULT_ID} aria-live="polite">{content}</section> }
}

fn scored(score: &Score, models: &[ModelInfo]) -> Html {
    html! {
        <>
            {score_figure(score, models)}
            if let Some(model) = models.get(score.model as usize) {
                <p class="quiet">{text::model_id(&model.card, &model.sha256)}</p>
            }
        </>
    }
}
