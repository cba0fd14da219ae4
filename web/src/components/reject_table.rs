//! Rows that could not be scored, each with its place and reason, and the way to keep them all.

use crate::agent::RejectLine;
use crate::{format, text};
use yew::{Callback, Html, Properties, component, html};

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct RejectTableProps {
    /// How many rows there are.
    pub count: u32,
    /// The first of them.
    pub lines: Vec<RejectLine>,
    /// They are wanted as a file.
    pub on_download: Callback<()>,
}

/// The table.
#[component]
pub fn RejectTable(props: &RejectTableProps) -> Html {
    let RejectTableProps { count, lines, .. } = props;
    html! {
        <>
            <div class="table-frame" role="region" aria-label={text::rejects(*count)} tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{text::line()}</th>
                            <th scope="col">{text::column()}</th>
                            <th scope="col">{text::reason()}</th>
                        </tr>
                    </thead>
                    <tbody>{for lines.iter().map(line)}</tbody>
                </table>
            </div>
            if (lines.len() as u32) < *count {
                <p class="quiet">{text::rejects_shown(lines.len() as u32, *count)}</p>
            }
            <button class="button button-small" id="download-rejects" onclick={props.on_download.reform(|_| ())}>
                {text::download_rejects()}
            </button>
        </>
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
