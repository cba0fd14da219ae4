//! Database URLs: a path, `sqlite:` or `postgresql:`, in the spellings of several drivers. Credentials are never shown.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;

/// Options of a PostgreSQL URL that are passed on unchanged.
const PASSED_OPTIONS: [&str; 6] = ["sslrootcert", "sslcert", "sslkey", "application_name", "options", "host"];

/// Options of other drivers about poolers, timeouts and caches, without meaning for this one.
const IGNORED_OPTIONS: [&str; 11] = [
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

/// DatabaseUrl of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// SQLite file.
    Sqlite(PathBuf),
    /// PostgreSQL server, possibly behind a connection pooler.
    Postgres(PostgresUrl),
}

/// Validated URL of a PostgreSQL server.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

/// Invalid or unsupported database URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// Empty text.
    #[error(
        "the database should be a file or an address like sqlite:leadlight.db or postgresql://host/name, not empty"
    )]
    Empty,
    /// In-memory database: it would not be durable.
    #[error("the database should be a file, not memory")]
    Memory,
    /// Unsupported scheme.
    #[error("the database should be a file, a sqlite: or a postgresql: address, not a {scheme:?} address")]
    Scheme {
        /// Part before the colon.
        scheme: String,
    },
    /// Unsupported option of a SQLite URL.
    #[error("the database address should have no options but mode=rwc")]
    Options,
    /// Malformed PostgreSQL URL. It is not repeated, since it may hold a password.
    #[error(
        "the database address should be like postgresql://user:password@host:5432/name, with special characters as %40"
    )]
    Address,
    /// Unsupported option of a PostgreSQL URL.
    #[error("the database address should have no option {option:?}")]
    Option {
        /// Name of the option.
        option: String,
    },
    /// Unknown TLS mode.
    #[error("sslmode in the database address should be disable, allow, prefer, require, verify-ca or verify-full")]
    Tls,
}

impl PostgresUrl {
    /// Connection options that work behind poolers: no named statements, no start-up parameters that poolers refuse.
    pub(super) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options = PgConnectOptions::from_str(&self.0)?.statement_cache_capacity(0).extra_float_digits(None);
        Ok(if options.get_application_name().is_some() { options } else { options.application_name("leadlight") })
    }

    /// Parses the part after `postgresql://`.
    fn parse(rest: &str) -> Result<Self, DatabaseUrlError> {
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sslmode" | "ssl" => kept.push(format!("sslmode={}", parse_ssl_mode(value)?)),
                name if PASSED_OPTIONS.contains(&name) => kept.push(pair.to_owned()),
                name if IGNORED_OPTIONS.contains(&name) => {}
                name => return Err(DatabaseUrlError::Option { option: name.to_owned() }),
            }
        }
        // A user without a host, where the socket is an option, is not valid in a URL.
        let with_host = place.replacen("@/", "@localhost/", 1);
        let address = PostgresUrl(format!("postgresql://{with_host}?{}", kept.join("&")));
        if !place.is_empty() && address.options().is_ok() { Ok(address) } else { Err(DatabaseUrlError::Address) }
    }
}

/// Translates asyncpg's boolean `ssl` values to libpq's `sslmode`.
fn parse_ssl_mode(value: &str) -> Result<&str, DatabaseUrlError> {
    let mode = match value.to_ascii_lowercase().as_str() {
        "true" | "1" => "require",
        "false" | "0" => "disable",
        _ => value,
    };
    if PgSslMode::from_str(mode).is_ok() { Ok(mode) } else { Err(DatabaseUrlError::Tls) }
}

impl fmt::Display for PostgresUrl {
    /// Writes host, port and database, without user and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = self.options() else { return formatter.write_str("postgresql://") };
        let host = options.get_socket().map_or(options.get_host().into(), |socket| socket.to_string_lossy());
        let name = options.get_database().unwrap_or(options.get_username());
        write!(formatter, "postgresql://{host}:{}/{name}", options.get_port())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(file) => file.display().fmt(formatter),
            DatabaseUrl::Postgres(address) => address.fmt(formatter),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    /// Parses a path; `sqlite:` or `sqlite://` and a path, so that three slashes begin an absolute one; SQLAlchemy's
    /// `sqlite+aiosqlite:///`, where three slashes begin a relative one; `postgresql://` and `postgres://`, with or
    /// without a driver (`postgresql+asyncpg://`).
    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
        let Some(scheme) = scheme else { return parse_path(text) };
        let rest = &text[scheme.len() + 1..];
        match scheme.split_once('+').map_or((scheme, false), |(base, _)| (base, true)) {
            ("sqlite", driver) => parse_sqlite(strip_options(rest)?, driver),
            ("postgresql" | "postgres", _) => {
                PostgresUrl::parse(rest.strip_prefix("//").ok_or(DatabaseUrlError::Address)?).map(DatabaseUrl::Postgres)
            }
            _ => Err(DatabaseUrlError::Scheme { scheme: scheme.to_owned() }),
        }
    }
}

/// Longer than one letter, so that a Windows drive is part of a path.
fn is_scheme(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
}

fn strip_options(text: &str) -> Result<&str, DatabaseUrlError> {
    match text.split_once('?') {
        None => Ok(text),
        Some((path, "mode=rwc")) => Ok(path),
        Some(_) => Err(DatabaseUrlError::Options),
    }
}

fn parse_sqlite(rest: &str, driver: bool) -> Result<DatabaseUrl, DatabaseUrlError> {
    match rest.strip_prefix("//") {
        _ if driver => parse_path(rest.strip_prefix("///").unwrap_or(rest)),
        Some(path) if path.starts_with("/./") => parse_path(&path[1..]),
        Some(path) => parse_path(path),
        None => parse_path(rest),
    }
}

fn parse_path(path: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    match path {
        "" => Err(DatabaseUrlError::Empty),
        ":memory:" => Err(DatabaseUrlError::Memory),
        path => Ok(DatabaseUrl::Sqlite(path.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(address: &str) -> PgConnectOptions {
        match address.parse() {
            Ok(DatabaseUrl::Postgres(address)) => address.options().unwrap(),
            other => panic!("{address}: {other:?}"),
        }
    }

    #[test]
    fn parses_sqlite_urls() {
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
            assert_eq!(address.parse::<DatabaseUrl>().unwrap(), DatabaseUrl::Sqlite(path.into()), "{address}");
        }
    }

    #[test]
    fn parses_postgres_urls_of_python_drivers() {
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
    fn never_shows_credentials() {
        let location: DatabaseUrl = "postgresql+asyncpg://me:secret@db.example/leads?ssl=require".parse().unwrap();
        assert_eq!(location.to_string(), "postgresql://db.example:5432/leads");
        assert!(!format!("{location:?}").contains("secret"));
        for wrong in [
            "mysql://me:secret@host/leads",
            "postgresql:me:secret@host",
            "postgresql://me:secret@host:port/leads",
            "postgresql://me:secret@host/leads?ssl=perhaps",
            "postgresql://me:secret@host/leads?pool=secret",
        ] {
            let error = wrong.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn rejects_unsupported_urls() {
        let refused = |text: &str| text.parse::<DatabaseUrl>().unwrap_err();
        assert_eq!(refused("mysql://host/leads"), DatabaseUrlError::Scheme { scheme: "mysql".to_owned() });
        assert_eq!(refused(""), DatabaseUrlError::Empty);
        assert_eq!(refused("sqlite:"), DatabaseUrlError::Empty);
        assert_eq!(refused("sqlite::memory:"), DatabaseUrlError::Memory);
        assert_eq!(refused("sqlite:a.db?mode=ro"), DatabaseUrlError::Options);
        assert_eq!(refused("postgresql://"), DatabaseUrlError::Address);
        assert_eq!(refused("postgresql://h/n?pool=1"), DatabaseUrlError::Option { option: "pool".to_owned() });
    }
}
