//! The marks that a lead can bear, as buttons of which one may be down.

use crate::agent::Mark;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the buttons show and tell.
#[derive(PartialEq, Properties)]
pub struct MarkButtonsProps {
    /// The mark that is set.
    pub chosen: Option<Mark>,
    /// Another is wanted, or none.
    pub on_mark: Callback<Option<Mark>>,
}

/// The buttons; the one that is down takes the mark away.
#[component]
pub fn MarkButtons(props: &MarkButtonsProps) -> Html {
    let button = |mark: Mark| {
        let is_down = props.chosen == Some(mark);
        html! {
            <button
                class="button button-small" aria-pressed={is_down.to_string()}
                onclick={props.on_mark.reform(move |_| (!is_down).then_some(mark))}
            >
                {text::mark_name(mark)}
            </button>
        }
    };
    html! { <div class="marks" role="group" aria-label={text::mark()}>{for Mark::ALL.into_iter().map(button)}</div> }
}
