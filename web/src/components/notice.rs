//! Message above the page's content, with one button.

use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`NoticeBox`].
#[derive(PartialEq, Properties)]
pub struct NoticeBoxProps {
    /// Message.
    pub message: String,
    /// Label of the button.
    #[prop_or_else(text::close)]
    pub button: &'static str,
    /// Called when the button is pressed.
    pub on_press: Callback<()>,
}

/// Message box.
#[component]
pub fn NoticeBox(props: &NoticeBoxProps) -> Html {
    html! {
        <div class="notice" role="alert">
            <p>{&props.message}</p>
            <button class="button button-small" onclick={props.on_press.reform(|_| ())}>{props.button}</button>
        </div>
    }
}
