//! Displays of a score. A bar's length is an attribute: the page's policy allows no inline style.

use super::grade_chips::grade_class;
use crate::protocol::{ModelInfo, Score};
use crate::{format, text};
use yew::{Html, Properties, classes, component, html};

/// Properties of [`ScoreBar`].
#[derive(PartialEq, Properties)]
pub struct ScoreBarProps {
    /// Filled share, from 0 to 1.
    pub share: f32,
}

/// Thin bar as long as the score.
#[component]
pub fn ScoreBar(props: &ScoreBarProps) -> Html {
    let width = (props.share * 100.0).to_string();
    html! {
        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" width="100" height="4" />
            <rect class="bar-fill" {width} height="4" />
        </svg>
    }
}

/// Displays a score with its grade, bar and expected reply rate.
pub(super) fn score_figure(score: &Score, models: &[ModelInfo]) -> Html {
    let probability = score.probability;
    html! {
        <>
            <p class="verdict-score">
                <span class="verdict-number" title={text::exact(probability)} data-probability={probability.to_string()}>
                    {format::points(f64::from(probability))}
                </span>
                {grade_letter(score.grade)}
            </p>
            <ScoreBar share={probability} />
            <p>{text::expected_replies(score, models.get(score.model as usize))}</p>
        </>
    }
}

/// Displays the letter of a grade in its color.
pub(super) fn grade_letter(grade: Option<char>) -> Html {
    let letter = |grade| html! { <span class={classes!("letter", grade_class(grade))}>{grade}</span> };
    grade.map(letter).unwrap_or_default()
}
