//! Grade filter: one toggle button per grade, with its number of leads.

use crate::{format, text};
use yew::{Callback, Html, Properties, classes, component, html};

/// Properties of [`GradeChips`].
#[derive(PartialEq, Properties)]
pub struct GradeChipsProps {
    /// Number of leads per grade, best grade first.
    pub grades: Vec<(char, u32)>,
    /// Grades of the filter; empty for all.
    pub chosen: Vec<char>,
    /// Called to toggle a grade.
    pub on_toggle: Callback<char>,
}

/// Row of toggle buttons.
#[component]
pub fn GradeChips(props: &GradeChipsProps) -> Html {
    let chip = |&(grade, number): &(char, u32)| {
        let pressed = props.chosen.contains(&grade);
        html! {
            <button
                class={classes!("chip", grade_class(grade))}
                aria-pressed={pressed.to_string()}
                onclick={props.on_toggle.reform(move |_| grade)}
            >
                // Text for screen readers; the rest is visual.
                <span class="unseen">{text::grade_chip(grade, number)}</span>
                <span class="chip-letter" aria-hidden="true">{grade}</span>
                <span aria-hidden="true">{format::count(number)}</span>
            </button>
        }
    };
    html! { <div class="chips" role="group" aria-label={text::grades()}>{for props.grades.iter().map(chip)}</div> }
}

/// Returns the CSS class of a grade's color; grades beyond the fourth share one.
pub fn grade_class(grade: char) -> &'static str {
    match grade {
        'A' => "grade-a",
        'B' => "grade-b",
        'C' => "grade-c",
        'D' => "grade-d",
        _ => "grade-other",
    }
}
