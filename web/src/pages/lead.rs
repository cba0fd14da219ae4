//! One lead by hand: a form of all fields, and beside it the score.

use crate::agent::{ModelFacts, Request};
use crate::components::{field_input::FieldInput, verdict::Verdict};
use crate::hooks::engine::Engine;
use crate::state::{Action, ByHand};
use crate::text;
use scorer::lead::schema::{Field, Kind, Schema};
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::SubmitEvent;
use yew::{AttrValue, Callback, Html, Properties, UseStateHandle, component, html, use_state};

/// Fields of the person; fields of the company begin with `company`, those of an enrichment with `llm_`.
const ENRICHED: &str = "llm_";
const COMPANY: &str = "company";

type Values = BTreeMap<String, String>;

/// What the page shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadPageProps {
    /// What became of the last lead.
    pub by_hand: ByHand,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// The worker.
    pub engine: Engine,
    /// Something happened.
    pub on_action: Callback<Action>,
}

/// The page.
#[component]
pub fn LeadPage(props: &LeadPageProps) -> Html {
    let values = use_state(Values::new);
    let fields = use_state(|| Schema::leads().fields().to_vec());
    let of = |group: fn(&Field) -> bool| {
        let mut group: Vec<&Field> = fields.iter().filter(|field| group(field)).collect();
        group.sort_by_key(|field| importance(field));
        html! { <div class="fields">{for group.into_iter().map(|field| input(props, field, &values))}</div> }
    };
    html! {
        <main class="hand">
            <form onsubmit={submit(props, &values)} novalidate=true>
                <h1>{text::HAND_TITLE}</h1>
                <p class="quiet">{text::HAND_HINT}</p>
                <fieldset><legend>{text::GROUP_PERSON}</legend>{of(is_person)}</fieldset>
                <fieldset><legend>{text::GROUP_COMPANY}</legend>{of(is_company)}</fieldset>
                <details class="enriched">
                    <summary>{text::GROUP_ENRICHED}</summary>
                    <p class="quiet">{text::GROUP_ENRICHED_HINT}</p>
                    {of(is_enriched)}
                </details>
                <div class="actions">
                    <button class="button button-main" id="score">{text::HAND_SEND}</button>
                    <button class="button" type="button" onclick={clear(props, &values)}>{text::HAND_CLEAR}</button>
                </div>
            </form>
            <Verdict by_hand={props.by_hand.clone()} models={props.models.clone()} />
        </main>
    }
}

/// What people know by heart comes first, long texts last; all others in the schema's order.
fn importance(field: &Field) -> u8 {
    match &field.kind {
        _ if field.name == "jobtitle" => 0,
        Kind::Text { max_chars: Some(_) } => 2,
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

fn input(props: &LeadPageProps, field: &Field, values: &UseStateHandle<Values>) -> Html {
    let value = AttrValue::from(values.get(&field.name).cloned().unwrap_or_default());
    let faulty = match &props.by_hand {
        ByHand::Faulty(faults) => faults.iter().any(|fault| fault.field.as_ref() == Some(&field.name)),
        _ => false,
    };
    let (name, values, on_action) = (field.name.clone(), values.clone(), props.on_action.clone());
    let on_change = Callback::from(move |text: String| {
        let mut changed = (*values).clone();
        changed.insert(name.clone(), text);
        values.set(changed);
        on_action.emit(Action::HandChanged);
    });
    html! { <FieldInput key={field.name.clone()} field={field.clone()} {value} {faulty} {on_change} /> }
}

/// A field of nothing but white space is a field that was left out.
fn submit(props: &LeadPageProps, values: &UseStateHandle<Values>) -> Callback<SubmitEvent> {
    let (engine, on_action, values) = (props.engine.clone(), props.on_action.clone(), values.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let filled = values.iter().filter(|(_, text)| !text.trim().is_empty());
        let fields = filled.map(|(name, text)| (name.clone(), text.clone())).collect();
        engine.send(&Request::Score { fields });
        on_action.emit(Action::HandSent);
    })
}

fn clear<E: 'static>(props: &LeadPageProps, values: &UseStateHandle<Values>) -> Callback<E> {
    let (on_action, values) = (props.on_action.clone(), values.clone());
    Callback::from(move |_| {
        values.set(Values::new());
        on_action.emit(Action::HandChanged);
    })
}
