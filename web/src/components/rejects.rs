//! The rows that could not be scored, each with its place and reason; out of sight until asked for.

use crate::agent::RejectLine;
use crate::{format, text};
use yew::{Callback, Html, Properties, component, html};

/// What the rejects show and tell.
#[derive(PartialEq, Properties)]
pub struct RejectsProps {
    /// How many there are.
    pub count: u32,
    /// The first of them, once they came.
    pub lines: Option<Vec<RejectLine>>,
    /// Whether they are in sight.
    pub open: bool,
    /// They are to come into sight, or go out of it.
    pub on_toggle: Callback<()>,
    /// They are wanted as a file.
    pub on_download: Callback<()>,
}

/// The rejects.
#[component]
pub fn Rejects(props: &RejectsProps) -> Html {
    let toggle = props.on_toggle.reform(|_| ());
    html! {
        <section class="aside rejects">
            <button class="fold" aria-expanded={props.open.to_string()} onclick={toggle}>
                {text::rejects(props.count)}
            </button>
            if let (true, Some(lines)) = (props.open, &props.lines) {
                <div class="table-frame" role="region" aria-label={text::rejects(props.count)} tabindex="0">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col" class="number">{text::LINE}</th>
                                <th scope="col">{text::COLUMN}</th>
                                <th scope="col">{text::REASON}</th>
                            </tr>
                        </thead>
                        <tbody>{for lines.iter().map(line)}</tbody>
                    </table>
                </div>
                if (lines.len() as u32) < props.count {
                    <p class="quiet">{text::rejects_shown(lines.len() as u32, props.count)}</p>
                }
                <button class="button button-small" id="download-rejects" onclick={props.on_download.reform(|_| ())}>
                    {text::DOWNLOAD_REJECTS}
                </button>
            }
        </section>
    }
}

fn line(reject: &RejectLine) -> Html {
    html! {
        <tr>
            <td class="number">{format::count(reject.line as u32)}</td>
            <td>{reject.column.clone().unwrap_or_default()}</td>
            <td class="reason">{&reject.reason}</td>
        </tr>
    }
}
