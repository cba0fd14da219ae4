//! Where the two databases want other words.
//!
//! Owns those words. May not know tables.

/// How a database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A text of [`super::super::record::timestamp`]'s form, as the database keeps moments.
    pub(crate) fn moment(self, text: &str) -> String {
        match self {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => format!("(CAST({text} AS timestamp) AT TIME ZONE 'UTC')"),
        }
    }

    /// A moment as a text of that form.
    pub(crate) fn told(self, moment: &str) -> String {
        match self {
            Dialect::Sqlite => moment.to_owned(),
            Dialect::Postgres => format!("to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"),
        }
    }

    /// A column of JSON as the text it was given.
    pub(crate) fn text(self, json: &str) -> String {
        format!("CAST({json} AS TEXT)")
    }
}
