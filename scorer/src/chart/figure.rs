//! A picture with everything that belongs to it: its name, one sentence, and its numbers as a table.
//!
//! Owns this form. May not know any picture.

use super::markup::Markup;

/// A picture's surroundings.
pub(super) struct Figure<'a> {
    /// Its name.
    pub(super) title: &'a str,
    /// What it says.
    pub(super) reading: &'a str,
    /// Marked as made up.
    pub(super) simulated: bool,
}

/// Columns of a table: their heads, and rows of as many cells, the first of which names its row.
pub(super) struct Table<'a> {
    /// What is in it.
    pub(super) caption: &'a str,
    pub(super) heads: &'a [&'a str],
    /// Which columns, beside the first, are of words; the others are of numbers.
    pub(super) words: &'a [usize],
    pub(super) rows: Vec<Vec<String>>,
}

impl Figure<'_> {
    /// Writes it. The table is folded away beneath the picture.
    pub(super) fn write(&self, page: &mut Markup, picture: &Markup, table: &Table<'_>) {
        page.element("figure", &[("class", "plot")], |figure| {
            figure.element("figcaption", &[], |caption| {
                caption.element("h3", &[], |head| {
                    head.text(self.title);
                    if self.simulated {
                        head.leaf("span", &[("class", "mark")], "simulated");
                    }
                });
                caption.leaf("p", &[("class", "reading")], self.reading);
            });
            figure.append(picture);
            table.fold(figure, "Numbers");
        });
    }
}

/// Pictures that belong together, side by side where there is room.
pub(super) fn together(pictures: impl Iterator<Item = Markup>) -> Markup {
    let mut all = Markup::new();
    all.element("div", &[("class", "plots")], |plots| pictures.for_each(|picture| plots.append(&picture)));
    all
}

impl Table<'_> {
    /// Folded away under a word.
    pub(super) fn fold(&self, page: &mut Markup, word: &str) {
        page.element("details", &[], |details| {
            details.leaf("summary", &[], word);
            self.write(details);
        });
    }

    /// In sight; it scrolls sideways where it is too wide.
    pub(super) fn write(&self, page: &mut Markup) {
        let region = [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", self.caption)];
        page.element("div", &region, |region| {
            region.element("table", &[], |table| {
                table.leaf("caption", &[("class", "unseen")], self.caption);
                table.element("thead", &[], |head| {
                    head.element("tr", &[], |row| {
                        for (place, name) in self.heads.iter().enumerate() {
                            let kind = [("scope", "col"), ("class", "word")];
                            row.leaf("th", &kind[..self.attributes(place, 1)], name);
                        }
                    });
                });
                table.element("tbody", &[], |body| self.rows.iter().for_each(|cells| self.write_row(body, cells)));
            });
        });
    }

    fn write_row(&self, body: &mut Markup, cells: &[String]) {
        body.element("tr", &[], |row| {
            for (place, cell) in cells.iter().enumerate() {
                match place {
                    0 => row.leaf("th", &[("scope", "row"), ("class", "word")], cell),
                    _ => row.leaf("td", &[("class", "word")][..self.attributes(place, 0)], cell),
                }
            }
        });
    }

    /// How many attributes a cell of a column has: `own`, and the class of words.
    fn attributes(&self, place: usize, own: usize) -> usize {
        own + usize::from(place == 0 || self.words.contains(&place))
    }
}
