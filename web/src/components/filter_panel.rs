//! The filters beside grades and search: scores, marks, and what stands in a column.

use crate::agent::{Column, Mark, Values, Wanted};
use crate::state::{Ask, List, Look};
use crate::{format, text};
use std::rc::Rc;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast, component, html};

/// What the panel shows and tells.
#[derive(PartialEq, Properties)]
pub struct FilterPanelProps {
    /// The list.
    pub list: Rc<List>,
    /// Other rows are wanted.
    pub on_ask: Callback<Ask>,
    /// The list is looked at otherwise.
    pub on_look: Callback<Look>,
}

/// The panel.
#[component]
pub fn FilterPanel(props: &FilterPanelProps) -> Html {
    let (list, query) = (&props.list, &props.list.query);
    let values = list.column.and_then(|column| list.values.get(&column));
    html! {
        <section class="tool" aria-label={text::filters()}>
            {points(props)}
            <div class="tool-line" role="group" aria-label={text::marked()}>
                <span>{text::marked()}</span>
                {for Mark::ALL.into_iter().map(Some).chain([None]).map(|mark| marked(props, mark))}
                {choice(text::only_selected(), None, query.selected, props.on_ask.reform(|_| Ask::Selected))}
            </div>
            <label class="tool-line">{text::with_values()}{columns(props)}</label>
            {for values.map(|values| choices(props, values))}
            <div class="tool-line">
                {for query.conditions.iter().map(|condition| set(props, condition.column, &condition.wanted))}
                if query.filters() > 0 {
                    <button class="button button-small" id="clear-filters" onclick={props.on_ask.reform(|_| Ask::Everything)}>
                        {text::clear_filters()}
                    </button>
                }
            </div>
        </section>
    }
}

fn points(props: &FilterPanelProps) -> Html {
    let (from, to) = props.list.query.points;
    let number = |event: &Event, otherwise: u32| {
        event
            .target_unchecked_into::<HtmlInputElement>()
            .value()
            .parse::<u32>()
            .map_or(otherwise, |number| number.min(100))
    };
    let lower = props.on_ask.reform(move |event: Event| Ask::Points(number(&event, 0), to));
    let upper = props.on_ask.reform(move |event: Event| Ask::Points(from, number(&event, 100)));
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

fn marked(props: &FilterPanelProps, mark: Option<Mark>) -> Html {
    let is_on = props.list.query.marks.contains(&mark);
    let words = mark.map_or_else(text::unmarked, text::mark_name);
    choice(words, None, is_on, props.on_ask.reform(move |_| Ask::Marked(mark)))
}

fn choice(words: &str, count: Option<u32>, is_on: bool, onchange: Callback<Event>) -> Html {
    html! {
        <label class="choice">
            <input type="checkbox" checked={is_on} {onchange} />
            <span>{words}</span>
            if let Some(count) = count { <span class="quiet figures">{format::count(count)}</span> }
        </label>
    }
}

fn columns(props: &FilterPanelProps) -> Html {
    let chosen = props.list.column;
    let onchange = props
        .on_look
        .reform(|event: Event| Look::Column(event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok()));
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

fn choices(props: &FilterPanelProps, values: &Values) -> Html {
    let column = values.column;
    let wanted = props.list.query.condition(column);
    let is_on =
        |value: &str| matches!(wanted, Some(Wanted::Values(values)) if values.iter().any(|other| other == value));
    let value = |value: &str, words: &str, count: u32| {
        let owned = value.to_owned();
        choice(words, Some(count), is_on(value), props.on_ask.reform(move |_| Ask::Value(column, owned.clone())))
    };
    html! {
        <div class="choices">
            {choice(text::filled_cell(), None, wanted == Some(&Wanted::Filled), props.on_ask.reform(move |_| Ask::Filled(column)))}
            if values.empty > 0 { {value("", text::empty_cell(), values.empty)} }
            {for values.counts.iter().map(|(cell, count)| value(cell, cell, *count))}
            if values.more > 0 { <p class="quiet">{text::more_values(values.more)}</p> }
        </div>
    }
}

/// A condition that is set, which a click takes away.
fn set(props: &FilterPanelProps, column: u32, wanted: &Wanted) -> Html {
    let of = |shown: &&Column| shown.index == column;
    let name = props.list.summary.columns.iter().find(of).map_or("", |column| column.name.as_str());
    let values = match wanted {
        Wanted::Filled => text::filled_cell().to_owned(),
        Wanted::Values(values) => {
            let word = |value: &String| if value.is_empty() { text::empty_cell().to_owned() } else { value.clone() };
            values.iter().map(word).collect::<Vec<_>>().join(", ")
        }
    };
    let onclick = props.on_ask.reform(move |_| Ask::Unconditioned(column));
    html! {
        <button class="button button-small set" aria-label={text::remove_filter(name)} {onclick}>
            {format!("{name}: {values}")}<span aria-hidden="true">{" ×"}</span>
        </button>
    }
}
