//! Rejected rows, grouped by remedy, with a download of all of them.

use crate::protocol::{RejectGroup, RejectLine};
use crate::{format, text};
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`Rejects`].
#[derive(PartialEq, Properties)]
pub struct RejectsProps {
    /// Number of rows.
    pub count: u32,
    /// Groups, once received.
    pub groups: Option<Vec<RejectGroup>>,
    /// True when the groups are shown.
    pub open: bool,
    /// Called to show or hide the groups.
    pub on_toggle: Callback<()>,
    /// Called to download all rows.
    pub on_download: Callback<()>,
}

/// Number of rejects, which unfolds their groups.
#[component]
pub fn Rejects(props: &RejectsProps) -> Html {
    let toggle = props.on_toggle.reform(|_| ());
    html! {
        <section class="aside rejects">
            <button class="fold" aria-expanded={props.open.to_string()} onclick={toggle}>
                {text::rejects(props.count)}
            </button>
            if let (true, Some(groups)) = (props.open, &props.groups) {
                <RejectGroups count={props.count} groups={groups.clone()} on_download={props.on_download.clone()} />
            }
        </section>
    }
}

/// Properties of [`RejectGroups`].
#[derive(PartialEq, Properties)]
pub struct RejectGroupsProps {
    /// Number of rows.
    pub count: u32,
    /// Groups, each with its first rows.
    pub groups: Vec<RejectGroup>,
    /// Called to download all rows.
    pub on_download: Callback<()>,
}

/// Groups of rejects; a single group is unfolded.
#[component]
pub fn RejectGroups(props: &RejectGroupsProps) -> Html {
    let RejectGroupsProps { count, groups, .. } = props;
    let shown: u32 = groups.iter().map(|group| group.count).sum();
    html! {
        <>
            {for groups.iter().map(|one| group(one, groups.len() == 1))}
            if shown < *count {
                <p class="quiet">{text::rejects_shown(shown, *count)}</p>
            }
            <button class="button button-small" id="download-rejects" onclick={props.on_download.reform(|_| ())}>
                {text::download_rejects()}
            </button>
        </>
    }
}

fn group(group: &RejectGroup, open: bool) -> Html {
    let (title, shown) = (text::reject_group(group), group.lines.len() as u32);
    html! {
        <details class="reject-group" {open}>
            <summary>{&title}</summary>
            {for group.lines.first().map(|line| html! { <p>{text::remedy(&line.reason)}</p> })}
            <div class="table-frame" role="region" aria-label={title} tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{text::line()}</th>
                            <th scope="col">{text::reason_heading()}</th>
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
