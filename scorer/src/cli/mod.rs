//! The command line: one file per command.
//!
//! Owns options, files and what people read. May not know encoding, trees or SQL.

pub mod adopt;
mod array;
mod check;
mod client;
mod drift;
mod encode;
mod files;
mod health;
mod inspect;
mod key;
mod list;
mod pack;
mod score;
mod serve;
mod train;
mod validate;

use clap::{Parser, Subcommand};

/// Scores sales leads, privately: in the browser, on the command line and through an API, with the same bits.
#[derive(Debug, Parser)]
#[command(name = "leadlight", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score a CSV of leads; the best come first
    Score(score::Options),
    /// Serve the page and the API
    Serve(Box<serve::Options>),
    /// Say whether the service that runs here lives
    Health(health::Options),
    /// Compare the scores of a running API with those made here
    Validate(validate::Options),
    /// Make a key for a caller of the API
    Key(key::Options),
    /// Learn a model from leads whose outcome is known
    Train(train::Train),
    /// Make a model file of an ONNX model trained elsewhere
    Pack(pack::Options),
    /// Show what is inside a model file
    Inspect(inspect::Options),
    /// Check that a model answers here what it answered where it was made
    Check(check::Options),
    /// Compare a CSV with a reference, column by column
    Drift(drift::Options),
    /// Show the features and probability of each lead, as JSON lines
    Encode(encode::Options),
}

/// Runs the command that was asked for.
pub fn run() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Score(options) => score::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Health(options) => health::run(&options),
        Command::Validate(options) => validate::run(&options),
        Command::Key(options) => key::run(&options),
        Command::Train(options) => train::run(&options),
        Command::Pack(options) => pack::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Drift(options) => drift::run(&options),
        Command::Encode(options) => encode::run(&options),
    }
}
