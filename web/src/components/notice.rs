//! Something to tell, above everything else, with one thing to do about it.

use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the notice shows and tells.
#[derive(PartialEq, Properties)]
pub struct NoticeBoxProps {
    /// The sentence.
    pub words: String,
    /// What stands on its button.
    #[prop_or_else(text::close)]
    pub button: &'static str,
    /// The button was pressed.
    pub on_press: Callback<()>,
}

/// The notice.
#[component]
pub fn NoticeBox(props: &NoticeBoxProps) -> Html {
    html! {
        <div class="notice" role="alert">
            <p>{&props.words}</p>
            <button class="button button-small" onclick={props.on_press.reform(|_| ())}>{props.button}</button>
        </div>
    }
}
