//! The two deployments.

use clap::ValueEnum;
use std::fmt;

/// A deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    Staging,
    Production,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Place::Staging => "staging",
            Place::Production => "production",
        })
    }
}
