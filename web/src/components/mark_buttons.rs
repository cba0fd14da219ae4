//! Toggle buttons of the marks, at most one of them pressed.

use crate::protocol::Mark;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`MarkButtons`].
#[derive(PartialEq, Properties)]
pub struct MarkButtonsProps {
    /// Current mark.
    pub chosen: Option<Mark>,
    /// Called to change the mark.
    pub on_mark: Callback<Option<Mark>>,
}

/// Toggle buttons; the pressed one removes the mark.
#[component]
pub fn MarkButtons(props: &MarkButtonsProps) -> Html {
    let button = |mark: Mark| {
        let is_pressed = props.chosen == Some(mark);
        html! {
            <button
                class="button button-small" aria-pressed={is_pressed.to_string()}
                onclick={props.on_mark.reform(move |_| (!is_pressed).then_some(mark))}
            >
                {text::mark_name(mark)}
            </button>
        }
    };
    html! { <div class="marks" role="group" aria-label={text::mark()}>{for Mark::ALL.into_iter().map(button)}</div> }
}
