//! What became of the lead by hand: its score, or what is wrong with it.

use super::bar::Bar;
use super::grade_chips::grade_class;
use crate::agent::{ModelFacts, Score};
use crate::state::ByHand;
use crate::{format, text};
use std::rc::Rc;
use yew::{Html, Properties, classes, component, html};

/// Where the verdict stands.
pub const VERDICT_ID: &str = "verdict";

/// What the verdict shows.
#[derive(PartialEq, Properties)]
pub struct VerdictProps {
    /// What became of the lead.
    pub by_hand: ByHand,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
}

/// The verdict.
#[component]
pub fn Verdict(props: &VerdictProps) -> Html {
    let words = match &props.by_hand {
        ByHand::Blank => html! { <p class="quiet">{text::hand_blank()}</p> },
        ByHand::Empty => html! { <p>{text::hand_empty()}</p> },
        ByHand::Scoring => html! { <p class="quiet">{text::hand_scoring()}</p> },
        ByHand::Scored(score) => scored(score, &props.models),
        ByHand::Faulty(faults) => html! {
            <>
                <p>{text::hand_faulty()}</p>
                <ul class="faults">{for faults.iter().map(|fault| html! { <li>{text::field_fault(fault)}</li> })}</ul>
            </>
        },
    };
    html! { <section class="card verdict" id={VERDICT_ID} aria-live="polite">{words}</section> }
}

fn scored(score: &Score, models: &[ModelFacts]) -> Html {
    let probability = score.probability;
    let model = models.get(score.model as usize);
    html! {
        <>
            <p class="verdict-score">
                <span class="verdict-number" title={text::exact(probability)} data-probability={probability.to_string()}>
                    {format::points(f64::from(probability))}
                </span>
                if let Some(grade) = score.grade { <span class={classes!("letter", grade_class(grade))}>{grade}</span> }
            </p>
            <Bar share={probability} />
            <p>{text::outlook(score, model)}</p>
            if let Some(model) = model { <p class="quiet">{text::model_id(&model.card, &model.sha256)}</p> }
        </>
    }
}
