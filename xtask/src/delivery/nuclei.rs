//! A scan of a deployment by the stock templates of Nuclei, in a container.

use super::place::Place;
use crate::{exec, files, project::Project};
use anyhow::{Result, ensure};

const IMAGE: &str = "projectdiscovery/nuclei:v3.4.10";

/// Options for production, which exclude templates that load it, change it or guess passwords.
const SAFE_OPTIONS: [&str; 6] =
    ["-exclude-tags", "dos,fuzz,intrusive,brute-force", "-rate-limit", "20", "-severity", "medium,high,critical"];

/// `cargo xtask nuclei`: scans the address in TARGET. Findings go to `nuclei/nuclei.jsonl` in the target folder.
pub(crate) fn run(project: &Project, place: Place) -> Result<()> {
    let target = std::env::var("TARGET").unwrap_or_default();
    let arguments = arguments(place, &target)?;
    let out = project.target.join("nuclei");
    files::create_folder(&out)?;
    let volume = format!("{}:/out", out.display());
    exec::run(project.command("docker").args(["run", "--rm", "--volume", &volume, IMAGE]).args(arguments))
}

/// Arguments of the scan; fails without an address, since a scan of nothing would pass.
fn arguments(place: Place, target: &str) -> Result<Vec<&str>> {
    let is_address = target.starts_with("https://") || target.starts_with("http://");
    ensure!(is_address, "TARGET should be the address of {place}, like https://leads.example.org");
    let options: &[&str] = match place {
        Place::Staging => &[],
        Place::Production => &SAFE_OPTIONS,
    };
    let all = ["-target", target].into_iter().chain(options.iter().copied());
    Ok(all.chain(["-jsonl", "-output", "/out/nuclei.jsonl"]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staging_is_scanned_in_full_and_production_safely() {
        let staging = arguments(Place::Staging, "https://staging.example").unwrap();
        assert!(!staging.contains(&"-severity") && staging.contains(&"https://staging.example"));
        assert!(
            arguments(Place::Production, "https://example.org").unwrap().contains(&"dos,fuzz,intrusive,brute-force")
        );
    }

    #[test]
    fn a_place_without_an_address_is_rejected() {
        for target in ["", "-help"] {
            assert!(arguments(Place::Staging, target).is_err(), "{target}");
        }
    }
}
