//! Table row of one lead; rendered again only when it changes.

use super::score::{ScoreBar, grade_letter};
use crate::protocol::{LeadSet, Row};
use crate::state::DisplayChange;
use crate::{format, text};
use web_sys::MouseEvent;
use yew::{Callback, Html, Properties, classes, component, html};

/// Properties of [`LeadRow`].
#[derive(PartialEq, Properties)]
pub struct LeadRowProps {
    /// Index among the matching rows, from 0.
    pub index: u32,
    /// The lead, once received.
    pub row: Option<Row>,
    /// For each cell, true when its column is numeric.
    pub numeric: Vec<bool>,
    /// Number of table columns.
    pub width: usize,
    /// True for the row of the keyboard cursor.
    pub active: bool,
    /// True when its details are open.
    pub open: bool,
    /// Called to open its details.
    pub on_display: Callback<DisplayChange>,
    /// Called to select or deselect it.
    pub on_select: Callback<(LeadSet, bool)>,
}

/// Returns the element id of a row.
pub fn row_id(index: u32) -> String {
    format!("lead-{index}")
}

/// Table row.
#[component]
pub fn LeadRow(props: &LeadRowProps) -> Html {
    let LeadRowProps { index, row, active, open, .. } = props;
    let class = classes!("lead", active.then_some("active"), open.then_some("open"));
    let Some(row) = row else {
        return html! { <tr id={row_id(*index)} class={classes!(class, "waiting")}><td colspan={props.width.to_string()} /></tr> };
    };
    let (on_display, lead, index) = (props.on_display.clone(), row.lead, *index);
    let onclick = move |_: MouseEvent| {
        on_display.emit(DisplayChange::Row(index));
        on_display.emit(DisplayChange::OpenLead(lead));
    };
    html! {
        <tr id={row_id(index)} {class} {onclick} aria-rowindex={(index + 2).to_string()} aria-selected={row.selected.to_string()}>
            {cells(props, row)}
        </tr>
    }
}

fn cells(props: &LeadRowProps, row: &Row) -> Html {
    let (probability, lead, selected) = (row.score.probability, LeadSet::Lead(row.lead), row.selected);
    let cell = |(cell, numeric): (&String, &bool)| {
        html! { <td role="gridcell" class={numeric.then_some("number")} title={cell.clone()}>{cell}</td> }
    };
    html! {
        <>
            <td role="gridcell" class="pick" onclick={|event: MouseEvent| event.stop_propagation()}>
                <input
                    type="checkbox" tabindex="-1" aria-label={text::select_lead(row.rank)} checked={selected}
                    onchange={props.on_select.reform(move |_| (lead.clone(), !selected))}
                />
            </td>
            <td role="gridcell" class="number rank">{format::count(row.rank)}</td>
            <td role="gridcell" class="score" title={text::exact(probability)}>
                <span>{format::points(f64::from(probability))}</span>
                <ScoreBar share={probability} />
            </td>
            <td role="gridcell" class="grade">{grade_letter(row.score.grade)}</td>
            {for row.cells.iter().zip(&props.numeric).map(cell)}
            <td role="gridcell" class="mark">{for row.mark.map(text::mark_name)}</td>
        </>
    }
}
