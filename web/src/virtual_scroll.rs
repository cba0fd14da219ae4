//! Virtual scrolling: the rows to render of a long table, and the heights of the spacers around them.
//!
//! Browsers render no element higher than some ten million pixels: longer tables are scrolled at a scale.

/// Row height in pixels, equal to the one in the style sheet.
pub const ROW_HEIGHT: f64 = 36.0;

/// Maximum total height that every browser renders, in pixels.
const HEIGHT_MAX: f64 = 12e6;

/// Number of rows rendered above and below the visible ones.
const OVERSCAN: u32 = 8;

/// Rendered ranges start at a multiple of this, so that small scroll steps do not render again.
const STEP: u32 = 4;

/// Table with its viewport.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VirtualScroll {
    /// Number of rows.
    pub rows: u32,
    /// Height of the viewport in pixels.
    pub view: f64,
}

/// Rows to render.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowSpan {
    /// First row.
    pub from: u32,
    /// End of the range, exclusive.
    pub to: u32,
    /// Height of the spacer above, in pixels.
    pub above: f64,
    /// Height of the spacer below, in pixels.
    pub below: f64,
}

impl RowSpan {
    /// Limits the number of rows; the spacer below takes the rest.
    pub fn truncated(self, rows: u32) -> RowSpan {
        let to = self.to.min(self.from + rows);
        RowSpan { to, below: self.below + f64::from(self.to - to) * ROW_HEIGHT, ..self }
    }
}

impl VirtualScroll {
    fn height(&self) -> f64 {
        (f64::from(self.rows) * ROW_HEIGHT).min(HEIGHT_MAX)
    }

    fn is_scaled(&self) -> bool {
        f64::from(self.rows) * ROW_HEIGHT > HEIGHT_MAX
    }

    /// Returns the row at the upper edge, with a fraction, at a scroll position in pixels.
    fn row_at(&self, top: f64) -> f64 {
        if !self.is_scaled() {
            return top / ROW_HEIGHT;
        }
        let share = (top / (self.height() - self.view).max(1.0)).clamp(0.0, 1.0);
        share * (f64::from(self.rows) - self.view / ROW_HEIGHT).max(0.0)
    }

    /// Returns the scroll position that puts a row at the upper edge.
    fn top_of(&self, row: f64) -> f64 {
        if !self.is_scaled() {
            return row * ROW_HEIGHT;
        }
        let last = (f64::from(self.rows) - self.view / ROW_HEIGHT).max(1.0);
        (row / last).clamp(0.0, 1.0) * (self.height() - self.view)
    }

    /// Returns the rows to render at a scroll position.
    pub fn span(&self, top: f64) -> RowSpan {
        let first = self.row_at(top.max(0.0));
        let from = (first as u32).saturating_sub(OVERSCAN) / STEP * STEP;
        let to = (first as u32 + (self.view / ROW_HEIGHT).ceil() as u32 + OVERSCAN).div_ceil(STEP) * STEP;
        let (from, to) = (from.min(self.rows), to.min(self.rows));
        let above = if self.is_scaled() {
            (top - (first - f64::from(from)) * ROW_HEIGHT).max(0.0)
        } else {
            f64::from(from) * ROW_HEIGHT
        };
        let below = (self.height() - above - f64::from(to - from) * ROW_HEIGHT).max(0.0);
        RowSpan { from, to, above, below }
    }

    /// Returns the scroll position that makes a row visible; `None` when it is visible already.
    pub fn reveal(&self, row: u32, top: f64) -> Option<f64> {
        let (first, row, fits) = (self.row_at(top), f64::from(row), self.view / ROW_HEIGHT);
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
    fn short_tables_are_rendered_whole() {
        let scroll = VirtualScroll { rows: 10, view: 500.0 };
        assert_eq!(scroll.span(0.0), RowSpan { from: 0, to: 10, above: 0.0, below: 0.0 });
        assert_eq!(
            VirtualScroll { rows: 0, view: 500.0 }.span(0.0),
            RowSpan { from: 0, to: 0, above: 0.0, below: 0.0 }
        );
    }

    #[test]
    fn long_tables_are_rendered_around_the_viewport() {
        let scroll = VirtualScroll { rows: 10_000, view: 720.0 };
        let span = scroll.span(36_000.0);
        assert!(span.from <= 992 && span.to >= 1028 && span.to - span.from < 60, "{span:?}");
        assert_eq!(span.above + f64::from(span.to - span.from) * ROW_HEIGHT + span.below, 360_000.0);
    }

    #[test]
    fn every_one_of_a_million_rows_is_reachable() {
        let scroll = VirtualScroll { rows: 1_000_000, view: 720.0 };
        assert_eq!(scroll.span(0.0).from, 0);
        let end = scroll.span(HEIGHT_MAX - 720.0);
        assert_eq!((end.to, end.below), (1_000_000, 0.0));
        for row in [0, 1, 333_333, 999_979, 999_999] {
            let top = scroll.reveal(row, 6e6).unwrap();
            let span = scroll.span(top);
            assert!((span.from..span.to).contains(&row), "{row}: {span:?}");
            let at = span.above + f64::from(row - span.from) * ROW_HEIGHT - top;
            assert!((-0.5..=720.0 - ROW_HEIGHT + 0.5).contains(&at), "{row} at {at}");
        }
    }

    #[test]
    fn truncated_rows_are_replaced_by_the_spacer() {
        let span = VirtualScroll { rows: 100, view: 720.0 }.span(0.0);
        let first = span.truncated(8);
        assert_eq!((first.from, first.to, first.above), (0, 8, 0.0));
        assert_eq!(first.below + 8.0 * ROW_HEIGHT, 3600.0);
        assert_eq!(span.truncated(1000), span);
    }

    #[test]
    fn visible_rows_need_no_scrolling() {
        let scroll = VirtualScroll { rows: 1000, view: 360.0 };
        assert_eq!(scroll.reveal(5, 0.0), None);
        assert_eq!(scroll.reveal(10, 0.0), Some(36.0));
        assert_eq!(scroll.reveal(2, 360.0), Some(72.0));
    }
}
