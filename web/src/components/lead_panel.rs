//! One lead of the list, beside it: its score, what the model read, the user's own cells, and marks.

use super::bar::Bar;
use super::grade_chips::grade_class;
use super::mark_buttons::MarkButtons;
use crate::agent::{Detail, Mark, ModelFacts};
use crate::state::Opened;
use crate::{browser, format, text};
use std::rc::Rc;
use web_sys::KeyboardEvent;
use yew::{Callback, Html, Properties, classes, component, html, use_effect_with};

/// The panel's heading.
const PANEL_ID: &str = "lead-title";

/// What the panel shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadPanelProps {
    /// The lead.
    pub open: Opened,
    /// How many leads there are.
    pub all: u32,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// It is to be marked.
    pub on_mark: Callback<Option<Mark>>,
    /// The form is wanted with its fields.
    pub on_change: Callback<Vec<(String, String)>>,
    /// It is not to be looked at any more.
    pub on_close: Callback<()>,
}

/// The panel; it takes the keyboard's focus.
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

fn content(props: &LeadPanelProps, detail: &Detail) -> Html {
    let score = detail.row.score;
    let model = props.models.get(score.model as usize);
    let fields = detail.fields.clone();
    html! {
        <>
            <p class="verdict-score">
                <span class="verdict-number" title={text::exact(score.probability)}>{format::points(f64::from(score.probability))}</span>
                if let Some(grade) = score.grade { <span class={classes!("letter", grade_class(grade))}>{grade}</span> }
            </p>
            <Bar share={score.probability} />
            <p>{text::outlook(&score, model)}</p>
            <p class="quiet figures">{format!("{} · {}", text::exact(score.probability), text::at_line(detail.row.line))}</p>
            if detail.repeated { <p class="quiet">{text::repeated_lead()}</p> }
            <MarkButtons chosen={detail.row.mark} on_mark={props.on_mark.clone()} />
            <h3>{text::in_file()}</h3>
            {terms(&detail.cells, |name| name.to_owned())}
            <h3>{text::as_read()}</h3>
            {terms(&detail.fields, text::field_label)}
            <button class="button button-small" id="try-change" onclick={props.on_change.reform(move |_| fields.clone())}>
                {text::try_change()}
            </button>
        </>
    }
}

/// Names and texts; what is empty is left out.
fn terms(pairs: &[(String, String)], label: fn(&str) -> String) -> Html {
    let filled = pairs.iter().filter(|(_, text)| !text.trim().is_empty());
    let pair = |(name, text): &(String, String)| html! { <><dt>{label(name)}</dt><dd>{text}</dd></> };
    html! { <dl class="terms">{for filled.map(pair)}</dl> }
}
