//! Rows that could not be scored, by what is to be done about them, and the way to have them all as a file.

use crate::agent::{RejectGroup, RejectLine};
use crate::{format, text};
use yew::{Callback, Html, Properties, component, html};

/// What is shown and told.
#[derive(PartialEq, Properties)]
pub struct RejectGroupsProps {
    /// How many rows there are.
    pub count: u32,
    /// The rows, put together; of each group the first ones.
    pub groups: Vec<RejectGroup>,
    /// They are wanted as a file.
    pub on_download: Callback<()>,
}

/// The groups; one alone lies open.
#[component]
pub fn RejectGroups(props: &RejectGroupsProps) -> Html {
    let RejectGroupsProps { count, groups, .. } = props;
    let told: u32 = groups.iter().map(|group| group.count).sum();
    html! {
        <>
            {for groups.iter().map(|one| group(one, groups.len() == 1))}
            if told < *count {
                <p class="quiet">{text::rejects_shown(told, *count)}</p>
            }
            <button class="button button-small" id="download-rejects" onclick={props.on_download.reform(|_| ())}>
                {text::download_rejects()}
            </button>
        </>
    }
}

fn group(group: &RejectGroup, open: bool) -> Html {
    let (head, shown) = (text::reject_group(group), group.lines.len() as u32);
    html! {
        <details class="reject-group" {open}>
            <summary>{&head}</summary>
            {for group.lines.first().map(|line| html! { <p>{text::remedy(&line.reason)}</p> })}
            <div class="table-frame" role="region" aria-label={head} tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{text::line()}</th>
                            <th scope="col">{text::reason_head()}</th>
                        </tr>
                    </thead>
                    <tbody>{for group.lines.iter().map(line)}</tbody>
                </table>
            </div>
            if shown < group.count {
                <p class="quiet">{text::rejects_shown(shown, group.count)}</p>
            }
        </details>
    }
}

fn line(reject: &RejectLine) -> Html {
    html! {
        <tr>
            <td class="number">{format::count(reject.line as u32)}</td>
            <td class="reason">{text::reason(&reject.reason)}</td>
        </tr>
    }
}
