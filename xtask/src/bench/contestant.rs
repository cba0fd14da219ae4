//! A program that takes part: started once, asked line by line, ended with the benchmark. Knows the form of questions and
//! answers; nothing of what is timed.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A running program; dropping it ends it.
pub(super) struct Contestant {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Contestant {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("cannot start {name}"))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{name} was started without pipes");
        };
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }

    /// Asks one thing and waits for the answer, an object. Its member `error`, if it has one, is the error.
    pub(super) fn ask(&mut self, task: &Value) -> Result<Value> {
        writeln!(self.questions, "{task}").and_then(|()| self.questions.flush()).context("it has ended")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() {
            bail!("it ended without an answer to {task}");
        }
        let answer: Value = serde_json::from_str(&line).with_context(|| format!("it answered {line:?}"))?;
        match answer["error"].as_str() {
            Some(error) => bail!("{error}"),
            None => Ok(answer),
        }
    }
}

impl Drop for Contestant {
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

    fn shell(script: &str) -> Contestant {
        Contestant::start(Command::new("/bin/sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn questions_and_answers_take_turns() {
        let mut echo = shell("while read -r line; do echo \"$line\"; done");
        for count in 0..3 {
            assert_eq!(echo.ask(&json!({ "count": count })).unwrap(), json!({ "count": count }));
        }
    }

    #[test]
    fn an_error_an_end_and_nonsense_are_told_apart() {
        let failed = shell("read -r line; echo '{\"error\": \"no such peer\"}'").ask(&json!({})).unwrap_err();
        assert_eq!(failed.to_string(), "no such peer");
        let ended = shell("read -r line").ask(&json!({})).unwrap_err();
        assert_eq!(ended.to_string(), "it ended without an answer to {}");
        assert!(shell("read -r line; echo hello").ask(&json!({})).unwrap_err().to_string().contains("hello"));
    }
}
