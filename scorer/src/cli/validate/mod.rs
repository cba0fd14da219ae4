//! `leadlight validate`: are leads scored by a running API as they are here, singly and in a batch?
//!
//! Owns what is asked and what counts as the same. May not know how leads are scored, nor how the table is drawn.

mod ask;
mod table;

use super::client::Client;
use super::files::Models;
use crate::lead::json::read_lead;
use crate::lead::schema::Schema;
use crate::pipeline::{Scorer, self_check_leads};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// Why a lead was not asked for.
const LATE: &str = "not asked: the time was up";

/// Made-up leads as clients send them: whole ones, sparse ones, and such as only few models understand.
const SAMPLES: &str = include_str!("leads.json");

/// Options of `leadlight validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The API's address, such as https://leads.example; a key is taken from LEADLIGHT_API_KEY
    #[arg(long, visible_alias = "staging-url", env = "STAGING_URL", default_value = "http://127.0.0.1:7860")]
    url: String,
    /// The largest difference between two scores that are still the same
    #[arg(long, default_value_t = 1e-4)]
    tolerance: f64,
    /// Seconds that the API may take for all answers together; what is not answered by then does not match
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Ask no API: only score the leads here
    #[arg(long)]
    local_only: bool,
    #[command(flatten)]
    models: Models,
}

/// A lead and its score here.
pub(super) struct Known {
    /// What it is called in the table.
    pub(super) name: String,
    /// As it is sent.
    pub(super) body: Map<String, Value>,
    /// 0 to 1.
    pub(super) score: f64,
}

/// The same lead's score through the API, or why there is none.
pub(super) type Told = Result<f64, String>;

pub(super) fn run(options: &Options) -> Result<()> {
    let is_allowed = (0.0..1.0).contains(&options.tolerance);
    ensure!(is_allowed, "--tolerance should be a number from 0 up to, but not including, 1");
    let known = known(&options.models.read()?)?;
    if options.local_only {
        print!("{}", table::local(&known));
        println!("{} leads scored here; no API was asked", known.len());
        return Ok(());
    }
    let patience = Duration::from_secs(options.timeout);
    let (client, begun) = (Client::new(&options.url, patience)?, Instant::now());
    client.get("/health").context("the API cannot be asked")?;
    let in_time = || if begun.elapsed() < patience { Ok(()) } else { Err(LATE.to_owned()) };
    let singly: Vec<Told> = known.iter().map(|lead| in_time().and_then(|()| ask::one(&client, lead))).collect();
    let together = in_time().map_or_else(|late| vec![Err(late); known.len()], |()| ask::all(&client, &known));
    print!("{}", table::compared(&known, &singly, &together, options.tolerance));
    let is_same = |at: usize| {
        let same = |told: &Told| table::is_same(known[at].score, told, options.tolerance);
        same(&singly[at]) && same(&together[at])
    };
    match (0..known.len()).filter(|at| !is_same(*at)).count() {
        0 => println!("all {} leads match, within {}", known.len(), options.tolerance),
        different => bail!("{different} of {} leads do not match within {}", known.len(), options.tolerance),
    }
    Ok(())
}

/// The sample leads and those by which the models prove themselves.
fn known(files: &[(String, Vec<u8>)]) -> Result<Vec<Known>> {
    let scorer = Scorer::open(files)?;
    let samples: Vec<Map<String, Value>> = serde_json::from_str(SAMPLES).context("the sample leads are broken")?;
    let mut leads: Vec<(String, Map<String, Value>)> =
        (1..).map(|number| format!("sample {number}")).zip(samples).collect();
    for (place, (_, file)) in files.iter().enumerate() {
        let proofs = self_check_leads(file)?;
        let name = |number: usize| format!("model {}, lead {number}", place + 1);
        leads.extend((1..).map(name).zip(proofs));
    }
    leads.into_iter().map(|(name, body)| score(&scorer, name, body)).collect()
}

fn score(scorer: &Scorer, name: String, body: Map<String, Value>) -> Result<Known> {
    let schema: &Schema = scorer.schema();
    let text = Value::Object(body.clone()).to_string();
    let lead = read_lead(text.as_bytes(), schema).with_context(|| name.clone())?;
    let scores = scorer.score(&[lead])?;
    let score = scores.into_iter().next().context("a lead got no score")?.with_context(|| name.clone())?;
    Ok(Known { name, body, score: f64::from(score.probability) })
}
