//! The binary: hands over to the command line, and tells how it ended.

use std::process::ExitCode;

fn main() -> ExitCode {
    match scorer::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
