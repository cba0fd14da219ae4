//! Actions on the selected leads.

use super::mark_buttons::MarkButtons;
use crate::protocol::Mark;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`SelectionBar`].
#[derive(PartialEq, Properties)]
pub struct SelectionBarProps {
    /// Number of selected leads.
    pub selected: u32,
    /// Called to mark them.
    pub on_mark: Callback<Option<Mark>>,
    /// Called to clear the selection.
    pub on_clear: Callback<()>,
}

/// Bar with mark buttons.
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
