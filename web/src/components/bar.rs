//! A thin bar for a score. Its length stands in an attribute: the page's policy allows no inline style.

use yew::{Html, Properties, component, html};

/// What the bar shows.
#[derive(PartialEq, Properties)]
pub struct BarProps {
    /// From 0 to 1.
    pub share: f32,
}

/// The bar.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    let width = (props.share * 100.0).to_string();
    html! {
        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" width="100" height="4" />
            <rect class="bar-fill" {width} height="4" />
        </svg>
    }
}
