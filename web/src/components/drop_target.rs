//! Drop target and file chooser.

use crate::{browser, text};
use scorer::lead::schema::{Field, Schema};
use std::rc::Rc;
use web_sys::{Event, File};
use yew::{Callback, Html, Properties, classes, component, html};

/// Properties of [`DropTarget`].
#[derive(PartialEq, Properties)]
pub struct DropTargetProps {
    /// True when files are accepted.
    pub ready: bool,
    /// True while a file is dragged over the page.
    pub drag_over: bool,
    /// Fields of the models.
    pub schema: Rc<Schema>,
    /// Called with the chosen file.
    pub on_file: Callback<File>,
    /// Called to import the sample.
    pub on_sample: Callback<()>,
    /// Called to open the form.
    pub on_manual: Callback<()>,
}

/// Drop target with the other ways to start. Drops are handled by the whole page.
#[component]
pub fn DropTarget(props: &DropTargetProps) -> Html {
    let on_file = props.on_file.clone();
    let onchange = move |event: Event| {
        if let Some(file) = browser::chosen_file(&event) {
            on_file.emit(file);
        }
    };
    let invitation = match (props.ready, props.drag_over) {
        (false, _) => text::drop_later(),
        (true, true) => text::drop_now(),
        (true, false) => text::drop_here(),
    };
    let disabled = !props.ready;
    html! {
        <div class={classes!("drop", props.drag_over.then_some("drop-over"), disabled.then_some("drop-waiting"))}>
            <svg class="drop-icon" viewBox="0 0 48 48" aria-hidden="true">
                <path d="M10 6h20l8 8v28H10z" />
                <path d="M30 6v8h8" />
                <path d="M17 24h14M17 30h14M17 36h8" />
            </svg>
            <p class="drop-title">{invitation}</p>
            <p class="quiet">{text::drop_hint()}</p>
            <div class="actions">
                <label class={classes!("button", "button-main", disabled.then_some("button-off"))}>
                    <input id="file" class="covered" type="file" accept=".csv,.tsv,.txt,.xlsx,.xls,.ods,.html,.json,.jsonl,.leadlight,text/csv,text/plain" {disabled} {onchange} />
                    {text::choose()}
                </label>
                <button class="button" id="sample" {disabled} onclick={props.on_sample.reform(|_| ())}>{text::sample()}</button>
                <button class="button" id="by-hand" {disabled} onclick={props.on_manual.reform(|_| ())}>{text::score_one()}</button>
            </div>
            <details class="columns">
                <summary>{text::which_columns()}</summary>
                <ul class="names">{for props.schema.fields().iter().map(column)}</ul>
            </details>
        </div>
    }
}

fn column(field: &Field) -> Html {
    let hint = text::field_hint(&field.name, &field.kind).map(|hint| format!(" · {hint}"));
    html! { <li><code>{&field.name}</code>{for hint}</li> }
}
