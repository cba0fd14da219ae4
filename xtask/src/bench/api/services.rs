//! Both services and the load generator: built, configured and started.

use super::super::lists::LEVELS_MIN;
use super::super::peer::Peer;
use super::super::setup;
use super::measurements::LeadList;
use crate::{exec, files, project::Project, sample, server::Server, tools};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

const REQUIREMENTS: &str = "tests/bench/api/original/requirements.txt";
const BASELINE: &str = "tests/bench/api/original";
/// Data folders of ours and the baseline, under the target folder.
const DATA: [&str; 2] = ["bench/api/ours", "bench/api/baseline"];
/// Forest over the golden set's features that replaces its XGBoost model where that is absent.
const FALLBACK: &str = "trees-100";

/// Batches of the target: number of leads, and bytes of each on average.
pub(super) const BATCH: u64 = 10_000;
pub(super) const BYTES: u64 = 800;

/// The running programs.
pub(super) struct Services {
    pub(super) ours: Server,
    pub(super) baseline: Server,
    load: Peer,
}

/// The same model in the formats of both, and its encoder.
struct Model {
    encoder: PathBuf,
    onnx: PathBuf,
    xgboost: PathBuf,
}

impl Services {
    /// Sends a task to the load generator and returns its response.
    pub(super) fn request(&mut self, task: &Value) -> Result<Value> {
        self.load.request(task)
    }

    /// Statistics of the leads; rejects leads that are easier than real ones.
    pub(super) fn list(&mut self) -> Result<LeadList> {
        let statistics = self.load.request(&json!({ "task": "statistics" }))?;
        let number = |name: &str| statistics[name].as_u64().with_context(|| format!("the statistics have no {name}"));
        let (leads, bytes, levels_min) = (number("leads")?, number("bytes")?, number("levels_min")?);
        ensure!(leads == BATCH, "there are {leads} leads, not {BATCH}");
        let bytes_per_lead = bytes / leads;
        ensure!(bytes_per_lead >= BYTES, "the leads have {bytes_per_lead} bytes each, fewer than {BYTES}");
        ensure!(levels_min >= LEVELS_MIN, "a field has {levels_min} levels, fewer than {LEVELS_MIN}");
        Ok(LeadList { leads, bytes_per_lead, levels_min })
    }
}

/// Builds and starts everything; both services have empty databases of one kind.
pub(super) fn start(project: &Project, postgres: Option<&str>) -> Result<Services> {
    let folder = project.target.join("bench/api");
    files::create_folder(&folder)?;
    let model = model(project)?;
    let programs = "--package scorer --features native --bin leadlight --example load";
    exec::run(&mut project.cargo(&format!("build --release --locked {programs}")))?;
    let list = folder.join("leads.csv");
    sample::write_file(BATCH, &list)?;
    let load = Peer::start(Command::new(project.target.join("release/examples/load")).arg(&list))?;
    let python = tools::environment(project, "bench/original", REQUIREMENTS)?;
    let [our_database, baseline_database] = databases(project, &python, postgres)?;
    let ours = ours(project, &folder.join("model.onnx"), &model, &our_database)?;
    let baseline = baseline(project, &python, &model, &baseline_database)?;
    Ok(Services { ours, baseline, load })
}

/// Addresses of our database and the baseline's, both empty.
fn databases(project: &Project, python: &Path, postgres: Option<&str>) -> Result<[String; 2]> {
    let Some(server) = postgres else {
        let file = |name| Ok(Server::empty_folder(project, name)?.join("leads.sqlite").display().to_string());
        let [ours, baseline]: [Result<String>; 2] = DATA.map(file);
        return Ok([ours?, format!("sqlite+aiosqlite:///{}", baseline?)]);
    };
    let names = ["leadlight_bench_ours", "leadlight_bench_baseline"];
    let mut create = project.command(python);
    create.args(["-B", &format!("{BASELINE}/databases.py")]).args(names).env("SERVER", server);
    exec::run(&mut create)?;
    let (host, _) = server.rsplit_once('/').context("the server's address should end in /postgres or the like")?;
    let (_, place) = host.split_once("://").context("the server's address should begin with postgresql://")?;
    DATA.iter().try_for_each(|name| Server::empty_folder(project, name).map(|_| ()))?;
    Ok([format!("postgresql://{place}/{}", names[0]), format!("postgresql+asyncpg://{place}/{}", names[1])])
}

fn ours(project: &Project, packed: &Path, model: &Model, database: &str) -> Result<Server> {
    let program = project.target.join("release/leadlight");
    let mut pack = project.command(&program);
    pack.arg("pack").arg(&model.onnx).arg("--encoder").arg(&model.encoder).args(["--model-version", "0.3.0"]);
    exec::run(pack.arg("--output").arg(packed))?;
    let options: [&OsStr; 4] = ["--models".as_ref(), packed.as_os_str(), "--database".as_ref(), database.as_ref()];
    Server::start(project, &program, &project.target.join(DATA[0]), &options)
}

fn baseline(project: &Project, python: &Path, model: &Model, database: &str) -> Result<Server> {
    let address = Server::free_address()?;
    let mut command = project.command(python);
    command.args(["-B", "-m", "uvicorn", "app:app", "--app-dir", BASELINE, "--host", "127.0.0.1"]);
    command.arg("--port").arg(address.port().to_string());
    command.env("DATABASE_URL", database).env("ENCODER", &model.encoder).env("MODEL", &model.xgboost);
    Server::spawn(&mut command, address, &project.target.join(DATA[1]).join("server.log"))
}

/// The golden set's model where it exists in both formats, else a fitted one.
fn model(project: &Project) -> Result<Model> {
    let golden = setup::golden(project);
    let (encoder, onnx, xgboost) =
        (golden.join("encoder.json"), golden.join("model.onnx"), golden.join("xgboost_model.json"));
    if xgboost.is_file() {
        return Ok(Model { encoder, onnx, xgboost });
    }
    let fitted = setup::forests(project, &golden)?.join("models").join(FALLBACK);
    Ok(Model { encoder, onnx: fitted.join("model.onnx"), xgboost: fitted.join("xgboost.json") })
}
