//! The models in service: opened and proved before they serve, changed while requests go on, called back in one step.
//!
//! Owns every change. May not know HTTP, nor how instances agree. A request takes the models once and keeps them to its
//! end, so no answer is made by two of them.

mod cluster_sync;
mod selection;
pub mod shared;
pub mod status;
pub mod watcher;

pub use cluster_sync::Agreement;

use super::http::error::ApiError;
use super::http::rejection::Rejection;
use crate::pipeline::{Model, Scorer};
use prediction_log::Timestamp;
use selection::Choice;
use shared::{Agreed, Shared};
use status::{Failed, Listed, Named, Release, Standing, State};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tokio::sync::Mutex;
use watcher::{Folder, FolderError, Found, Look, Told};

/// Who changes models when a file changes.
const BY_FILE: &str = "file";

const NO_FILES: &str = "no files were named to read models from";

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read the files again, and serve the newest version of each model.
    Reload,
    /// Serve what served before.
    Previous,
    /// Serve this version of every model that has it.
    Version(String),
}

/// Models and the moment since which they serve.
#[derive(Debug, Clone)]
struct Serve {
    scorer: Arc<Scorer>,
    since: String,
}

impl Serve {
    fn release(&self) -> Release {
        Release { since: self.since.clone(), models: Named::all(&self.scorer) }
    }
}

/// The models in service, and everything needed to change them.
#[derive(Debug)]
pub struct Serving {
    current: RwLock<Option<Serve>>,
    standing: RwLock<Arc<Standing>>,
    /// One change at a time.
    desk: Mutex<Desk>,
    shared: OnceLock<Arc<dyn Shared>>,
}

#[derive(Debug)]
struct Desk {
    folder: Option<Folder>,
    previous: Option<Serve>,
    missing: Option<Vec<Named>>,
    failed: Option<Failed>,
    /// Models of new files that have not been chosen from yet.
    unseen: BTreeSet<String>,
    /// A change of files that still has to be acted on.
    pending: bool,
}

impl From<Option<Scorer>> for Serving {
    /// Serves these models for good, or none.
    fn from(scorer: Option<Scorer>) -> Self {
        Serving::new(scorer, None)
    }
}

impl Serving {
    /// Opens the models of these files and folders, every one of which must open.
    pub fn open(paths: Vec<PathBuf>) -> Result<Self, FolderError> {
        for path in watcher::files(&paths)? {
            std::fs::metadata(&path).map_err(|reason| FolderError::Unreadable { path, reason })?;
        }
        let mut folder = Folder::new(paths);
        let Look { opened, .. } = folder.look(false, &now())?;
        folder.refused().map_or(Ok(()), |reason| Err(FolderError::Refused(reason)))?;
        let scorer = Scorer::from_models(opened).map_err(|error| FolderError::Refused(error.to_string()))?;
        Ok(Serving::new(Some(scorer), Some(folder)))
    }

    fn new(scorer: Option<Scorer>, folder: Option<Folder>) -> Self {
        let current = scorer.map(|scorer| Serve { scorer: Arc::new(scorer), since: now() });
        let unseen = BTreeSet::new();
        let desk = Desk { folder, previous: None, missing: None, failed: None, unseen, pending: false };
        let standing = desk.standing(current.as_ref());
        Serving {
            current: RwLock::new(current),
            standing: RwLock::new(Arc::new(standing)),
            desk: Mutex::new(desk),
            shared: OnceLock::new(),
        }
    }

    /// Agrees with other instances from now on.
    pub fn share(&self, shared: Arc<dyn Shared>) {
        // There is one database to a process, so a second call could only say the same.
        let _ = self.shared.set(shared);
    }

    /// The models in service: a request asks once.
    pub fn current(&self) -> Result<Arc<Scorer>, ApiError> {
        self.serve().map(|serve| serve.scorer).ok_or(ApiError::NoModel)
    }

    /// What can be told of the models.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn serve(&self) -> Option<Serve> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn names(&self) -> Vec<Named> {
        self.serve().map(|serve| Named::all(&serve.scorer)).unwrap_or_default()
    }

    /// Does what an operator asks for; everything stays as it was where it fails.
    pub async fn obey(&self, order: Order, by: &str) -> Result<Arc<Standing>, Rejection> {
        let mut desk = self.desk.lock().await;
        let changed = self.carry_out(&mut desk, order, by).await;
        self.tell(&mut desk, changed.as_ref().err());
        changed.map(|()| self.standing()).map_err(Rejection::Model)
    }

    /// Looks whether files have changed or other instances have agreed on something else; to be called again and
    /// again. What failed before is told until something is changed.
    pub async fn look(&self) {
        let mut desk = self.desk.lock().await;
        let followed = match self.follow_files(&mut desk).await {
            Ok(changed) => self.follow_shared(&mut desk).await.map(|followed| changed || followed),
            Err(reason) => Err(reason),
        };
        match followed {
            Ok(false) => self.show(&desk),
            Ok(true) => self.tell(&mut desk, None),
            Err(reason) => self.tell(&mut desk, Some(&reason)),
        }
    }

    async fn carry_out(&self, desk: &mut Desk, order: Order, by: &str) -> Result<(), String> {
        if let Order::Previous = order {
            let previous = desk.previous.as_ref().ok_or("no other model has served here before")?;
            return self.put(desk, previous.scorer.clone(), Some(by)).await;
        }
        let opened = desk.scan(false).await?;
        let choice = match order {
            Order::Version(version) => selection::of_version(&desk.there(), &self.names(), &version)
                .ok_or_else(|| format!("no model file here has the version {version:?}"))?,
            _ => selection::newest_of_each(&desk.sound()?),
        };
        let scorer = self.build(desk, choice, opened).await?;
        self.put(desk, scorer, Some(by)).await?;
        desk.acted();
        Ok(())
    }

    /// Whether models were changed because files were.
    async fn follow_files(&self, desk: &mut Desk) -> Result<bool, String> {
        if desk.folder.is_none() {
            return Ok(false);
        }
        let opened = desk.scan(true).await?;
        if !desk.pending {
            return Ok(false);
        }
        let choice = selection::after_change(&desk.sound()?, &self.names(), &desk.unseen);
        let changes = !choice.values().eq(&self.names());
        if changes {
            let scorer = self.build(desk, choice, opened).await?;
            self.put(desk, scorer, Some(BY_FILE)).await?;
        }
        desk.acted();
        Ok(true)
    }

    /// Whether models were changed because other instances agreed on others.
    async fn follow_shared(&self, desk: &mut Desk) -> Result<bool, String> {
        let Some(shared) = self.shared.get() else { return Ok(false) };
        // A database that is away is told by the log's own state.
        let Ok(Some(Agreed { models, .. })) = shared.agreed().await else { return Ok(false) };
        if models == self.names() {
            desk.missing = None;
            return Ok(false);
        }
        let before = desk.previous.as_ref().map(|previous| previous.scorer.clone());
        let scorer = match before.filter(|before| Named::all(before) == models) {
            Some(before) => before,
            None => {
                let there = desk.there();
                if !models.iter().all(|model| there.contains(model)) {
                    desk.missing = Some(models);
                    return Ok(false);
                }
                let choice = models.into_iter().map(|model| (model.name.clone(), model)).collect();
                self.build(desk, choice, Vec::new()).await?
            }
        };
        self.put(desk, scorer, None).await?;
        Ok(true)
    }

    /// Puts models into service, after all instances have agreed on them where `by` says who asks.
    async fn put(&self, desk: &mut Desk, scorer: Arc<Scorer>, by: Option<&str>) -> Result<(), String> {
        if let (Some(by), Some(shared)) = (by, self.shared.get()) {
            let agreed = Agreed { models: Named::all(&scorer), since: now(), by: by.to_owned() };
            shared.agree(agreed).await?;
        }
        desk.missing = None;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|before| Arc::ptr_eq(&before.scorer, &scorer)) {
            return Ok(());
        }
        for model in scorer.models() {
            tracing::info!(name = model.card().name, version = model.version(), sha256 = model.sha256(), "in service");
        }
        desk.previous = current.replace(Serve { scorer, since: now() });
        Ok(())
    }

    /// Opens the chosen models, those among `opened` not again; where they are those in service, nothing is opened.
    async fn build(&self, desk: &Desk, choice: Choice, opened: Vec<Model>) -> Result<Arc<Scorer>, String> {
        let wanted: Vec<Named> = choice.into_values().collect();
        if let Some(serve) = self.serve().filter(|serve| Named::all(&serve.scorer) == wanted) {
            return Ok(serve.scorer);
        }
        let folder = desk.folder.clone().ok_or(NO_FILES)?;
        let build = move || {
            let mut models = opened;
            models.retain(|model| wanted.contains(&Named::of(model)));
            for named in &wanted {
                if !models.iter().any(|model| model.sha256() == named.sha256) {
                    models.push(folder.open(named).map_err(|error| error.to_string())?);
                }
            }
            Scorer::from_models(models).map(Arc::new).map_err(|error| error.to_string())
        };
        aside(build).await?
    }

    /// One line in the log per failure, however often it is met.
    fn tell(&self, desk: &mut Desk, failure: Option<&String>) {
        match failure {
            None => desk.failed = None,
            Some(reason) if desk.failed.as_ref().is_some_and(|told| told.reason == *reason) => {}
            Some(reason) => {
                tracing::error!(reason, "the models in service stay");
                desk.failed = Some(Failed { at: now(), reason: reason.clone() });
            }
        }
        self.show(desk);
    }

    fn show(&self, desk: &Desk) {
        let standing = desk.standing(self.serve().as_ref());
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(standing);
    }
}

impl Desk {
    /// Reads what is new.
    async fn scan(&mut self, patient: bool) -> Result<Vec<Model>, String> {
        let mut folder = self.folder.clone().ok_or(NO_FILES)?;
        let read = move || {
            let look = folder.look(patient, &now());
            (folder, look)
        };
        let (folder, look) = aside(read).await?;
        self.folder = Some(folder);
        let look = look.map_err(|error| error.to_string())?;
        self.pending |= look.changed;
        self.unseen.extend(look.opened.iter().map(|model| model.sha256().to_owned()));
        Ok(look.opened)
    }

    /// What files have brought is done with.
    fn acted(&mut self) {
        self.unseen.clear();
        self.pending = false;
    }

    fn there(&self) -> Vec<Named> {
        self.folder.as_ref().map(Folder::models).unwrap_or_default()
    }

    /// Every model that is there, if all files open: while one does not, nothing is changed by what files say.
    fn sound(&self) -> Result<Vec<Named>, String> {
        let refused = self.folder.as_ref().and_then(Folder::refused);
        refused.map_or_else(|| Ok(self.there()), Err)
    }

    fn standing(&self, current: Option<&Serve>) -> Standing {
        let (in_service, previous) = (current.map(Serve::release), self.previous.as_ref().map(Serve::release));
        let holds = |release: &Option<Release>, model: &Named| {
            release.as_ref().is_some_and(|release| release.models.contains(model))
        };
        let state = |model: &Named| match () {
            () if holds(&in_service, model) => State::InService,
            () if holds(&previous, model) => State::Previous,
            () => State::Available,
        };
        let mut models: Vec<Listed> =
            self.folder.iter().flat_map(Folder::found).map(|found| listed(found, state)).collect();
        for release in [&in_service, &previous].into_iter().flatten() {
            for model in &release.models {
                if !models.iter().any(|listed| listed.sha256.as_ref() == Some(&model.sha256)) {
                    models.push(in_memory(model, &release.since, state(model)));
                }
            }
        }
        Standing { in_service, previous, models, missing: self.missing.clone(), failed: self.failed.clone() }
    }
}

fn listed(found: &Found, state: impl Fn(&Named) -> State) -> Listed {
    let file = Some(found.path.display().to_string());
    match &found.told {
        Told::Model(model) => Listed { file, ..in_memory(model, &found.since, state(model)) },
        Told::Refused(reason) => Listed {
            file,
            name: None,
            version: None,
            sha256: None,
            since: found.since.clone(),
            state: State::Refused,
            reason: Some(reason.clone()),
        },
    }
}

fn in_memory(model: &Named, since: &str, state: State) -> Listed {
    Listed {
        file: None,
        name: Some(model.name.clone()),
        version: Some(model.version.clone()),
        sha256: Some(model.sha256.clone()),
        since: since.to_owned(),
        state,
        reason: None,
    }
}

/// Reading and proving models takes long enough to do it beside the threads that serve connections.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|_| "opening the models ended early".to_owned())
}

fn now() -> String {
    Timestamp::now().to_string()
}
