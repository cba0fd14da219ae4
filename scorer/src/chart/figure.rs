//! Figures: a chart with its title, one sentence, and its numbers as a table.

use super::markup::Markup;

/// Title and caption of a chart.
pub(super) struct Figure<'a> {
    /// Title.
    pub(super) title: &'a str,
    /// Sentence that says what the chart shows.
    pub(super) caption: &'a str,
    /// True to mark simulated data.
    pub(super) simulated: bool,
}

/// Table of a chart's data: headers, and rows of as many cells, the first of which is the row's header.
pub(super) struct DataTable<'a> {
    /// Accessible name.
    pub(super) caption: &'a str,
    pub(super) headers: &'a [&'a str],
    /// Columns of text besides the first; the others are numeric.
    pub(super) text_columns: &'a [usize],
    pub(super) rows: Vec<Vec<String>>,
}

impl Figure<'_> {
    /// Renders the figure, with the table in a closed `details` element below the chart.
    pub(super) fn write(&self, page: &mut Markup, chart: &Markup, table: &DataTable<'_>) {
        page.element("figure", &[("class", "plot")], |figure| {
            figure.element("figcaption", &[], |caption| {
                caption.element("h3", &[], |head| {
                    head.text(self.title);
                    if self.simulated {
                        head.leaf("span", &[("class", "mark")], "simulated");
                    }
                });
                caption.leaf("p", &[("class", "reading")], self.caption);
            });
            figure.append(chart);
            table.write_details(figure, "Numbers");
        });
    }
}

/// Arranges charts in a grid.
pub(super) fn grid(charts: impl Iterator<Item = Markup>) -> Markup {
    let mut grid = Markup::new();
    grid.element("div", &[("class", "plots")], |plots| charts.for_each(|chart| plots.append(&chart)));
    grid
}

impl DataTable<'_> {
    /// Renders the table in a closed `details` element.
    pub(super) fn write_details(&self, page: &mut Markup, summary: &str) {
        page.element("details", &[], |details| {
            details.leaf("summary", &[], summary);
            self.write(details);
        });
    }

    /// Renders the table, scrollable sideways.
    pub(super) fn write(&self, page: &mut Markup) {
        let region = [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", self.caption)];
        page.element("div", &region, |region| {
            region.element("table", &[], |table| {
                table.leaf("caption", &[("class", "unseen")], self.caption);
                table.element("thead", &[], |head| {
                    head.element("tr", &[], |row| {
                        for (index, name) in self.headers.iter().enumerate() {
                            let kind = [("scope", "col"), ("class", "word")];
                            row.leaf("th", &kind[..self.attribute_count(index, 1)], name);
                        }
                    });
                });
                table.element("tbody", &[], |body| self.rows.iter().for_each(|cells| self.write_row(body, cells)));
            });
        });
    }

    fn write_row(&self, body: &mut Markup, cells: &[String]) {
        body.element("tr", &[], |row| {
            for (index, cell) in cells.iter().enumerate() {
                match index {
                    0 => row.leaf("th", &[("scope", "row"), ("class", "word")], cell),
                    _ => row.leaf("td", &[("class", "word")][..self.attribute_count(index, 0)], cell),
                }
            }
        });
    }

    /// Number of attributes of a cell: `own`, and the class of a text column.
    fn attribute_count(&self, index: usize, own: usize) -> usize {
        own + usize::from(index == 0 || self.text_columns.contains(&index))
    }
}
