//! The grades with their counts; a click filters.

use crate::{format, text};
use yew::{Callback, Html, Properties, classes, component, html};

/// What the chips show and tell.
#[derive(PartialEq, Properties)]
pub struct GradeChipsProps {
    /// Grades and how many leads have them, best first.
    pub grades: Vec<(char, u32)>,
    /// The grades that are filtered for; none: all.
    pub chosen: Vec<char>,
    /// A grade was clicked.
    pub on_toggle: Callback<char>,
}

/// The chips.
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
                // In words for those who hear it; what follows is for the eye.
                <span class="unseen">{text::grade_chip(grade, number)}</span>
                <span class="chip-letter" aria-hidden="true">{grade}</span>
                <span aria-hidden="true">{format::count(number)}</span>
            </button>
        }
    };
    html! { <div class="chips" role="group" aria-label={text::grades()}>{for props.grades.iter().map(chip)}</div> }
}

/// The tint of a grade; grades beyond the fourth have none of their own.
pub fn grade_class(grade: char) -> &'static str {
    match grade {
        'A' => "grade-a",
        'B' => "grade-b",
        'C' => "grade-c",
        'D' => "grade-d",
        _ => "grade-other",
    }
}
