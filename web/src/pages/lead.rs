//! Form for one manually entered lead, with its score.

use super::TITLE_ID;
use crate::components::{
    field_input::FieldInput,
    manual_result::{ManualResult, RESULT_ID},
};
use crate::engine::Engine;
use crate::protocol::{FieldError, ModelInfo, Request};
use crate::state::{Action, ManualLead, ManualOutcome};
use crate::{browser, text};
use scorer::lead::schema::{Field, FieldKind, Schema};
use std::rc::Rc;
use web_sys::SubmitEvent;
use yew::{AttrValue, Callback, Html, Properties, component, html, use_effect_with};

/// Prefix of enrichment fields.
const ENRICHMENT_PREFIX: &str = "llm_";
/// Prefix of company fields; all others describe the person.
const COMPANY_PREFIX: &str = "company";

/// Selector of invalid fields.
const INVALID_FIELD: &str = "form [aria-invalid]";

/// Properties of [`LeadPage`].
#[derive(PartialEq, Properties)]
pub struct LeadPageProps {
    /// The lead and its result.
    pub manual_lead: ManualLead,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Fields of these models.
    pub schema: Rc<Schema>,
    /// Scoring worker.
    pub engine: Engine,
    /// Called with each action.
    pub on_action: Callback<Action>,
}

/// Form page.
#[component]
pub fn LeadPage(props: &LeadPageProps) -> Html {
    use_effect_with(props.manual_lead.outcome.clone(), |outcome| match outcome {
        ManualOutcome::Pristine | ManualOutcome::Scoring => {}
        ManualOutcome::Rejected(errors) if errors.iter().any(|error| matches!(error, FieldError::Field { .. })) => {
            browser::focus_first(INVALID_FIELD)
        }
        _ => browser::scroll_into_view(RESULT_ID),
    });
    let group = |includes: fn(&Field) -> bool| {
        let mut fields: Vec<&Field> = props.schema.fields().iter().filter(|field| includes(field)).collect();
        fields.sort_by_key(|field| order(field));
        html! { <div class="fields">{for fields.into_iter().map(|field| input(props, field))}</div> }
    };
    html! {
        <main class="hand">
            <form onsubmit={submit(props)} novalidate=true>
                <h1 id={TITLE_ID} tabindex="-1">{text::manual_title()}</h1>
                <p class="quiet">{text::manual_hint()}</p>
                <fieldset><legend>{text::group_person()}</legend>{group(is_person)}</fieldset>
                <fieldset><legend>{text::group_company()}</legend>{group(is_company)}</fieldset>
                <details class="enriched">
                    <summary>{text::group_enriched()}</summary>
                    <p class="quiet">{text::group_enriched_hint()}</p>
                    {group(is_enriched)}
                </details>
                <div class="actions">
                    <button class="button button-main" id="score">{text::manual_submit()}</button>
                    <button class="button" type="button" onclick={props.on_action.reform(|_| Action::ManualLeadCleared)}>{text::manual_clear()}</button>
                </div>
            </form>
            <ManualResult outcome={props.manual_lead.outcome.clone()} models={props.models.clone()} />
        </main>
    }
}

/// Returns the sort key of a field: the job title first, long texts last, all others in schema order.
fn order(field: &Field) -> u8 {
    match &field.kind {
        _ if field.name == "jobtitle" => 0,
        FieldKind::Text { max_chars: Some(_) } => 2,
        _ => 1,
    }
}

fn is_enriched(field: &Field) -> bool {
    field.name.starts_with(ENRICHMENT_PREFIX)
}

fn is_company(field: &Field) -> bool {
    field.name.starts_with(COMPANY_PREFIX)
}

fn is_person(field: &Field) -> bool {
    !is_enriched(field) && !is_company(field)
}

fn input(props: &LeadPageProps, field: &Field) -> Html {
    let value = AttrValue::from(props.manual_lead.values.get(&field.name).cloned().unwrap_or_default());
    let error = match &props.manual_lead.outcome {
        ManualOutcome::Rejected(errors) => {
            let is_of_field =
                |error: &&FieldError| matches!(error, FieldError::Field { field: name, .. } if *name == field.name);
            errors.iter().find(is_of_field).map(text::field_error)
        }
        _ => None,
    };
    let name = field.name.clone();
    let on_change = props.on_action.reform(move |text| Action::ManualFieldChanged { field: name.clone(), text });
    html! { <FieldInput key={field.name.clone()} field={field.clone()} {value} {error} {on_change} /> }
}

fn submit(props: &LeadPageProps) -> Callback<SubmitEvent> {
    let (engine, on_action, lead) = (props.engine.clone(), props.on_action.clone(), props.manual_lead.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        on_action.emit(Action::ManualLeadSubmitted);
        let fields = lead.filled();
        if !fields.is_empty() {
            engine.send(&Request::Score { revision: lead.revision, fields });
        }
    })
}
