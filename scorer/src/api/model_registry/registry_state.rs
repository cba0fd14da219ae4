//! State behind the registry: model files, the previous models, pending changes; and the status made from them.

use super::cluster_sync::now;
use super::status::{FailedChange, ModelEntry, ModelId, ModelState, RegistryStatus, Release};
use super::watcher::{ModelFile, ModelWatcher};
use crate::api::http::blocking;
use crate::pipeline::{Model, Scorer};
use std::collections::BTreeSet;
use std::sync::Arc;

const NO_FILES: &str = "no files were named to read models from";

/// A scorer and the time since which it serves.
#[derive(Debug, Clone)]
pub(super) struct ActiveModels {
    pub(super) scorer: Arc<Scorer>,
    pub(super) since: String,
}

impl ActiveModels {
    fn release(&self) -> Release {
        Release { since: self.since.clone(), models: ModelId::all(&self.scorer) }
    }
}

#[derive(Debug)]
pub(super) struct RegistryState {
    pub(super) watcher: Option<ModelWatcher>,
    pub(super) previous: Option<ActiveModels>,
    pub(super) missing: Option<Vec<ModelId>>,
    pub(super) failed: Option<FailedChange>,
    /// Hashes of new files that no selection has considered yet.
    pub(super) unselected: BTreeSet<String>,
    /// True while a change of files has not been acted on.
    pub(super) pending: bool,
}

impl RegistryState {
    pub(super) fn new(watcher: Option<ModelWatcher>) -> Self {
        let unselected = BTreeSet::new();
        RegistryState { watcher, previous: None, missing: None, failed: None, unselected, pending: false }
    }

    pub(super) fn watcher(&self) -> Result<ModelWatcher, String> {
        self.watcher.clone().ok_or_else(|| NO_FILES.to_owned())
    }

    /// Reads new and changed files; returns their models.
    pub(super) async fn scan(&mut self, require_settled: bool) -> Result<Vec<Model>, String> {
        let mut watcher = self.watcher()?;
        let scan = move || {
            let scan = watcher.scan(require_settled, &now());
            (watcher, scan)
        };
        let (watcher, scan) = run_blocking(scan).await?;
        self.watcher = Some(watcher);
        let scan = scan.map_err(|error| error.to_string())?;
        self.pending |= scan.changed;
        self.unselected.extend(scan.opened.iter().map(|model| model.sha256().to_owned()));
        Ok(scan.opened)
    }

    /// Marks changes of files as acted on.
    pub(super) fn clear_pending(&mut self) {
        self.unselected.clear();
        self.pending = false;
    }

    /// Returns the models of all files that open.
    pub(super) fn available(&self) -> Vec<ModelId> {
        self.watcher.as_ref().map(ModelWatcher::models).unwrap_or_default()
    }

    /// Returns every model if all files open: while one does not, changes of files have no effect.
    pub(super) fn available_if_all_open(&self) -> Result<Vec<ModelId>, String> {
        let refused = self.watcher.as_ref().and_then(ModelWatcher::refused);
        refused.map_or_else(|| Ok(self.available()), Err)
    }

    pub(super) fn status(&self, current: Option<&ActiveModels>) -> RegistryStatus {
        let in_service = current.map(ActiveModels::release);
        let previous = self.previous.as_ref().map(ActiveModels::release);
        let holds = |release: &Option<Release>, model: &ModelId| {
            release.as_ref().is_some_and(|release| release.models.contains(model))
        };
        let state = |model: &ModelId| match () {
            () if holds(&in_service, model) => ModelState::InService,
            () if holds(&previous, model) => ModelState::Previous,
            () => ModelState::Available,
        };
        let mut models: Vec<ModelEntry> =
            self.watcher.iter().flat_map(ModelWatcher::files).map(|file| file_entry(file, state)).collect();
        for release in [&in_service, &previous].into_iter().flatten() {
            for model in &release.models {
                if !models.iter().any(|entry| entry.sha256.as_ref() == Some(&model.sha256)) {
                    models.push(memory_entry(model, &release.since, state(model)));
                }
            }
        }
        RegistryStatus { in_service, previous, models, missing: self.missing.clone(), failed: self.failed.clone() }
    }
}

fn file_entry(file: &ModelFile, state: impl Fn(&ModelId) -> ModelState) -> ModelEntry {
    let path = Some(file.path.display().to_string());
    match &file.opened {
        Ok(model) => ModelEntry { file: path, ..memory_entry(model, &file.since, state(model)) },
        Err(reason) => ModelEntry {
            file: path,
            name: None,
            version: None,
            sha256: None,
            since: file.since.clone(),
            state: ModelState::Refused,
            reason: Some(reason.clone()),
        },
    }
}

/// Entry of a model whose file is gone.
fn memory_entry(model: &ModelId, since: &str, state: ModelState) -> ModelEntry {
    ModelEntry {
        file: None,
        name: Some(model.name.clone()),
        version: Some(model.version.clone()),
        sha256: Some(model.sha256.clone()),
        since: since.to_owned(),
        state,
        reason: None,
    }
}

/// Runs work on a blocking thread: reading and verifying models would stall the threads that serve connections.
pub(super) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    blocking::run_blocking(work).await.map_err(|_| "opening the models ended early".to_owned())
}
