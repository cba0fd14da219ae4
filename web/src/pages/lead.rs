//! One lead by hand: a form of all fields, and beside it the score.

use super::TITLE_ID;
use crate::agent::{FieldFault, ModelFacts, Request};
use crate::components::{
    field_input::FieldInput,
    verdict::{VERDICT_ID, Verdict},
};
use crate::hooks::engine::Engine;
use crate::state::{Action, ByHand, Hand};
use crate::{browser, text};
use scorer::lead::schema::{Field, FieldKind, Schema};
use std::rc::Rc;
use web_sys::SubmitEvent;
use yew::{AttrValue, Callback, Html, Properties, component, html, use_effect_with};

/// Fields of the person; fields of the company begin with `company`, those of an enrichment with `llm_`.
const ENRICHED: &str = "llm_";
const COMPANY: &str = "company";

/// The first field that was refused.
const FAULTY: &str = "form [aria-invalid]";

/// What the page shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadPageProps {
    /// The lead and what became of it.
    pub hand: Hand,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// The fields that they know.
    pub schema: Rc<Schema>,
    /// The worker.
    pub engine: Engine,
    /// Something happened.
    pub on_action: Callback<Action>,
}

/// The page.
#[component]
pub fn LeadPage(props: &LeadPageProps) -> Html {
    use_effect_with(props.hand.outcome.clone(), |outcome| match outcome {
        ByHand::Blank | ByHand::Scoring => {}
        ByHand::Faulty(faults) if faults.iter().any(|fault| matches!(fault, FieldFault::Field { .. })) => {
            browser::focus_within(FAULTY)
        }
        _ => browser::bring_into_view(VERDICT_ID),
    });
    let of = |group: fn(&Field) -> bool| {
        let mut group: Vec<&Field> = props.schema.fields().iter().filter(|field| group(field)).collect();
        group.sort_by_key(|field| importance(field));
        html! { <div class="fields">{for group.into_iter().map(|field| input(props, field))}</div> }
    };
    html! {
        <main class="hand">
            <form onsubmit={submit(props)} novalidate=true>
                <h1 id={TITLE_ID} tabindex="-1">{text::hand_title()}</h1>
                <p class="quiet">{text::hand_hint()}</p>
                <fieldset><legend>{text::group_person()}</legend>{of(is_person)}</fieldset>
                <fieldset><legend>{text::group_company()}</legend>{of(is_company)}</fieldset>
                <details class="enriched">
                    <summary>{text::group_enriched()}</summary>
                    <p class="quiet">{text::group_enriched_hint()}</p>
                    {of(is_enriched)}
                </details>
                <div class="actions">
                    <button class="button button-main" id="score">{text::hand_send()}</button>
                    <button class="button" type="button" onclick={props.on_action.reform(|_| Action::HandCleared)}>{text::hand_clear()}</button>
                </div>
            </form>
            <Verdict by_hand={props.hand.outcome.clone()} models={props.models.clone()} />
        </main>
    }
}

/// What people know by heart comes first, long texts last; all others in the schema's order.
fn importance(field: &Field) -> u8 {
    match &field.kind {
        _ if field.name == "jobtitle" => 0,
        FieldKind::Text { max_chars: Some(_) } => 2,
        _ => 1,
    }
}

fn is_enriched(field: &Field) -> bool {
    field.name.starts_with(ENRICHED)
}

fn is_company(field: &Field) -> bool {
    field.name.starts_with(COMPANY)
}

fn is_person(field: &Field) -> bool {
    !is_enriched(field) && !is_company(field)
}

fn input(props: &LeadPageProps, field: &Field) -> Html {
    let value = AttrValue::from(props.hand.values.get(&field.name).cloned().unwrap_or_default());
    let fault = match &props.hand.outcome {
        ByHand::Faulty(faults) => {
            let is_its =
                |fault: &&FieldFault| matches!(fault, FieldFault::Field { field: name, .. } if *name == field.name);
            faults.iter().find(is_its).map(text::field_fault)
        }
        _ => None,
    };
    let name = field.name.clone();
    let on_change = props.on_action.reform(move |text| Action::HandChanged { field: name.clone(), text });
    html! { <FieldInput key={field.name.clone()} field={field.clone()} {value} {fault} {on_change} /> }
}

fn submit(props: &LeadPageProps) -> Callback<SubmitEvent> {
    let (engine, on_action, hand) = (props.engine.clone(), props.on_action.clone(), props.hand.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        on_action.emit(Action::HandSent);
        let fields = hand.filled();
        if !fields.is_empty() {
            engine.send(&Request::Score { turn: hand.turn, fields });
        }
    })
}
