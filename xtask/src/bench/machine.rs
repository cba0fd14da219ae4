//! Description of the machine of a run: processor, memory, system, compiler.

use crate::{exec, project::Project};
use std::{fs, process::Command, thread};

/// A line each for hardware, system and compiler.
pub(super) fn describe(project: &Project) -> Vec<String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processor = value(&read("/proc/cpuinfo"), "model name", ':').unwrap_or_else(|| "unknown processor".to_owned());
    let memory = value(&read("/proc/meminfo"), "MemTotal", ':').and_then(|memory| gigabytes(&memory));
    let system = value(&read("/etc/os-release"), "PRETTY_NAME", '=').unwrap_or_else(|| "unknown system".to_owned());
    let printed = |command: &mut Command| {
        exec::output(command).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
    };
    vec![
        format!("{processor}, {cores} cores, {}", memory.unwrap_or_else(|| "unknown memory".to_owned())),
        format!("{}, Linux {}", system.trim_matches('"'), printed(Command::new("uname").arg("-r"))),
        printed(project.command("rustc").arg("--version")),
    ]
}

/// Value of a key in lines of `key SEPARATOR value`.
fn value(text: &str, name: &str, separator: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(separator));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

fn gigabytes(memory: &str) -> Option<String> {
    let kilobytes: f64 = memory.strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{:.0} GiB", kilobytes / f64::from(1 << 20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_key() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\n\nmodel name\t: Some CPU @ 3 GHz\n";
        assert_eq!(value(text, "model name", ':').as_deref(), Some("Some CPU @ 3 GHz"));
        assert_eq!(value(text, "cache", ':'), None);
        assert_eq!(gigabytes("24689000 kB").as_deref(), Some("24 GiB"));
    }
}
