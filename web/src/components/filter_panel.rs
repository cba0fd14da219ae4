//! Filters by score, mark, selection and column values.

use crate::protocol::{CellFilter, Column, ColumnFilter, ColumnValues, Mark};
use crate::state::{DisplayChange, LeadList, QueryChange};
use crate::{browser, format, text};
use std::rc::Rc;
use web_sys::Event;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`FilterPanel`].
#[derive(PartialEq, Properties)]
pub struct FilterPanelProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Called to change the query.
    pub on_query: Callback<QueryChange>,
    /// Called to change the display.
    pub on_display: Callback<DisplayChange>,
}

/// Filter panel.
#[component]
pub fn FilterPanel(props: &FilterPanelProps) -> Html {
    let (list, query) = (&props.list, &props.list.query);
    let values = list.column.and_then(|column| list.values.get(&column));
    html! {
        <section class="tool" aria-label={text::filters()}>
            {score_range(props)}
            <div class="tool-line" role="group" aria-label={text::marked()}>
                <span>{text::marked()}</span>
                {for Mark::ALL.into_iter().map(Some).chain([None]).map(|mark| mark_choice(props, mark))}
                {choice(text::only_selected(), None, query.selected, props.on_query.reform(|_| QueryChange::Selected))}
            </div>
            <label class="tool-line">{text::with_values()}{column_select(props)}</label>
            {for values.map(|values| value_choices(props, values))}
            <div class="tool-line">
                {for query.column_filters.iter().map(|filter| active_filter(props, filter))}
                if query.filter_count() > 0 {
                    <button class="button button-small" id="clear-filters" onclick={props.on_query.reform(|_| QueryChange::ClearFilters)}>
                        {text::clear_filters()}
                    </button>
                }
            </div>
        </section>
    }
}

fn score_range(props: &FilterPanelProps) -> Html {
    let (from, to) = props.list.query.score_range;
    let number = |event: &Event, default: u32| {
        browser::control_value(event).parse::<u32>().map_or(default, |number| number.min(100))
    };
    let lower = props.on_query.reform(move |event: Event| QueryChange::ScoreRange(number(&event, 0), to));
    let upper = props.on_query.reform(move |event: Event| QueryChange::ScoreRange(from, number(&event, 100)));
    let field = |id: &'static str, value: u32, onchange: Callback<Event>| {
        html! { <input {id} type="number" min="0" max="100" value={value.to_string()} {onchange} /> }
    };
    html! {
        <div class="tool-line">
            <label>{text::score_range()}{field("points-from", from, lower)}</label>
            <label>{text::to()}{field("points-to", to, upper)}</label>
        </div>
    }
}

fn mark_choice(props: &FilterPanelProps, mark: Option<Mark>) -> Html {
    let is_on = props.list.query.marks.contains(&mark);
    let label = mark.map_or_else(text::unmarked, text::mark_name);
    choice(label, None, is_on, props.on_query.reform(move |_| QueryChange::Mark(mark)))
}

fn choice(label: &str, count: Option<u32>, is_on: bool, onchange: Callback<Event>) -> Html {
    html! {
        <label class="choice">
            <input type="checkbox" checked={is_on} {onchange} />
            <span>{label}</span>
            if let Some(count) = count { <span class="quiet figures">{format::count(count)}</span> }
        </label>
    }
}

fn column_select(props: &FilterPanelProps) -> Html {
    let chosen = props.list.column;
    let onchange =
        props.on_display.reform(|event: Event| DisplayChange::Column(browser::control_value(&event).parse().ok()));
    let option = |column: &Column| {
        html! { <option value={column.index.to_string()} selected={chosen == Some(column.index)}>{&column.name}</option> }
    };
    html! {
        <select id="filter-column" {onchange}>
            <option value="" selected={chosen.is_none()}>{text::choose_column()}</option>
            {for props.list.summary.columns.iter().map(option)}
        </select>
    }
}

fn value_choices(props: &FilterPanelProps, values: &ColumnValues) -> Html {
    let column = values.column;
    let filter = props.list.query.column_filter(column);
    let is_on =
        |value: &str| matches!(filter, Some(CellFilter::Values(values)) if values.iter().any(|other| other == value));
    let value = |value: &str, label: &str, count: u32| {
        let owned = value.to_owned();
        choice(
            label,
            Some(count),
            is_on(value),
            props.on_query.reform(move |_| QueryChange::Value(column, owned.clone())),
        )
    };
    html! {
        <div class="choices">
            {choice(text::filled_cell(), None, filter == Some(&CellFilter::NonEmpty), props.on_query.reform(move |_| QueryChange::NonEmpty(column)))}
            if values.empty > 0 { {value("", text::empty_cell(), values.empty)} }
            {for values.counts.iter().map(|(cell, count)| value(cell, cell, *count))}
            if values.omitted > 0 { <p class="quiet">{text::more_values(values.omitted)}</p> }
        </div>
    }
}

/// Button of an active column filter, which removes it.
fn active_filter(props: &FilterPanelProps, filter: &ColumnFilter) -> Html {
    let index = filter.column;
    let name = props
        .list
        .summary
        .columns
        .iter()
        .find(|column| column.index == index)
        .map_or("", |column| column.name.as_str());
    let values = match &filter.cells {
        CellFilter::NonEmpty => text::filled_cell().to_owned(),
        CellFilter::Values(values) => {
            let label = |value: &String| if value.is_empty() { text::empty_cell().to_owned() } else { value.clone() };
            values.iter().map(label).collect::<Vec<_>>().join(", ")
        }
    };
    let onclick = props.on_query.reform(move |_| QueryChange::ClearColumn(index));
    html! {
        <button class="button button-small set" aria-label={text::remove_filter(name)} {onclick}>
            {format!("{name}: {values}")}<span aria-hidden="true">{" ×"}</span>
        </button>
    }
}
