//! Reads tables (CSV with a header, as pandas writes them) as one array per column.

use super::{Array, ArrayValues};
use anyhow::{Result, ensure};

/// Parses a table; every row should have as many cells as the header.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<(String, Array)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ::csv::Reader::from_reader(bytes);
    let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    ensure!(names.iter().any(|name| !name.is_empty()), "the table has no header");
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        record?.iter().zip(&mut columns).for_each(|(cell, column)| column.push(cell.to_owned()));
    }
    let array = |cells: Vec<String>| Array { rows: cells.len(), width: 1, values: ArrayValues::Cells(cells) };
    Ok(names.into_iter().zip(columns.into_iter().map(array)).collect())
}

/// Columns of a table as one array.
pub(super) fn join(columns: &[(String, Array)]) -> Result<Array> {
    let rows = columns.first().map_or(0, |(_, column)| column.rows);
    let mut values = Vec::with_capacity(rows * columns.len());
    for row in 0..rows {
        for (_, column) in columns {
            let ArrayValues::Cells(cells) = &column.values else { continue };
            values.extend(cells.get(row).cloned());
        }
    }
    ensure!(values.len() == rows * columns.len(), "the columns differ in length");
    Ok(Array { rows, width: columns.len(), values: ArrayValues::Cells(values) })
}
