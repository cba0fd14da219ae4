//! The registry: opens model files, serves one scorer, changes it on command, after file changes or with the cluster.

use super::cluster_sync::{ClusterSync, DesiredModels, now};
use super::registry_state::{ActiveModels, RegistryState, run_blocking};
use super::selection::{self, Selection};
use super::status::{FailedChange, ModelId, RegistryStatus};
use super::watcher::{ModelFileError, ModelWatcher, Scan, list_files};
use crate::pipeline::{Model, Scorer};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use thiserror::Error;
use tokio::sync::Mutex;

/// Author of changes that follow a changed file.
const BY_FILE: &str = "file";

/// Change requested by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Read the files again, and serve the newest version of each model.
    Reload,
    /// Serve the models that served before the last change.
    Previous,
    /// Serve this version of every model that has it.
    Version(String),
}

/// Reason, as a sentence for operators, why the models in service could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ChangeError(pub String);

/// Models in service, and everything needed to change them.
#[derive(Debug)]
pub struct ModelRegistry {
    current: RwLock<Option<ActiveModels>>,
    status: RwLock<Arc<RegistryStatus>>,
    /// Serialises changes.
    state: Mutex<RegistryState>,
    cluster: OnceLock<Arc<dyn ClusterSync>>,
}

impl From<Option<Scorer>> for ModelRegistry {
    /// Serves these models, or none, without files to change them from.
    fn from(scorer: Option<Scorer>) -> Self {
        ModelRegistry::new(scorer, None)
    }
}

impl ModelRegistry {
    /// Opens the models of these files and folders; fails if any of them does not open.
    pub fn open(paths: Vec<PathBuf>) -> Result<Self, ModelFileError> {
        for path in list_files(&paths)? {
            std::fs::metadata(&path).map_err(|reason| ModelFileError::Unreadable { path, reason })?;
        }
        let mut watcher = ModelWatcher::new(paths);
        let Scan { opened, .. } = watcher.scan(false, &now())?;
        watcher.refused().map_or(Ok(()), |reason| Err(ModelFileError::Refused(reason)))?;
        let scorer = Scorer::from_models(opened).map_err(|error| ModelFileError::Refused(error.to_string()))?;
        Ok(ModelRegistry::new(Some(scorer), Some(watcher)))
    }

    fn new(scorer: Option<Scorer>, watcher: Option<ModelWatcher>) -> Self {
        let current = scorer.map(|scorer| ActiveModels { scorer: Arc::new(scorer), since: now() });
        let state = RegistryState::new(watcher);
        let status = state.status(current.as_ref());
        ModelRegistry {
            current: RwLock::new(current),
            status: RwLock::new(Arc::new(status)),
            state: Mutex::new(state),
            cluster: OnceLock::new(),
        }
    }

    /// Keeps the models the same as on other instances from now on.
    pub fn join_cluster(&self, cluster: Arc<dyn ClusterSync>) {
        // A process has one database, so a second call would set the same.
        let _ = self.cluster.set(cluster);
    }

    /// Returns the scorer in service; `None` if no model is loaded. A request calls this once.
    pub fn current(&self) -> Option<Arc<Scorer>> {
        self.active().map(|active| active.scorer)
    }

    /// Returns the last published status.
    pub fn status(&self) -> Arc<RegistryStatus> {
        self.status.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn active(&self) -> Option<ActiveModels> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn active_ids(&self) -> Vec<ModelId> {
        self.active().map(|active| ModelId::all(&active.scorer)).unwrap_or_default()
    }

    /// Executes a command; on failure the models in service stay.
    pub async fn apply(&self, command: Command, by: &str) -> Result<Arc<RegistryStatus>, ChangeError> {
        let mut state = self.state.lock().await;
        let changed = self.execute(&mut state, command, by).await;
        self.record_result(&mut state, changed.as_ref().err());
        changed.map(|()| self.status()).map_err(ChangeError)
    }

    /// Follows changes of files and of the cluster; called periodically. A failure stays in the status until the next
    /// successful change.
    pub async fn poll(&self) {
        let mut state = self.state.lock().await;
        let followed = match self.follow_files(&mut state).await {
            Ok(changed) => self.follow_cluster(&mut state).await.map(|followed| changed || followed),
            Err(reason) => Err(reason),
        };
        match followed {
            Ok(false) => self.publish_status(&state),
            Ok(true) => self.record_result(&mut state, None),
            Err(reason) => self.record_result(&mut state, Some(&reason)),
        }
    }

    async fn execute(&self, state: &mut RegistryState, command: Command, by: &str) -> Result<(), String> {
        if let Command::Previous = command {
            let previous = state.previous.as_ref().ok_or("no other model has served here before")?;
            return self.activate(state, previous.scorer.clone(), Some(by)).await;
        }
        let opened = state.scan(false).await?;
        let selection = match command {
            Command::Version(version) => selection::with_version(&state.available(), &self.active_ids(), &version)
                .ok_or_else(|| format!("no model file here has the version {version:?}"))?,
            _ => selection::newest_of_each(&state.available_if_all_open()?),
        };
        let scorer = self.build(state, selection, opened).await?;
        self.activate(state, scorer, Some(by)).await?;
        state.clear_pending();
        Ok(())
    }

    /// Changes models after a change of files; true if files had changed.
    async fn follow_files(&self, state: &mut RegistryState) -> Result<bool, String> {
        if state.watcher.is_none() {
            return Ok(false);
        }
        let opened = state.scan(true).await?;
        if !state.pending {
            return Ok(false);
        }
        let selection =
            selection::after_file_change(&state.available_if_all_open()?, &self.active_ids(), &state.unselected);
        if !selection.values().eq(&self.active_ids()) {
            let scorer = self.build(state, selection, opened).await?;
            self.activate(state, scorer, Some(BY_FILE)).await?;
        }
        state.clear_pending();
        Ok(true)
    }

    /// Changes models to those desired by the cluster; true if they were changed.
    async fn follow_cluster(&self, state: &mut RegistryState) -> Result<bool, String> {
        let Some(cluster) = self.cluster.get() else { return Ok(false) };
        // The log itself reports an unreachable database.
        let Ok(Some(DesiredModels { models, .. })) = cluster.desired().await else { return Ok(false) };
        if models == self.active_ids() {
            state.missing = None;
            return Ok(false);
        }
        let previous = state.previous.as_ref().map(|previous| previous.scorer.clone());
        let scorer = match previous.filter(|previous| ModelId::all(previous) == models) {
            Some(previous) => previous,
            None => {
                let available = state.available();
                if !models.iter().all(|model| available.contains(model)) {
                    state.missing = Some(models);
                    return Ok(false);
                }
                let selection = models.into_iter().map(|model| (model.name.clone(), model)).collect();
                self.build(state, selection, Vec::new()).await?
            }
        };
        self.activate(state, scorer, None).await?;
        Ok(true)
    }

    /// Puts models into service; with an author, only after they were stored as the cluster's desired models.
    async fn activate(&self, state: &mut RegistryState, scorer: Arc<Scorer>, by: Option<&str>) -> Result<(), String> {
        if let (Some(by), Some(cluster)) = (by, self.cluster.get()) {
            let desired = DesiredModels { models: ModelId::all(&scorer), since: now(), by: by.to_owned() };
            cluster.set_desired(desired).await?;
        }
        state.missing = None;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|active| Arc::ptr_eq(&active.scorer, &scorer)) {
            return Ok(());
        }
        for model in scorer.models() {
            tracing::info!(
                name = model.card().name,
                version = model.version(),
                sha256 = model.sha256(),
                "model in service"
            );
        }
        state.previous = current.replace(ActiveModels { scorer, since: now() });
        Ok(())
    }

    /// Builds a scorer of the selected models: the current one if it has just these, else from `opened` and from files.
    async fn build(
        &self,
        state: &RegistryState,
        selection: Selection,
        opened: Vec<Model>,
    ) -> Result<Arc<Scorer>, String> {
        let wanted: Vec<ModelId> = selection.into_values().collect();
        if let Some(active) = self.active().filter(|active| ModelId::all(&active.scorer) == wanted) {
            return Ok(active.scorer);
        }
        let watcher = state.watcher()?;
        let build = move || {
            let mut models = opened;
            models.retain(|model| wanted.contains(&ModelId::from(model)));
            for id in &wanted {
                if !models.iter().any(|model| model.sha256() == id.sha256) {
                    models.push(watcher.open(id).map_err(|error| error.to_string())?);
                }
            }
            Scorer::from_models(models).map(Arc::new).map_err(|error| error.to_string())
        };
        run_blocking(build).await?
    }

    /// Stores the result of a change in the status; logs a failure once, however often it repeats.
    fn record_result(&self, state: &mut RegistryState, failure: Option<&String>) {
        match failure {
            None => state.failed = None,
            Some(reason) if state.failed.as_ref().is_some_and(|known| known.reason == *reason) => {}
            Some(reason) => {
                tracing::error!(reason, "models not changed; those in service stay");
                state.failed = Some(FailedChange { at: now(), reason: reason.clone() });
            }
        }
        self.publish_status(state);
    }

    fn publish_status(&self, state: &RegistryState) {
        let status = state.status(self.active().as_ref());
        *self.status.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(status);
    }
}
