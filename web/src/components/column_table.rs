//! What each column of the file is read as, with some of its cells; picking another meaning reads the file again.

use crate::agent::{MappedColumn, Summary};
use crate::text;
use scorer::lead::mapping::{Evidence, Mapping, Target};
use scorer::lead::schema::{LEAD_KEY, Schema};
use std::rc::Rc;
use web_sys::{Event, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast, component, html};

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct ColumnTableProps {
    /// The list with the columns of its file.
    pub summary: Rc<Summary>,
    /// Others are wanted.
    pub on_change: Callback<Mapping>,
}

/// The table.
#[component]
pub fn ColumnTable(props: &ColumnTableProps) -> Html {
    let read = props.summary.mapped.iter().filter(|mapped| mapped.column.target.is_some()).count() as u32;
    html! {
        <details class="aside columns">
            <summary>{text::columns_read(read, props.summary.mapped.len() as u32)}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{text::your_column()}</th>
                        <th scope="col">{text::for_example()}</th>
                        <th scope="col">{text::read_as_head()}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{for (0..props.summary.mapped.len()).map(|at| row(props, at))}</tbody>
            </table>
        </details>
    }
}

fn row(props: &ColumnTableProps, at: usize) -> Html {
    let MappedColumn { column, examples, unread } = &props.summary.mapped[at];
    html! {
        <tr>
            <th scope="row">{&column.name}</th>
            <td class="quiet">{examples.join(" · ")}</td>
            <td>{select(props, at)}</td>
            <td class="figures">
                if column.evidence == Evidence::Name { {text::sure(column.confidence)} }
                if *unread > 0 { <span class="faults">{text::unread(*unread)}</span> }
            </td>
        </tr>
    }
}

fn select(props: &ColumnTableProps, at: usize) -> Html {
    let column = &props.summary.mapped[at].column;
    let (summary, on_change) = (props.summary.clone(), props.on_change.clone());
    let onchange = move |event: Event| {
        let mut mapping = Mapping { columns: summary.mapped.iter().map(|mapped| mapped.column.clone()).collect() };
        mapping.set(at, target(&event.target_unchecked_into::<HtmlSelectElement>().value()));
        on_change.emit(mapping);
    };
    let chosen = column.target.as_ref().map_or("", Target::name);
    let option = |value: &str, word: String| html! { <option value={value.to_owned()} selected={value == chosen}>{word}</option> };
    html! {
        <select {onchange} aria-label={text::read_as(&column.name)}>
            {option("", text::not_read().to_owned())}
            {option(LEAD_KEY, text::own_key().to_owned())}
            {for Schema::leads().fields().iter().map(|field| option(&field.name, text::field_label(&field.name)))}
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
