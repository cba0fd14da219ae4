//! `leadlight key`: a new key for a caller of the API.
//!
//! Owns what is said of it. The key itself is shown once and kept nowhere.

use super::files;
use crate::api::api_keys::{ApiKey, scopes};
use anyhow::Result;

/// The options of `leadlight key`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The caller, as logs and figures name it: letters, digits, dots, dashes, underscores
    name: String,
    /// What the key opens, with commas between: predict, monitor, admin
    #[arg(long, default_value = "predict")]
    scopes: String,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let (secret, key) = ApiKey::make(&options.name, scopes(&options.scopes)?)?;
    let line = key.line();
    files::write(None, |out| {
        writeln!(out, "key:  {secret}")?;
        writeln!(out, "line: {line}")?;
        writeln!(out)?;
        writeln!(out, "The key is for the caller and is not shown again. The line goes into the file of --keys")?;
        writeln!(out, "(LEADLIGHT_KEYS_FILE) or into LEADLIGHT_KEYS; the key cannot be read from it.")
    })
}
