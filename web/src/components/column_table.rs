//! Column mapping of the file, with sample cells; changing it imports the file again.
//!
//! Rendered only when unfolded: every column offers every field, more elements than the rest of the page.

use crate::protocol::{ListSummary, MappedColumn};
use crate::{browser, storage, text};
use scorer::lead::mapping::{Evidence, Mapping, Target};
use scorer::lead::schema::{LEAD_KEY, Schema};
use std::rc::Rc;
use web_sys::Event;
use yew::{Callback, Html, Properties, UseStateHandle, component, html, use_state, use_state_eq};

/// Properties of [`ColumnTable`].
#[derive(PartialEq, Properties)]
pub struct ColumnTableProps {
    /// Summary of the list, with its column mapping.
    pub summary: Rc<ListSummary>,
    /// Fields that columns can be mapped to.
    pub schema: Rc<Schema>,
    /// Called to change the mapping.
    pub on_change: Callback<Mapping>,
}

/// Foldable table of columns.
#[component]
pub fn ColumnTable(props: &ColumnTableProps) -> Html {
    let stored = use_state(storage::stores_columns);
    let unfolded = use_state_eq(|| false);
    let set = unfolded.setter();
    let mapped = props.summary.mapped_columns.iter().filter(|mapped| mapped.column.target.is_some()).count() as u32;
    html! {
        <details class="aside columns" ontoggle={move |_| set.set(true)}>
            <summary>{text::columns_read(mapped, props.summary.mapped_columns.len() as u32)}</summary>
            if *unfolded {
                {table(props)}
                {remember(props, &stored)}
            }
        </details>
    }
}

fn table(props: &ColumnTableProps) -> Html {
    html! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::your_column()}</th>
                    <th scope="col">{text::for_example()}</th>
                    <th scope="col">{text::read_as_heading()}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{for (0..props.summary.mapped_columns.len()).map(|at| row(props, at))}</tbody>
        </table>
    }
}

/// Checkbox that stores the mapping for other files.
fn remember(props: &ColumnTableProps, stored: &UseStateHandle<bool>) -> Html {
    let (summary, set) = (props.summary.clone(), stored.setter());
    let onchange = move |event: Event| {
        let store = browser::is_checked(&event);
        if store {
            storage::store_columns(&mapping(&summary))
        } else {
            storage::clear_columns()
        }
        set.set(store);
    };
    html! {
        <label class="choice">
            <input id="remember" type="checkbox" checked={**stored} {onchange} />
            {text::remember_mapping()}
        </label>
    }
}

fn mapping(summary: &ListSummary) -> Mapping {
    Mapping { columns: summary.mapped_columns.iter().map(|mapped| mapped.column.clone()).collect() }
}

fn row(props: &ColumnTableProps, at: usize) -> Html {
    let MappedColumn { column, examples, unparsed, missing_words, unseen } = &props.summary.mapped_columns[at];
    html! {
        <tr>
            <th scope="row">{&column.name}</th>
            <td class="quiet">{examples.join(" · ")}</td>
            <td>{select(props, at)}</td>
            <td class="figures">
                if column.evidence == Evidence::Name { {text::confidence(column.confidence)} }
                if *unparsed > 0 { <span class="faults">{text::unparsed_cells(*unparsed)}</span> }
                if *missing_words > 0 { <span>{text::missing_words(*missing_words)}</span> }
                if unseen.cells > 0 { <span>{text::unseen_values(unseen)}</span> }
            </td>
        </tr>
    }
}

fn select(props: &ColumnTableProps, at: usize) -> Html {
    let column = &props.summary.mapped_columns[at].column;
    let (summary, on_change) = (props.summary.clone(), props.on_change.clone());
    let onchange = move |event: Event| {
        let mut mapping = mapping(&summary);
        mapping.set(at, target(&browser::control_value(&event)));
        if storage::stores_columns() {
            storage::store_columns(&mapping);
        }
        on_change.emit(mapping);
    };
    let chosen = column.target.as_ref().map_or("", Target::name);
    let option = |value: &str, label: String| html! { <option value={value.to_owned()} selected={value == chosen}>{label}</option> };
    html! {
        <select {onchange} aria-label={text::read_as(&column.name)}>
            {option("", text::not_read().to_owned())}
            {option(LEAD_KEY, text::own_identifier().to_owned())}
            {for props.schema.fields().iter().map(|field| option(&field.name, text::field_label(&field.name)))}
        </select>
    }
}

fn target(value: &str) -> Option<Target> {
    match value {
        "" => None,
        LEAD_KEY => Some(Target::Key),
        field => Some(Target::Field(field.to_owned())),
    }
}
