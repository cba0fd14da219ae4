//! A child process that answers tasks: one JSON object a line on standard input, one line of response on standard output.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A running program; dropping it ends it.
pub(super) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("cannot start {name}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{name} was started without pipes");
        };
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    /// Sends a task and waits for the response. A member `error` of the response is returned as an error.
    pub(super) fn request(&mut self, task: &Value) -> Result<Value> {
        writeln!(self.input, "{task}").and_then(|()| self.input.flush()).context("it has ended")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            bail!("it ended without a response to {task}");
        }
        let response: Value = serde_json::from_str(&line).with_context(|| format!("its response is {line:?}"))?;
        match response["error"].as_str() {
            Some(error) => bail!("{error}"),
            None => Ok(response),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shell(script: &str) -> Peer {
        Peer::start(Command::new("/bin/sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn tasks_and_responses_alternate() {
        let mut echo = shell("while read -r line; do echo \"$line\"; done");
        for count in 0..3 {
            assert_eq!(echo.request(&json!({ "count": count })).unwrap(), json!({ "count": count }));
        }
    }

    #[test]
    fn an_error_an_end_and_invalid_json_are_distinguished() {
        let failed = shell("read -r line; echo '{\"error\": \"no such peer\"}'").request(&json!({})).unwrap_err();
        assert_eq!(failed.to_string(), "no such peer");
        let ended = shell("read -r line").request(&json!({})).unwrap_err();
        assert_eq!(ended.to_string(), "it ended without a response to {}");
        assert!(shell("read -r line; echo hello").request(&json!({})).unwrap_err().to_string().contains("hello"));
    }
}
