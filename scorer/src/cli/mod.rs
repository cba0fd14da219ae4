//! The command line: one file per command.
//!
//! Contains the options, file access and printed output of each command. Must not depend on encoding, trees or SQL.

mod arrays;
mod booster;
mod check;
mod client;
mod drift;
mod encode;
mod files;
mod format_notes;
mod health;
pub mod import_legacy_encoder;
mod inspect;
mod key;
mod list_input;
mod pack;
mod score;
mod serve;
mod train;
mod validate;

use clap::{Parser, Subcommand};

/// Scores sales leads privately: in the browser, on the command line and through an HTTP API, with bit-identical results.
#[derive(Debug, Parser)]
#[command(name = "leadlight", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score a CSV or .xlsx list of leads and write it sorted by score, best first
    Score(score::ScoreArgs),
    /// Serve the web page and the HTTP API
    Serve(Box<serve::ServeArgs>),
    /// Check that the service on this machine is live or ready (container health check)
    Health(health::HealthArgs),
    /// Compare the scores of a running API with scores computed locally
    Validate(validate::ValidateArgs),
    /// Generate an API key for a caller
    Key(key::KeyArgs),
    /// Train a model on leads whose outcome is known
    Train(train::TrainArgs),
    /// Build a model file from an ONNX, XGBoost or LightGBM model that was trained elsewhere
    Pack(pack::PackArgs),
    /// Print the contents of a model file
    Inspect(inspect::InspectArgs),
    /// Compare a model's outputs with outputs recorded where it was trained
    Check(check::CheckArgs),
    /// Test each column of a CSV for drift from a reference CSV
    Drift(drift::DriftArgs),
    /// Print the encoded features and the probability of each lead as JSON lines
    Encode(encode::EncodeArgs),
}

/// Error with its causes in one line. A cause that the message before it quotes is not repeated.
pub fn describe_error(error: &anyhow::Error) -> String {
    let mut described = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if described.is_empty() {
            described = cause;
        } else if !described.contains(&cause) {
            described = format!("{described}: {cause}");
        }
    }
    described
}

/// Parses the command line and runs its command.
pub fn run() -> anyhow::Result<()> {
    match CommandLine::parse().command {
        Command::Score(args) => score::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Pack(args) => pack::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Drift(args) => drift::run(&args),
        Command::Encode(args) => encode::run(&args),
    }
}
