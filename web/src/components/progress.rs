//! A file being read: how far, how fast, how long still, and a way out.

use crate::state::Reading;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the progress shows and tells.
#[derive(PartialEq, Properties)]
pub struct ProgressProps {
    /// The reading.
    pub reading: Reading,
    /// It is to stop.
    pub on_cancel: Callback<()>,
}

/// The progress.
#[component]
pub fn Progress(props: &ProgressProps) -> Html {
    let Reading { bytes, size, .. } = &props.reading;
    let words = text::reading(&props.reading);
    html! {
        <div class="drop drop-busy">
            <p class="drop-title">{&words}</p>
            <progress aria-label={words.clone()} value={bytes.to_string()} max={size.max(1.0).to_string()} />
            <p class="quiet figures">{text::progress(&props.reading)}</p>
            <button class="button" id="cancel" onclick={props.on_cancel.reform(|_| ())}>{text::cancel()}</button>
        </div>
    }
}
