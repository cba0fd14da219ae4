//! Where the log is: an address or a path -> a file.
//!
//! Owns the forms of an address that are understood. May not know SQL; never shows an address, which may hold a password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use thiserror::Error;

/// A database's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    file: PathBuf,
}

/// An address that names no database that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LocationError {
    /// Nothing at all.
    #[error("the database should be a file or an address like sqlite:leadlight.db, not empty")]
    Empty,
    /// Another kind of database.
    #[error("the database should be a file or a sqlite: address, not a {scheme:?} address")]
    Scheme {
        /// What stands before the colon.
        scheme: String,
    },
    /// Something behind a question mark that asks for another way of opening.
    #[error("the database address should have no options but mode=rwc")]
    Options,
}

impl Location {
    /// The database file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.display().fmt(formatter)
    }
}

impl FromStr for Location {
    type Err = LocationError;

    /// A path; `sqlite:` and a path; `sqlite://` and a path, so that three strokes begin an absolute one; or the same
    /// with a driver as the old service wrote it (`sqlite+aiosqlite:///`), where three strokes begin a relative one.
    fn from_str(text: &str) -> Result<Self, LocationError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
        let Some(scheme) = scheme else { return file(text) };
        let rest = without_options(&text[scheme.len() + 1..])?;
        match scheme.split_once('+') {
            None if scheme == "sqlite" => match rest.strip_prefix("//") {
                Some(path) if path.starts_with("/./") => file(&path[1..]),
                Some(path) => file(path),
                None => file(rest),
            },
            Some(("sqlite", _)) => file(rest.strip_prefix("///").unwrap_or(rest)),
            _ => Err(LocationError::Scheme { scheme: scheme.to_owned() }),
        }
    }
}

/// Longer than one letter, so that a drive of Windows is a path.
fn is_scheme(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
}

fn without_options(text: &str) -> Result<&str, LocationError> {
    match text.split_once('?') {
        None => Ok(text),
        Some((path, "mode=rwc")) => Ok(path),
        Some(_) => Err(LocationError::Options),
    }
}

fn file(path: &str) -> Result<Location, LocationError> {
    if path.is_empty() { Err(LocationError::Empty) } else { Ok(Location { file: path.into() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_files() {
        for (address, path) in [
            ("leads.db", "leads.db"),
            ("/data/leads.db", "/data/leads.db"),
            ("sqlite:leads.db", "leads.db"),
            ("sqlite::memory:", ":memory:"),
            ("sqlite://leads.db?mode=rwc", "leads.db"),
            ("sqlite:///data/leads.db", "/data/leads.db"),
            ("sqlite:///./leads.db", "./leads.db"),
            ("sqlite+aiosqlite:///./leads.db", "./leads.db"),
            ("sqlite+aiosqlite:////data/leads.db", "/data/leads.db"),
        ] {
            assert_eq!(address.parse::<Location>().unwrap().file(), Path::new(path), "{address}");
        }
    }

    #[test]
    fn other_addresses_are_refused_without_being_shown() {
        let error = "postgresql://user:secret@host/leads".parse::<Location>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"the database should be a file or a sqlite: address, not a "postgresql" address"#
        );
        assert_eq!("".parse::<Location>(), Err(LocationError::Empty));
        assert_eq!("sqlite:".parse::<Location>(), Err(LocationError::Empty));
        assert_eq!("sqlite:a.db?mode=ro".parse::<Location>(), Err(LocationError::Options));
    }
}
