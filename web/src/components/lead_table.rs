//! The ranked leads: score first, then the user's own columns.

use super::bar::Bar;
use super::grade_chips::grade_class;
use crate::agent::{Column, Query, Row, Sort, Window};
use crate::{format, text};
use web_sys::Element;
use yew::{Callback, Html, Properties, classes, component, html, use_effect_with, use_node_ref};

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadTableProps {
    /// Names the table.
    pub caption: String,
    /// The user's columns, in the order of the rows' cells.
    pub columns: Vec<Column>,
    /// What was asked for.
    pub query: Query,
    /// What came; `None` before the first rows do.
    pub window: Option<Window>,
    /// A column's header was clicked.
    pub on_sort: Callback<Sort>,
}

/// The table; while newer rows are under way, the older ones stay, paler.
#[component]
pub fn LeadTable(props: &LeadTableProps) -> Html {
    let stale = props.window.as_ref().is_some_and(|window| window.query != props.query);
    let frame = use_node_ref();
    let scrolled = frame.clone();
    // Other rows are read from the first on.
    use_effect_with(props.query.clone(), move |_| {
        if let Some(frame) = scrolled.cast::<Element>() {
            frame.set_scroll_top(0);
        }
    });
    let header = |column: &Column| {
        let name = if column.name.is_empty() { text::UNNAMED } else { &column.name };
        sortable(props, Sort::Column(column.index), name, column.numeric.then_some("number"))
    };
    html! {
        <div ref={frame} class="table-frame" role="region" aria-label={props.caption.clone()} tabindex="0">
            <table class={classes!("leads", stale.then_some("stale"))} aria-busy={stale.to_string()}>
                <caption class="unseen">{&props.caption}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="number rank">{text::RANK}</th>
                        {sortable(props, Sort::Score, text::SCORE, Some("score"))}
                        <th scope="col" class="grade">{text::GRADE}</th>
                        {for props.columns.iter().map(header)}
                    </tr>
                </thead>
                <tbody>
                    if let Some(window) = &props.window {
                        {for window.rows.iter().map(|row| lead(row, &props.columns))}
                    } else {
                        {for (0..12).map(|_| skeleton(props.columns.len()))}
                    }
                </tbody>
            </table>
        </div>
    }
}

fn sortable(props: &LeadTableProps, sort: Sort, name: &str, class: Option<&'static str>) -> Html {
    let sorted = props.query.sort == sort;
    // The score's natural order is best first, that is, descending.
    let direction = match (sorted, props.query.reversed == (sort == Sort::Score)) {
        (false, _) => None,
        (true, true) => Some("ascending"),
        (true, false) => Some("descending"),
    };
    html! {
        <th scope="col" {class} aria-sort={direction}>
            <button class="sort" onclick={props.on_sort.reform(move |_| sort)}>{name}</button>
        </th>
    }
}

fn lead(row: &Row, columns: &[Column]) -> Html {
    let probability = row.score.probability;
    let cell = |(cell, column): (&String, &Column)| {
        html! { <td class={column.numeric.then_some("number")} title={cell.clone()}>{cell}</td> }
    };
    html! {
        <tr key={row.rank}>
            <td class="number rank">{format::count(row.rank)}</td>
            <td class="score" title={text::exact(probability)}>
                <span>{format::points(f64::from(probability))}</span>
                <Bar share={probability} />
            </td>
            <td class="grade">
                if let Some(grade) = row.score.grade { <span class={classes!("letter", grade_class(grade))}>{grade}</span> }
            </td>
            {for row.cells.iter().zip(columns).map(cell)}
        </tr>
    }
}

fn skeleton(columns: usize) -> Html {
    html! { <tr class="skeleton" aria-hidden="true">{for (0..columns + 3).map(|_| html! { <td><i /></td> })}</tr> }
}
