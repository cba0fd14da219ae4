//! Character encoding of the file; choosing another one imports the file again.

use crate::protocol::FileEncoding;
use crate::{browser, text};
use web_sys::Event;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`EncodingPicker`].
#[derive(PartialEq, Properties)]
pub struct EncodingPickerProps {
    /// The encoding in which the file was read.
    pub encoding: FileEncoding,
    /// Called with the label of another encoding, or `None` to detect it.
    pub on_change: Callback<Option<String>>,
}

/// Note on the encoding, with a choice.
#[component]
pub fn EncodingPicker(props: &EncodingPickerProps) -> Html {
    let chosen = props.encoding.chosen.as_deref().unwrap_or_default();
    let onchange =
        props.on_change.reform(|event: Event| Some(browser::control_value(&event)).filter(|label| !label.is_empty()));
    let option = |label: &str, name: String| html! { <option value={label.to_owned()} selected={label == chosen}>{name}</option> };
    html! {
        <p class="aside" id="encoding">
            {text::encoding_note(&props.encoding)}{" "}
            <label>
                {text::choose_encoding()}{" "}
                <select {onchange}>
                    {option("", text::detected_encoding().to_owned())}
                    {for text::ENCODINGS.iter().map(|(label, name)| option(label, text::encoding_name(*name)))}
                </select>
            </label>
        </p>
    }
}
