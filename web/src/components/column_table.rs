//! What each column of the file is read as, with some of its cells; picking another meaning reads the file again. Drawn
//! once it is unfolded: every column offers every field, which is more than all else that a list begins with.

use crate::agent::{MappedColumn, Summary};
use crate::{memory, text};
use scorer::lead::mapping::{Evidence, Mapping, Target};
use scorer::lead::schema::{LEAD_KEY, Schema};
use std::rc::Rc;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast, UseStateHandle, component, html, use_state, use_state_eq};

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct ColumnTableProps {
    /// The list with the columns of its file.
    pub summary: Rc<Summary>,
    /// The fields that columns can be read as.
    pub schema: Rc<Schema>,
    /// Others are wanted.
    pub on_change: Callback<Mapping>,
}

/// The table.
#[component]
pub fn ColumnTable(props: &ColumnTableProps) -> Html {
    let kept = use_state(memory::keeps_meanings);
    let unfolded = use_state_eq(|| false);
    let set = unfolded.setter();
    let read = props.summary.mapped.iter().filter(|mapped| mapped.column.target.is_some()).count() as u32;
    html! {
        <details class="aside columns" ontoggle={move |_| set.set(true)}>
            <summary>{text::columns_read(read, props.summary.mapped.len() as u32)}</summary>
            if *unfolded {
                {table(props)}
                {remember(props, &kept)}
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
                    <th scope="col">{text::read_as_head()}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{for (0..props.summary.mapped.len()).map(|at| row(props, at))}</tbody>
        </table>
    }
}

/// What is picked now and later is known of other files too, if that is wanted.
fn remember(props: &ColumnTableProps, kept: &UseStateHandle<bool>) -> Html {
    let (summary, set) = (props.summary.clone(), kept.setter());
    let onchange = move |event: Event| {
        let keep = event.target_unchecked_into::<HtmlInputElement>().checked();
        if keep {
            memory::keep_meanings(&mapping(&summary))
        } else {
            memory::forget_meanings()
        }
        set.set(keep);
    };
    html! {
        <label class="choice">
            <input id="remember" type="checkbox" checked={**kept} {onchange} />
            {text::remember_meanings()}
        </label>
    }
}

fn mapping(summary: &Summary) -> Mapping {
    Mapping { columns: summary.mapped.iter().map(|mapped| mapped.column.clone()).collect() }
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
        let mut mapping = mapping(&summary);
        mapping.set(at, target(&event.target_unchecked_into::<HtmlSelectElement>().value()));
        if memory::keeps_meanings() {
            memory::keep_meanings(&mapping);
        }
        on_change.emit(mapping);
    };
    let chosen = column.target.as_ref().map_or("", Target::name);
    let option = |value: &str, word: String| html! { <option value={value.to_owned()} selected={value == chosen}>{word}</option> };
    html! {
        <select {onchange} aria-label={text::read_as(&column.name)}>
            {option("", text::not_read().to_owned())}
            {option(LEAD_KEY, text::own_key().to_owned())}
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
