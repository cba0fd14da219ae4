//! The stock templates of Nuclei over a deployment. Knows what may be asked of which place; a container engine runs it.

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail, ensure};
use std::fs;

const IMAGE: &str = "projectdiscovery/nuclei:v3.4.10";

/// What production is spared: nothing that loads it, changes it or guesses passwords.
const SAFELY: [&str; 6] =
    ["-exclude-tags", "dos,fuzz,intrusive,brute-force", "-rate-limit", "20", "-severity", "medium,high,critical"];

/// `cargo xtask nuclei staging|production`, over the address in TARGET. What is found goes to `nuclei/nuclei.jsonl` in
/// the target folder.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let [place] = options else { bail!("name one place: staging or production") };
    let target = std::env::var("TARGET").unwrap_or_default();
    let arguments = arguments(place, &target)?;
    let out = project.target.join("nuclei");
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let volume = format!("{}:/out", out.display());
    exec::run(project.command("docker").args(["run", "--rm", "--volume", &volume, IMAGE]).args(arguments))
}

/// A scan of nothing would find nothing, and pass.
fn arguments<'t>(place: &str, target: &'t str) -> Result<Vec<&'t str>> {
    let is_address = target.starts_with("https://") || target.starts_with("http://");
    ensure!(is_address, "TARGET should be the address of {place}, like https://leads.example.org");
    let options: &[&str] = match place {
        "staging" => &[],
        "production" => &SAFELY,
        other => bail!("there is no place {other}; there are staging and production"),
    };
    let all = ["-target", target].into_iter().chain(options.iter().copied());
    Ok(all.chain(["-jsonl", "-output", "/out/nuclei.jsonl"]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staging_is_scanned_in_full_and_production_safely() {
        let staging = arguments("staging", "https://staging.example").unwrap();
        assert!(!staging.contains(&"-severity") && staging.contains(&"https://staging.example"));
        assert!(arguments("production", "https://example.org").unwrap().contains(&"dos,fuzz,intrusive,brute-force"));
    }

    #[test]
    fn a_place_without_an_address_is_refused() {
        for (place, target) in [("staging", ""), ("production", "-help"), ("elsewhere", "https://example.org")] {
            assert!(arguments(place, target).is_err(), "{place} {target}");
        }
    }
}
