//! `leadlight validate`: compares the scores of a running API, single and batch, with scores computed locally.

mod api_scores;
mod table;

use super::client::Client;
use super::files::ModelArgs;
use crate::lead::json::read_lead;
use crate::lead::schema::Schema;
use crate::pipeline::{Scorer, self_check_leads};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// Reason given for leads that were not sent before the timeout.
const NOT_SENT: &str = "not sent: timeout reached";

/// Synthetic leads as clients send them: complete, sparse, and with fields that only some models read.
const SAMPLE_LEADS: &str = include_str!("leads.json");

/// Options of `leadlight validate`.
#[derive(Debug, clap::Args)]
pub(super) struct ValidateArgs {
    /// Base URL of the API, such as https://leads.example; the API key is read from LEADLIGHT_API_KEY
    #[arg(long, visible_alias = "staging-url", env = "STAGING_URL", default_value = "http://127.0.0.1:7860")]
    url: String,
    /// Largest absolute difference of two scores that counts as equal
    #[arg(long, default_value_t = 1e-4)]
    tolerance: f64,
    /// Timeout in seconds for all requests together; leads without a response by then do not match
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Send no request; only score the leads locally
    #[arg(long)]
    local_only: bool,
    #[command(flatten)]
    models: ModelArgs,
}

/// A lead with its locally computed score.
pub(super) struct LocalScore {
    /// Display name in the table.
    pub(super) name: String,
    /// JSON object sent to the API.
    pub(super) body: Map<String, Value>,
    /// Probability, 0 to 1.
    pub(super) score: f64,
}

/// Score returned by the API for the same lead, or the reason why there is none.
pub(super) type ApiScore = Result<f64, String>;

pub(super) fn run(args: &ValidateArgs) -> Result<()> {
    let is_allowed = (0.0..1.0).contains(&args.tolerance);
    ensure!(is_allowed, "--tolerance should be a number from 0 up to, but not including, 1");
    let leads = score_locally(&args.models.read()?)?;
    if args.local_only {
        print!("{}", table::local(&leads));
        println!("{} leads scored locally; no request was sent", leads.len());
        return Ok(());
    }
    let timeout = Duration::from_secs(args.timeout);
    let (client, started) = (Client::new(&args.url, timeout)?, Instant::now());
    client.get("/health").context("cannot reach the API")?;
    let in_time = || if started.elapsed() < timeout { Ok(()) } else { Err(NOT_SENT.to_owned()) };
    let single: Vec<ApiScore> =
        leads.iter().map(|lead| in_time().and_then(|()| api_scores::single(&client, lead))).collect();
    let batch = in_time().map_or_else(|reason| vec![Err(reason); leads.len()], |()| api_scores::batch(&client, &leads));
    print!("{}", table::compared(&leads, &single, &batch, args.tolerance));
    let matches = |at: usize| {
        let equal = |score: &ApiScore| table::is_equal(leads[at].score, score, args.tolerance);
        equal(&single[at]) && equal(&batch[at])
    };
    match (0..leads.len()).filter(|at| !matches(*at)).count() {
        0 => println!("all {} leads match, within {}", leads.len(), args.tolerance),
        different => bail!("{different} of {} leads do not match within {}", leads.len(), args.tolerance),
    }
    Ok(())
}

/// Scores the sample leads and the self-check leads of all models.
fn score_locally(files: &[(String, Vec<u8>)]) -> Result<Vec<LocalScore>> {
    let scorer = Scorer::open(files)?;
    let samples: Vec<Map<String, Value>> =
        serde_json::from_str(SAMPLE_LEADS).context("the sample leads are invalid")?;
    let mut leads: Vec<(String, Map<String, Value>)> =
        (1..).map(|number| format!("sample {number}")).zip(samples).collect();
    for (place, (_, file)) in files.iter().enumerate() {
        let self_check = self_check_leads(file)?;
        let name = |number: usize| format!("model {}, lead {number}", place + 1);
        leads.extend((1..).map(name).zip(self_check));
    }
    leads.into_iter().map(|(name, body)| score(&scorer, name, body)).collect()
}

fn score(scorer: &Scorer, name: String, body: Map<String, Value>) -> Result<LocalScore> {
    let schema: &Schema = scorer.schema();
    let text = Value::Object(body.clone()).to_string();
    let lead = read_lead(text.as_bytes(), schema).with_context(|| name.clone())?;
    let scores = scorer.score(&[lead])?;
    let score = scores.into_iter().next().context("a lead got no score")?.with_context(|| name.clone())?;
    Ok(LocalScore { name, body, score: f64::from(score.probability) })
}
