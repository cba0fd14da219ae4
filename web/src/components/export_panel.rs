//! Export panel: leads in a chosen scope and format, as a file or on the clipboard; and the project.

use crate::protocol::{Export, ExportFormat, ExportScope};
use crate::state::LeadList;
use crate::{browser, text};
use std::rc::Rc;
use web_sys::Event;
use yew::{Callback, Html, Properties, UseStateHandle, component, html, use_state};

/// Maximum number of leads copied to the clipboard.
const CLIPBOARD_MAX: u32 = 10_000;

/// Default number of top leads.
const TOP_DEFAULT: u32 = 50;

/// Properties of [`ExportPanel`].
#[derive(PartialEq, Properties)]
pub struct ExportPanelProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Called to create an export.
    pub on_export: Callback<Export>,
}

/// Export panel.
#[component]
pub fn ExportPanel(props: &ExportPanelProps) -> Html {
    let list = &props.list;
    let initial = if list.counts.selected > 0 { ExportScope::Selected } else { ExportScope::Found };
    let (scope, format, top) =
        (use_state(|| initial), use_state(|| ExportFormat::SpreadsheetCsv), use_state(|| TOP_DEFAULT));
    let chosen = if matches!(*scope, ExportScope::Top(_)) { ExportScope::Top(*top) } else { *scope };
    let number = lead_count(list, chosen);
    let (busy, none) = (list.exporting.is_some(), number == 0);
    let export = |what: Export| props.on_export.reform(move |_| what);
    html! {
        <section class="tool take" aria-label={text::export()}>
            <fieldset class="tool-line">
                <legend>{text::export_scope()}</legend>
                {for [ExportScope::All, ExportScope::Found, ExportScope::Selected].map(|one| scope_option(list, &scope, one))}
                {top_option(&scope, &top)}
            </fieldset>
            <fieldset class="tool-line">
                <legend>{text::export_format()}</legend>
                {for [ExportFormat::SpreadsheetCsv, ExportFormat::PlainCsv, ExportFormat::Json].map(|one| format_option(&format, one))}
            </fieldset>
            <p class="quiet">{text::format_hint(*format)}</p>
            <div class="tool-line">
                <button class="button button-main" id="take" disabled={busy || none} onclick={export(Export::Leads { scope: chosen, format: *format })}>
                    {if busy { text::downloading() } else { text::export_download() }}
                </button>
                <button class="button" id="copy" disabled={busy || none || number > CLIPBOARD_MAX} onclick={export(Export::Clipboard { scope: chosen })}>
                    {text::copy()}
                </button>
                <span role="status">{if list.copied { text::copied() } else { "" }}</span>
                if number > CLIPBOARD_MAX { <span class="quiet">{text::too_many_to_copy(CLIPBOARD_MAX)}</span> }
            </div>
            <div class="tool-line">
                <button class="button" id="save-project" disabled={busy} onclick={export(Export::Project)}>{text::save_project()}</button>
                <span class="quiet">{text::project_hint()}</span>
            </div>
        </section>
    }
}

fn lead_count(list: &LeadList, scope: ExportScope) -> u32 {
    match scope {
        ExportScope::All => list.summary.rows,
        ExportScope::Found => list.found(),
        ExportScope::Selected => list.counts.selected,
        ExportScope::Top(top) => top.min(list.summary.rows),
    }
}

fn scope_option(list: &LeadList, scope: &UseStateHandle<ExportScope>, one: ExportScope) -> Html {
    let (chosen, set) = (**scope == one, scope.clone());
    radio("which", text::scope(one, lead_count(list, one)), chosen, Callback::from(move |_| set.set(one)))
}

fn top_option(scope: &UseStateHandle<ExportScope>, top: &UseStateHandle<u32>) -> Html {
    let (on_radio, on_number, set_top) = (scope.clone(), scope.clone(), top.clone());
    let chosen = matches!(**scope, ExportScope::Top(_));
    let onchange = move |event: Event| {
        set_top.set(browser::control_value(&event).parse().unwrap_or(TOP_DEFAULT).max(1));
        on_number.set(ExportScope::Top(TOP_DEFAULT));
    };
    html! {
        <span class="choice">
            {radio("which", text::export_top().to_owned(), chosen, Callback::from(move |_| on_radio.set(ExportScope::Top(TOP_DEFAULT))))}
            <input type="number" id="best" min="1" value={top.to_string()} aria-label={text::export_top()} {onchange} />
        </span>
    }
}

fn format_option(format: &UseStateHandle<ExportFormat>, one: ExportFormat) -> Html {
    let (chosen, set) = (**format == one, format.clone());
    radio("form", text::format(one).to_owned(), chosen, Callback::from(move |_| set.set(one)))
}

fn radio(name: &'static str, label: String, checked: bool, onchange: Callback<Event>) -> Html {
    html! { <label class="choice"><input type="radio" {name} {checked} {onchange} /><span>{label}</span></label> }
}
