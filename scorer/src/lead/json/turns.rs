//! Which field a name is, found by what stood in its place before.
//!
//! Owns what is remembered of earlier objects. May not know values.

use crate::lead::schema::Schema;

/// The places of names in a schema, by their turn in an object: the objects of a batch mostly have the same names in the
/// same order, so that one comparison finds a name.
pub(super) struct Turns {
    places: [usize; Turns::COUNT],
    turn: usize,
}

impl Turns {
    /// Names beyond that are looked for.
    const COUNT: usize = 32;

    pub(super) fn new() -> Self {
        Turns { places: [0; Turns::COUNT], turn: 0 }
    }

    /// Another object begins.
    pub(super) fn begin(&mut self) {
        self.turn = 0;
    }

    /// The place of the next name.
    pub(super) fn place(&mut self, name: &str, schema: &Schema) -> Option<usize> {
        let turn = self.turn;
        self.turn += 1;
        let Some(known) = self.places.get_mut(turn) else { return schema.position(name) };
        if schema.fields().get(*known).is_some_and(|field| field.name == name) {
            return Some(*known);
        }
        schema.position(name).inspect(|found| *known = *found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_whatever_order_they_come() {
        let schema = Schema::leads();
        let mut turns = Turns::new();
        let (first, second) = (schema.fields()[0].name.as_str(), schema.fields()[1].name.as_str());
        for names in [[first, second, "other"], [second, first, "x"], ["other", second, first], [first, first, second]]
        {
            turns.begin();
            let places = names.map(|name| turns.place(name, &schema));
            assert_eq!(places, names.map(|name| schema.position(name)), "{names:?}");
        }
        let many = [first].repeat(Turns::COUNT + 1);
        turns.begin();
        assert!(many.iter().all(|name| turns.place(name, &schema) == Some(0)));
    }
}
