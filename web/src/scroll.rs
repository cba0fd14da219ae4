//! Which rows of a long table are in sight, and how high the empty space around them is.
//!
//! Owns that arithmetic. May not know the browser or what stands in the rows. Browsers draw no element higher than some
//! ten million pixels: longer tables are scrolled at a scale.

/// The height of a row in pixels; the style sheet says the same.
pub const ROW: f64 = 36.0;

/// The greatest height of all rows together that every browser draws.
const HEIGHT_MAX: f64 = 12e6;

/// Rows drawn above and below those in sight.
const BEYOND: u32 = 8;

/// The rows that are drawn start at a multiple of this, so that not every little step draws them anew.
const STEP: u32 = 4;

/// A table of so many rows in a frame of such a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scroll {
    /// How many rows there are.
    pub rows: u32,
    /// How many pixels of them are in sight.
    pub view: f64,
}

/// The rows that are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The first.
    pub from: u32,
    /// The one behind the last.
    pub to: u32,
    /// Empty space above, in pixels.
    pub above: f64,
    /// Empty space below.
    pub below: f64,
}

impl Span {
    /// The same with so many rows at most; the space of the others stays empty.
    pub fn first(self, rows: u32) -> Span {
        let to = self.to.min(self.from + rows);
        Span { to, below: self.below + f64::from(self.to - to) * ROW, ..self }
    }
}

impl Scroll {
    fn height(&self) -> f64 {
        (f64::from(self.rows) * ROW).min(HEIGHT_MAX)
    }

    fn is_scaled(&self) -> bool {
        f64::from(self.rows) * ROW > HEIGHT_MAX
    }

    /// The row at the upper edge, with a fraction, when scrolled by so many pixels.
    fn row_at(&self, top: f64) -> f64 {
        if !self.is_scaled() {
            return top / ROW;
        }
        let share = (top / (self.height() - self.view).max(1.0)).clamp(0.0, 1.0);
        share * (f64::from(self.rows) - self.view / ROW).max(0.0)
    }

    /// How far to scroll for a row to be at the upper edge.
    fn top_of(&self, row: f64) -> f64 {
        if !self.is_scaled() {
            return row * ROW;
        }
        let last = (f64::from(self.rows) - self.view / ROW).max(1.0);
        (row / last).clamp(0.0, 1.0) * (self.height() - self.view)
    }

    /// What is drawn when scrolled by so many pixels.
    pub fn span(&self, top: f64) -> Span {
        let first = self.row_at(top.max(0.0));
        let from = (first as u32).saturating_sub(BEYOND) / STEP * STEP;
        let to = (first as u32 + (self.view / ROW).ceil() as u32 + BEYOND).div_ceil(STEP) * STEP;
        let (from, to) = (from.min(self.rows), to.min(self.rows));
        let above =
            if self.is_scaled() { (top - (first - f64::from(from)) * ROW).max(0.0) } else { f64::from(from) * ROW };
        let below = (self.height() - above - f64::from(to - from) * ROW).max(0.0);
        Span { from, to, above, below }
    }

    /// How far to scroll for a row to be in sight, when scrolled by so many pixels now; `None` where it is already.
    pub fn reveal(&self, row: u32, top: f64) -> Option<f64> {
        let (first, row, fits) = (self.row_at(top), f64::from(row), self.view / ROW);
        if row < first {
            Some(self.top_of(row))
        } else if row + 1.0 > first + fits {
            Some(self.top_of(row + 1.0 - fits))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_table_is_drawn_whole() {
        let scroll = Scroll { rows: 10, view: 500.0 };
        assert_eq!(scroll.span(0.0), Span { from: 0, to: 10, above: 0.0, below: 0.0 });
        assert_eq!(Scroll { rows: 0, view: 500.0 }.span(0.0), Span { from: 0, to: 0, above: 0.0, below: 0.0 });
    }

    #[test]
    fn rows_around_those_in_sight_are_drawn_and_the_rest_is_space() {
        let scroll = Scroll { rows: 10_000, view: 720.0 };
        let span = scroll.span(36_000.0);
        assert!(span.from <= 992 && span.to >= 1028 && span.to - span.from < 60, "{span:?}");
        assert_eq!(span.above + f64::from(span.to - span.from) * ROW + span.below, 360_000.0);
    }

    #[test]
    fn a_million_rows_are_reached_from_the_first_to_the_last() {
        let scroll = Scroll { rows: 1_000_000, view: 720.0 };
        assert_eq!(scroll.span(0.0).from, 0);
        let end = scroll.span(HEIGHT_MAX - 720.0);
        assert_eq!((end.to, end.below), (1_000_000, 0.0));
        for row in [0, 1, 333_333, 999_979, 999_999] {
            let top = scroll.reveal(row, 6e6).unwrap();
            let span = scroll.span(top);
            assert!((span.from..span.to).contains(&row), "{row}: {span:?}");
            let at = span.above + f64::from(row - span.from) * ROW - top;
            assert!((-0.5..=720.0 - ROW + 0.5).contains(&at), "{row} at {at}");
        }
    }

    #[test]
    fn rows_that_are_not_drawn_yet_have_their_space() {
        let span = Scroll { rows: 100, view: 720.0 }.span(0.0);
        let first = span.first(8);
        assert_eq!((first.from, first.to, first.above), (0, 8, 0.0));
        assert_eq!(first.below + 8.0 * ROW, 3600.0);
        assert_eq!(span.first(1000), span);
    }

    #[test]
    fn a_row_in_sight_stays_where_it_is() {
        let scroll = Scroll { rows: 1000, view: 360.0 };
        assert_eq!(scroll.reveal(5, 0.0), None);
        assert_eq!(scroll.reveal(10, 0.0), Some(36.0));
        assert_eq!(scroll.reveal(2, 360.0), Some(72.0));
    }
}
