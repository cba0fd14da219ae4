//! Something to tell, above everything else, until it is put away.

use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the notice shows and tells.
#[derive(PartialEq, Properties)]
pub struct NoticeBoxProps {
    /// The sentence.
    pub words: String,
    /// It was put away; without it, it stays.
    #[prop_or_default]
    pub on_close: Option<Callback<()>>,
}

/// The notice.
#[component]
pub fn NoticeBox(props: &NoticeBoxProps) -> Html {
    html! {
        <div class="notice" role="alert">
            <p>{&props.words}</p>
            if let Some(on_close) = &props.on_close {
                <button class="button button-small" onclick={on_close.reform(|_| ())}>{text::CLOSE}</button>
            }
        </div>
    }
}
