//! What can be done with the leads that are selected.

use super::mark_buttons::MarkButtons;
use crate::agent::Mark;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the bar shows and tells.
#[derive(PartialEq, Properties)]
pub struct SelectionBarProps {
    /// How many leads are selected.
    pub selected: u32,
    /// They are to be marked.
    pub on_mark: Callback<Option<Mark>>,
    /// They are not to be selected any more.
    pub on_clear: Callback<()>,
}

/// The bar.
#[component]
pub fn SelectionBar(props: &SelectionBarProps) -> Html {
    html! {
        <div class="selection">
            <span class="figures" role="status">{text::selected(props.selected)}</span>
            <MarkButtons chosen={None::<Mark>} on_mark={props.on_mark.clone()} />
            <button class="button button-small" onclick={props.on_mark.reform(|_| None)}>{text::no_mark()}</button>
            <button class="button button-small" id="clear-selection" onclick={props.on_clear.reform(|_| ())}>
                {text::clear_selection()}
            </button>
        </div>
    }
}
