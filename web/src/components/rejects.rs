//! How many rows could not be scored; which ones comes into sight when asked for.

use super::reject_groups::RejectGroups;
use crate::agent::RejectGroup;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the rejects show and tell.
#[derive(PartialEq, Properties)]
pub struct RejectsProps {
    /// How many there are.
    pub count: u32,
    /// What is wrong with them, once that came.
    pub groups: Option<Vec<RejectGroup>>,
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
            if let (true, Some(groups)) = (props.open, &props.groups) {
                <RejectGroups count={props.count} groups={groups.clone()} on_download={props.on_download.clone()} />
            }
        </section>
    }
}
