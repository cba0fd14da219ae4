//! Both services, running, and the load's program. Knows how each is built, started and told where its model and its
//! database are; nothing of what is asked.

use super::super::contestant::Contestant;
use super::super::setup;
use super::figures::List;
use crate::{exec, project::Project, sample, server::Server, tools};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const REQUIREMENTS: &str = "tests/bench/api/original/requirements.txt";
const STAND_IN: &str = "tests/bench/api/original";
/// Where our data and the stand-in's are, under the target folder.
const DATA: [&str; 2] = ["bench/api/ours", "bench/api/stand-in"];
/// Where the golden set has no XGBoost model, this forest over its features stands for it.
const MADE: &str = "trees-100";

/// The batches that the target is for: how many leads, and how many bytes each has on average.
pub(super) const BATCH: u64 = 10_000;
pub(super) const BYTES: u64 = 800;
/// The least that leads have to be like to stand for real ones: so long at least, and so many levels.
const LEVELS_LEAST: u64 = 50;

/// Everything that a run needs.
pub(super) struct Field {
    pub(super) ours: Server,
    pub(super) stand_in: Server,
    load: Contestant,
}

/// The same model in the forms of both, and its encoder.
struct Model {
    encoder: PathBuf,
    onnx: PathBuf,
    xgboost: PathBuf,
}

impl Field {
    /// What the load's program answers.
    pub(super) fn ask(&mut self, task: &Value) -> Result<Value> {
        self.load.ask(task)
    }

    /// The leads that are sent; refuses such as are easier than real ones.
    pub(super) fn list(&mut self) -> Result<List> {
        let census = self.load.ask(&json!({ "task": "census" }))?;
        let number = |name: &str| census[name].as_u64().with_context(|| format!("the census has no {name}"));
        let (leads, bytes, levels_least) = (number("leads")?, number("bytes")?, number("levels_least")?);
        ensure!(leads == BATCH, "there are {leads} leads, not {BATCH}");
        let bytes_a_lead = bytes / leads;
        ensure!(bytes_a_lead >= BYTES, "the leads have {bytes_a_lead} bytes each, fewer than {BYTES}");
        ensure!(levels_least >= LEVELS_LEAST, "a field has {levels_least} levels, fewer than {LEVELS_LEAST}");
        Ok(List { leads, bytes_a_lead, levels_least })
    }
}

/// Builds, makes and starts everything; both services have empty databases of one kind.
pub(super) fn start(project: &Project, postgres: Option<&str>) -> Result<Field> {
    let folder = project.target.join("bench/api");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let model = model(project)?;
    let what = "--package scorer --features native --bin leadlight --example load";
    exec::run(&mut project.cargo(&format!("build --release --locked {what}")))?;
    let list = folder.join("leads.csv");
    sample::run(&["--rows", &BATCH.to_string(), "-o", &list.display().to_string()].map(str::to_owned))?;
    let load = Contestant::start(Command::new(project.target.join("release/examples/load")).arg(&list))?;
    let python = tools::environment(project, "bench/original", REQUIREMENTS)?;
    let [ours_at, stand_in_at] = databases(project, &python, postgres)?;
    let ours = ours(project, &folder.join("model.onnx"), &model, &ours_at)?;
    Ok(Field { ours, stand_in: stand_in(project, &python, &model, &stand_in_at)?, load })
}

/// The addresses of our database and the stand-in's, both empty.
fn databases(project: &Project, python: &Path, postgres: Option<&str>) -> Result<[String; 2]> {
    let Some(server) = postgres else {
        let file = |name| Ok(Server::folder(project, name)?.join("leads.sqlite").display().to_string());
        let [ours, stand_in]: [Result<String>; 2] = DATA.map(file);
        return Ok([ours?, format!("sqlite+aiosqlite:///{}", stand_in?)]);
    };
    let names = ["leadlight_bench_ours", "leadlight_bench_stand_in"];
    let mut make = project.command(python);
    make.args(["-B", &format!("{STAND_IN}/databases.py")]).args(names).env("SERVER", server);
    exec::run(&mut make)?;
    let (host, _) = server.rsplit_once('/').context("the server's address should end in /postgres or the like")?;
    let (_, place) = host.split_once("://").context("the server's address should begin with postgresql://")?;
    DATA.iter().try_for_each(|name| Server::folder(project, name).map(|_| ()))?;
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

fn stand_in(project: &Project, python: &Path, model: &Model, database: &str) -> Result<Server> {
    let address = Server::free_address()?;
    let mut command = project.command(python);
    command.args(["-B", "-m", "uvicorn", "app:app", "--app-dir", STAND_IN, "--host", "127.0.0.1"]);
    command.arg("--port").arg(address.port().to_string());
    command.env("DATABASE_URL", database).env("ENCODER", &model.encoder).env("MODEL", &model.xgboost);
    Server::run(&mut command, address, &project.target.join(DATA[1]).join("server.log"))
}

/// The golden set's own model where it is there in both forms, else one that is fitted.
fn model(project: &Project) -> Result<Model> {
    let golden = setup::golden(project);
    let (encoder, onnx, xgboost) =
        (golden.join("encoder.json"), golden.join("model.onnx"), golden.join("xgboost_model.json"));
    if xgboost.is_file() {
        return Ok(Model { encoder, onnx, xgboost });
    }
    let made = setup::forests(project, &golden)?.join("models").join(MADE);
    Ok(Model { encoder, onnx: made.join("model.onnx"), xgboost: made.join("xgboost.json") })
}
