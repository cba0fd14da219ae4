//! Where the log is: an address or a path -> a file, or a server.
//!
//! Owns the forms of an address that are understood. May not know SQL; never shows an address, which may hold a password.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;

/// What a server's address may ask for beside TLS; handed on as it is.
const KNOWN: [&str; 6] = ["sslrootcert", "sslcert", "sslkey", "application_name", "options", "host"];

/// What other drivers are told about poolers, pauses and caches: nothing that concerns this one.
const IGNORED: [&str; 11] = [
    "pgbouncer",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "statement_cache_size",
    "command_timeout",
    "timeout",
    "connect_timeout",
    "connection_limit",
    "pool_timeout",
    "channel_binding",
    "target_session_attrs",
];

/// A database's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// SQLite, in a file.
    File(PathBuf),
    /// PostgreSQL, itself or behind a pooler.
    Server(Address),
}

/// The address of a PostgreSQL server, proved to be readable.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

/// An address that names no database that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LocationError {
    /// Nothing at all.
    #[error(
        "the database should be a file or an address like sqlite:leadlight.db or postgresql://host/name, not empty"
    )]
    Empty,
    /// A database that ends with the program would be no log.
    #[error("the database should be a file, not memory")]
    Memory,
    /// Another kind of database.
    #[error("the database should be a file, a sqlite: or a postgresql: address, not a {scheme:?} address")]
    Scheme {
        /// What stands before the colon.
        scheme: String,
    },
    /// Something behind a question mark that asks for another way of opening a file.
    #[error("the database address should have no options but mode=rwc")]
    Options,
    /// A server's address that cannot be taken apart. It is not repeated, since it may hold a password.
    #[error(
        "the database address should be like postgresql://user:password@host:5432/name, with special characters as %40"
    )]
    Address,
    /// Something behind a question mark that means nothing to this program.
    #[error("the database address should have no option {option:?}")]
    Option {
        /// Its name.
        option: String,
    },
    /// A word for TLS that is none.
    #[error("sslmode in the database address should be disable, allow, prefer, require, verify-ca or verify-full")]
    Tls,
}

impl Address {
    /// How to connect: no statement is kept by name, and nothing is asked of a session that a pooler refuses.
    pub(super) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options = PgConnectOptions::from_str(&self.0)?.statement_cache_capacity(0).extra_float_digits(None);
        Ok(if options.get_application_name().is_some() { options } else { options.application_name("leadlight") })
    }

    /// From what stands behind the scheme.
    fn parse(rest: &str) -> Result<Self, LocationError> {
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sslmode" | "ssl" => kept.push(format!("sslmode={}", tls(value)?)),
                name if KNOWN.contains(&name) => kept.push(pair.to_owned()),
                name if IGNORED.contains(&name) => {}
                name => return Err(LocationError::Option { option: name.to_owned() }),
            }
        }
        // A user without a host, for a socket named among the options: an address of the web has no such form.
        let named = place.replacen("@/", "@localhost/", 1);
        let address = Address(format!("postgresql://{named}?{}", kept.join("&")));
        if !place.is_empty() && address.options().is_ok() { Ok(address) } else { Err(LocationError::Address) }
    }
}

/// The word that PostgreSQL's own library knows; asyncpg also takes a truth value.
fn tls(value: &str) -> Result<&str, LocationError> {
    let word = match value.to_ascii_lowercase().as_str() {
        "true" | "1" => "require",
        "false" | "0" => "disable",
        _ => value,
    };
    if PgSslMode::from_str(word).is_ok() { Ok(word) } else { Err(LocationError::Tls) }
}

impl fmt::Display for Address {
    /// Host, port and name: neither user nor password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = self.options() else { return formatter.write_str("postgresql://") };
        let host = options.get_socket().map_or(options.get_host().into(), |socket| socket.to_string_lossy());
        let name = options.get_database().unwrap_or(options.get_username());
        write!(formatter, "postgresql://{host}:{}/{name}", options.get_port())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(file) => file.display().fmt(formatter),
            Location::Server(address) => address.fmt(formatter),
        }
    }
}

impl FromStr for Location {
    type Err = LocationError;

    /// A path; `sqlite:` and a path; `sqlite://` and a path, so that three strokes begin an absolute one; the same
    /// with a driver as the old service wrote it (`sqlite+aiosqlite:///`), where three strokes begin a relative one;
    /// or `postgresql://`, `postgres://`, each with a driver if need be (`postgresql+asyncpg://`).
    fn from_str(text: &str) -> Result<Self, LocationError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
        let Some(scheme) = scheme else { return file(text) };
        let rest = &text[scheme.len() + 1..];
        match scheme.split_once('+').map_or((scheme, false), |(base, _)| (base, true)) {
            ("sqlite", driver) => sqlite(without_options(rest)?, driver),
            ("postgresql" | "postgres", _) => {
                Address::parse(rest.strip_prefix("//").ok_or(LocationError::Address)?).map(Location::Server)
            }
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

fn sqlite(rest: &str, driver: bool) -> Result<Location, LocationError> {
    match rest.strip_prefix("//") {
        _ if driver => file(rest.strip_prefix("///").unwrap_or(rest)),
        Some(path) if path.starts_with("/./") => file(&path[1..]),
        Some(path) => file(path),
        None => file(rest),
    }
}

fn file(path: &str) -> Result<Location, LocationError> {
    match path {
        "" => Err(LocationError::Empty),
        ":memory:" => Err(LocationError::Memory),
        path => Ok(Location::File(path.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(address: &str) -> PgConnectOptions {
        match address.parse() {
            Ok(Location::Server(address)) => address.options().unwrap(),
            other => panic!("{address}: {other:?}"),
        }
    }

    #[test]
    fn addresses_lead_to_files() {
        for (address, path) in [
            ("leads.db", "leads.db"),
            ("/data/leads.db", "/data/leads.db"),
            ("sqlite:leads.db", "leads.db"),
            ("sqlite://leads.db?mode=rwc", "leads.db"),
            ("sqlite:///data/leads.db", "/data/leads.db"),
            ("sqlite:///./leads.db", "./leads.db"),
            ("sqlite+aiosqlite:///./leads.db", "./leads.db"),
            ("sqlite+aiosqlite:////data/leads.db", "/data/leads.db"),
        ] {
            assert_eq!(address.parse::<Location>().unwrap(), Location::File(path.into()), "{address}");
        }
    }

    #[test]
    fn addresses_of_servers_are_read_however_python_wrote_them() {
        for scheme in ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg2"] {
            let found = options(&format!("{scheme}://me:a%40b@db.example:6543/leads"));
            assert_eq!((found.get_host(), found.get_port()), ("db.example", 6543), "{scheme}");
            assert_eq!((found.get_username(), found.get_database()), ("me", Some("leads")));
        }
        for (query, mode) in [
            ("sslmode=verify-full", "VerifyFull"),
            ("ssl=require", "Require"),
            ("ssl=true", "Require"),
            ("pgbouncer=true&prepared_statement_cache_size=0", "Prefer"),
        ] {
            let found = options(&format!("postgresql://me@db.example/leads?{query}"));
            assert_eq!(format!("{:?}", found.get_ssl_mode()), mode, "{query}");
        }
        assert_eq!(
            options("postgresql://me@/leads?host=/run/sockets").get_socket().unwrap(),
            &PathBuf::from("/run/sockets")
        );
    }

    #[test]
    fn passwords_are_never_shown() {
        let location: Location = "postgresql+asyncpg://me:secret@db.example/leads?ssl=require".parse().unwrap();
        assert_eq!(location.to_string(), "postgresql://db.example:5432/leads");
        assert!(!format!("{location:?}").contains("secret"));
        for wrong in [
            "mysql://me:secret@host/leads",
            "postgresql:me:secret@host",
            "postgresql://me:secret@host:port/leads",
            "postgresql://me:secret@host/leads?ssl=perhaps",
            "postgresql://me:secret@host/leads?pool=secret",
        ] {
            let error = wrong.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_names_no_database_is_refused() {
        let refused = |text: &str| text.parse::<Location>().unwrap_err();
        assert_eq!(refused("mysql://host/leads"), LocationError::Scheme { scheme: "mysql".to_owned() });
        assert_eq!(refused(""), LocationError::Empty);
        assert_eq!(refused("sqlite:"), LocationError::Empty);
        assert_eq!(refused("sqlite::memory:"), LocationError::Memory);
        assert_eq!(refused("sqlite:a.db?mode=ro"), LocationError::Options);
        assert_eq!(refused("postgresql://"), LocationError::Address);
        assert_eq!(refused("postgresql://h/n?pool=1"), LocationError::Option { option: "pool".to_owned() });
    }
}
