//! Finds fields by name faster by remembering their order in earlier objects.

use crate::lead::schema::Schema;

/// Fields by the position of their name in an object: the objects of a batch mostly have the same names in the same order,
/// so that one comparison finds a field.
pub(super) struct FieldOrderCache {
    fields: [usize; FieldOrderCache::LEN],
    position: usize,
}

impl FieldOrderCache {
    /// Number of cached positions; later names are searched.
    const LEN: usize = 32;

    pub(super) fn new() -> Self {
        FieldOrderCache { fields: [0; FieldOrderCache::LEN], position: 0 }
    }

    /// Moves to the start of another object.
    pub(super) fn restart(&mut self) {
        self.position = 0;
    }

    /// Index of the field with the next name.
    pub(super) fn find(&mut self, name: &str, schema: &Schema) -> Option<usize> {
        let position = self.position;
        self.position += 1;
        let Some(cached) = self.fields.get_mut(position) else { return schema.position(name) };
        if schema.fields().get(*cached).is_some_and(|field| field.name == name) {
            return Some(*cached);
        }
        schema.position(name).inspect(|found| *cached = *found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_any_order() {
        let schema = Schema::leads();
        let mut order = FieldOrderCache::new();
        let (first, second) = (schema.fields()[0].name.as_str(), schema.fields()[1].name.as_str());
        for names in [[first, second, "other"], [second, first, "x"], ["other", second, first], [first, first, second]]
        {
            order.restart();
            let found = names.map(|name| order.find(name, &schema));
            assert_eq!(found, names.map(|name| schema.position(name)), "{names:?}");
        }
        let many = [first].repeat(FieldOrderCache::LEN + 1);
        order.restart();
        assert!(many.iter().all(|name| order.find(name, &schema) == Some(0)));
    }
}
