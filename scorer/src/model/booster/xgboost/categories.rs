//! Categories of data frame columns, which XGBoost keeps since version 3.1.

use super::super::{BoosterError, Category};
use super::document::{CategoryList, Cats};

/// Last version whose Python package counts characters where offsets count bytes: with a character that is not ASCII, the
/// ends of the last names are lost.
const CUTS_NAMES: [u32; 2] = [3, 2];

/// Categories by code of each column; `None` for columns of numbers. Nothing is kept without data frames. `version` is that
/// of the library that wrote the file.
pub(super) fn read(cats: &Cats, width: usize, version: &[u32]) -> Result<Vec<Option<Vec<Category>>>, BoosterError> {
    if cats.enc.is_empty() {
        return Ok(vec![None; width]);
    }
    if cats.enc.len() != width {
        return Err(error(format!("categories are given for {} of {width} columns", cats.enc.len())));
    }
    let is_cut = |list: &&CategoryList| list.offsets.is_some() && list.values.iter().any(|byte| *byte < 0.0);
    if version.get(..2).is_none_or(|version| version <= CUTS_NAMES.as_slice())
        && cats.enc.iter().any(|list| is_cut(&list))
    {
        return Err(BoosterError::refused(
            "a category whose name is not ASCII",
            "XGBoost up to 3.2 cuts names when it saves one; train with a later version or with ASCII names",
        ));
    }
    cats.enc.iter().map(column).collect()
}

fn column(list: &CategoryList) -> Result<Option<Vec<Category>>, BoosterError> {
    let categories = match &list.offsets {
        Some(offsets) => texts(offsets, &list.values)?,
        None => list.values.iter().copied().map(Category::Number).collect(),
    };
    Ok(Some(categories).filter(|categories| !categories.is_empty()))
}

/// Texts between consecutive offsets; bytes are signed.
fn texts(offsets: &[i64], bytes: &[f64]) -> Result<Vec<Category>, BoosterError> {
    let bytes: Vec<u8> = bytes.iter().map(|byte| *byte as i64 as u8).collect();
    let text = |pair: &[i64]| {
        let range = usize::try_from(pair[0]).ok()?..usize::try_from(pair[1]).ok()?;
        String::from_utf8(bytes.get(range)?.to_vec()).ok()
    };
    let between = |pair: &[i64]| {
        text(pair).map(Category::Text).ok_or_else(|| error("a category is no text of the file".to_owned()))
    };
    offsets.windows(2).map(between).collect()
}

fn error(reason: String) -> BoosterError {
    BoosterError::Format { format: "XGBoost", reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_library_has_cut_are_refused() {
        let cats = |values| Cats { enc: vec![CategoryList { offsets: Some(vec![0, 1, 3]), values }] };
        let read = |values, version: &[u32]| read(&cats(values), 1, version);
        assert!(read(vec![120.0, 121.0, 122.0], &[3, 2, 0]).is_ok());
        assert!(read(vec![120.0, -61.0, -87.0], &[3, 3, 0]).is_ok());
        for version in [[3, 2, 1].as_slice(), &[3, 1], &[]] {
            assert!(read(vec![120.0, -61.0, -87.0], version).unwrap_err().to_string().contains("not ASCII"));
        }
    }

    #[test]
    fn texts_are_cut_at_their_offsets() {
        let list = |offsets, values| CategoryList { offsets: Some(offsets), values };
        let read = column(&list(vec![0, 1, 3], vec![120.0, -61.0, -87.0])).unwrap();
        assert_eq!(read, Some(vec![Category::Text("x".into()), Category::Text("é".into())]));
        assert_eq!(column(&list(vec![], vec![])).unwrap(), None);
        for offsets in [vec![0, 9], vec![2, 1], vec![-1, 1], vec![0, 2]] {
            assert!(column(&list(offsets, vec![120.0, -61.0, -87.0])).is_err());
        }
    }
}
