//! Progress of an import, with a cancel button.

use crate::state::ImportProgress;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`Progress`].
#[derive(PartialEq, Properties)]
pub struct ProgressProps {
    /// The import.
    pub import: ImportProgress,
    /// Called to cancel it.
    pub on_cancel: Callback<()>,
}

/// Progress bar with speed and remaining time.
#[component]
pub fn Progress(props: &ProgressProps) -> Html {
    let ImportProgress { bytes, size, .. } = &props.import;
    let title = text::importing(&props.import);
    html! {
        <div class="drop drop-busy">
            <p class="drop-title">{&title}</p>
            <progress aria-label={title.clone()} value={bytes.to_string()} max={size.max(1.0).to_string()} />
            <p class="quiet figures">{text::progress(&props.import)}</p>
            <button class="button" id="cancel" onclick={props.on_cancel.reform(|_| ())}>{text::cancel()}</button>
        </div>
    }
}
