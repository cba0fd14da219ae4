//! Side panel with the details of one lead: score, original cells, model input, and marks.

use super::mark_buttons::MarkButtons;
use super::score::score_figure;
use crate::protocol::{LeadDetail, Mark, ModelInfo};
use crate::state::OpenLead;
use crate::{browser, text};
use std::rc::Rc;
use web_sys::KeyboardEvent;
use yew::{Callback, Html, Properties, component, html, use_effect_with};

/// Element id of the heading.
const PANEL_ID: &str = "lead-title";

/// Properties of [`LeadPanel`].
#[derive(PartialEq, Properties)]
pub struct LeadPanelProps {
    /// The lead.
    pub open: OpenLead,
    /// Number of leads in the list.
    pub all: u32,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Called to change the mark.
    pub on_mark: Callback<Option<Mark>>,
    /// Called to edit the lead's fields in the form.
    pub on_edit: Callback<Vec<(String, String)>>,
    /// Called to close the panel.
    pub on_close: Callback<()>,
}

/// Side panel; takes the focus when another lead opens.
#[component]
pub fn LeadPanel(props: &LeadPanelProps) -> Html {
    use_effect_with(props.open.lead, |_| browser::focus(PANEL_ID));
    let on_close = props.on_close.clone();
    let onkeydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            on_close.emit(());
        }
    };
    let title = props
        .open
        .detail
        .as_ref()
        .map_or_else(|| text::fetching().to_owned(), |detail| text::lead_title(detail.row.rank, props.all));
    html! {
        <section class="lead-panel" aria-labelledby={PANEL_ID} {onkeydown}>
            <div class="lead-panel-head">
                <h2 id={PANEL_ID} tabindex="-1">{title}</h2>
                <button class="button button-small" id="close-lead" onclick={props.on_close.reform(|_| ())}>{text::close()}</button>
            </div>
            {for props.open.detail.as_ref().map(|detail| content(props, detail))}
        </section>
    }
}

fn content(props: &LeadPanelProps, detail: &LeadDetail) -> Html {
    let (score, fields) = (&detail.row.score, detail.fields.clone());
    html! {
        <>
            {score_figure(score, &props.models)}
            <p class="quiet figures">{format!("{} · {}", text::exact(score.probability), text::source_line(detail.row.line))}</p>
            if detail.is_duplicate { <p class="quiet">{text::duplicate_lead()}</p> }
            <MarkButtons chosen={detail.row.mark} on_mark={props.on_mark.clone()} />
            <h3>{text::original_cells()}</h3>
            {terms(&detail.cells, |name| name.to_owned())}
            <h3>{text::model_input()}</h3>
            {terms(&detail.fields, text::field_label)}
            <button class="button button-small" id="try-change" onclick={props.on_edit.reform(move |_| fields.clone())}>
                {text::try_changes()}
            </button>
        </>
    }
}

/// Lists names and texts, without empty ones.
fn terms(pairs: &[(String, String)], label: fn(&str) -> String) -> Html {
    let filled = pairs.iter().filter(|(_, text)| !text.trim().is_empty());
    let pair = |(name, text): &(String, String)| html! { <><dt>{label(name)}</dt><dd>{text}</dd></> };
    html! { <dl class="terms">{for filled.map(pair)}</dl> }
}
