//! Form control for one field of a lead. Numbers are typed as text, which the worker validates: a number input would
//! silently discard invalid ones.

use crate::{browser, text};
use scorer::lead::schema::{Field, FieldKind};
use web_sys::{Event, InputEvent};
use yew::{AttrValue, Callback, Html, Properties, component, html};

/// Minimum length limit of a text that gets a text area.
const TEXT_AREA_CHARS: usize = 1000;

/// Properties of [`FieldInput`].
#[derive(PartialEq, Properties)]
pub struct FieldInputProps {
    /// Field of the schema.
    pub field: Field,
    /// Current text.
    pub value: AttrValue,
    /// Validation error.
    pub error: Option<String>,
    /// Called with the new text.
    pub on_change: Callback<String>,
}

/// Form control with label and validation error.
#[component]
pub fn FieldInput(props: &FieldInputProps) -> Html {
    let name = props.field.name.clone();
    let id = format!("field-{name}");
    let hint = text::field_hint(&name, &props.field.kind);
    html! {
        <div class="field">
            <label for={id.clone()}>
                {text::field_label(&name)}
                if let Some(hint) = hint { <span class="quiet">{format!(" · {hint}")}</span> }
            </label>
            {input(props, id)}
            if let Some(error) = &props.error { <p class="faults" id={error_id(&name)}>{error}</p> }
        </div>
    }
}

fn error_id(name: &str) -> String {
    format!("fault-{name}")
}

fn input(props: &FieldInputProps, id: String) -> Html {
    let invalid = props.error.is_some().then_some("true");
    let described = props.error.is_some().then(|| error_id(&props.field.name));
    let value = props.value.clone();
    let on_change = props.on_change.clone();
    match &props.field.kind {
        FieldKind::Category { levels } => {
            let onchange = move |event: Event| on_change.emit(browser::control_value(&event));
            let option =
                |level: &&'static str| html! { <option value={*level} selected={value == **level}>{*level}</option> };
            html! {
                <select {id} {onchange} aria-invalid={invalid} aria-describedby={described}>
                    <option value="" selected={value.is_empty()}>{text::not_selected()}</option>
                    {for levels.iter().map(option)}
                </select>
            }
        }
        FieldKind::Text { max_chars: Some(max) } if *max >= TEXT_AREA_CHARS => {
            let oninput = move |event: InputEvent| on_change.emit(browser::control_value(&event));
            html! { <textarea {id} rows="3" {value} {oninput} aria-invalid={invalid} aria-describedby={described} /> }
        }
        kind => {
            let oninput = move |event: InputEvent| on_change.emit(browser::control_value(&event));
            let inputmode = matches!(kind, FieldKind::Integer { .. } | FieldKind::Number { .. }).then_some("decimal");
            html! {
                <input
                    {id} type="text" autocomplete="off" {inputmode} {value} {oninput}
                    aria-invalid={invalid} aria-describedby={described}
                />
            }
        }
    }
}
