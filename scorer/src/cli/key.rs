//! `leadlight key`: generates an API key. The key is printed once and stored nowhere.

use super::files;
use crate::api::api_keys::{ApiKey, parse_scopes};
use anyhow::Result;

/// Options of `leadlight key`.
#[derive(Debug, clap::Args)]
pub(super) struct KeyArgs {
    /// Caller name in logs and metrics: letters, digits, dots, dashes, underscores
    name: String,
    /// Scopes granted by the key, comma-separated: predict, monitor, admin
    #[arg(long, default_value = "predict")]
    scopes: String,
}

pub(super) fn run(args: &KeyArgs) -> Result<()> {
    let (secret, key) = ApiKey::generate(&args.name, parse_scopes(&args.scopes)?)?;
    let line = key.to_line();
    files::write(None, |out| {
        writeln!(out, "key:  {secret}")?;
        writeln!(out, "line: {line}")?;
        writeln!(out)?;
        writeln!(out, "Give the key to the caller; it is not shown again. Add the line to the file of --keys")?;
        writeln!(out, "(LEADLIGHT_KEYS_FILE) or to LEADLIGHT_KEYS. The key cannot be recovered from the line.")
    })
}
