//! One field of a lead in the form. Numbers are typed as text: the worker says what is wrong with them, where a
//! number input would silently give nothing.

use crate::text;
use scorer::lead::schema::{Field, FieldKind};
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent};
use yew::{AttrValue, Callback, Html, Properties, TargetCast, component, html};

/// From this many characters on, a text is given more than a line.
const LINE_CHARS: usize = 1000;

/// What the input shows and tells.
#[derive(PartialEq, Properties)]
pub struct FieldInputProps {
    /// The field.
    pub field: Field,
    /// What stands in it.
    pub value: AttrValue,
    /// What is wrong with that.
    pub fault: Option<String>,
    /// It was changed.
    pub on_change: Callback<String>,
}

/// The input with its label.
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
            if let Some(fault) = &props.fault { <p class="faults" id={fault_id(&name)}>{fault}</p> }
        </div>
    }
}

fn fault_id(name: &str) -> String {
    format!("fault-{name}")
}

fn input(props: &FieldInputProps, id: String) -> Html {
    let invalid = props.fault.is_some().then_some("true");
    let described = props.fault.is_some().then(|| fault_id(&props.field.name));
    let value = props.value.clone();
    let change = props.on_change.clone();
    match &props.field.kind {
        FieldKind::Category { levels } => {
            let onchange = move |event: Event| change.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
            let option =
                |level: &&'static str| html! { <option value={*level} selected={value == **level}>{*level}</option> };
            html! {
                <select {id} {onchange} aria-invalid={invalid} aria-describedby={described}>
                    <option value="" selected={value.is_empty()}>{text::not_given()}</option>
                    {for levels.iter().map(option)}
                </select>
            }
        }
        FieldKind::Text { max_chars: Some(max) } if *max >= LINE_CHARS => {
            let oninput =
                move |event: InputEvent| change.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value());
            html! { <textarea {id} rows="3" {value} {oninput} aria-invalid={invalid} aria-describedby={described} /> }
        }
        kind => {
            let oninput =
                move |event: InputEvent| change.emit(event.target_unchecked_into::<HtmlInputElement>().value());
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
