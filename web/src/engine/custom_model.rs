//! The user's own model: tried when chosen, loaded again by every new worker, stored on this computer if asked.

use super::Engine;
use crate::protocol::{Reply, Request};
use crate::storage;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// Custom models of the engine.
#[derive(Default)]
pub(super) struct CustomModel {
    in_use: RefCell<Option<ModelFile>>,
    candidate: RefCell<Option<ModelFile>>,
    /// Reply of a new worker about the site's models, held back until it has tried the custom one.
    site_models: RefCell<Option<Reply>>,
}

#[derive(Clone)]
struct ModelFile {
    name: String,
    file: Blob,
}

impl CustomModel {
    /// Restores the stored model, for the first worker to try.
    pub(super) async fn restore(&self) {
        let stored = storage::custom_model().await;
        *self.in_use.borrow_mut() = stored.map(|(name, file)| ModelFile { name, file });
    }

    /// Makes a new worker try the model that the last one used.
    pub(super) fn retry(&self) {
        self.candidate.borrow_mut().clone_from(&self.in_use.borrow());
    }

    pub(super) fn has_candidate(&self) -> bool {
        self.candidate.borrow().is_some()
    }

    /// Holds back the reply about the site's models, in case the custom one is rejected.
    pub(super) fn hold_site_models(&self, reply: Reply) {
        *self.site_models.borrow_mut() = Some(reply);
    }

    /// Records which models are loaded: the candidate, or the site's.
    pub(super) fn loaded(&self, is_custom: bool) {
        let candidate = self.candidate.take();
        if is_custom {
            self.in_use.replace(candidate);
        }
        self.site_models.take();
    }

    /// Drops the rejected candidate; returns the reply held back, if the worker has just started.
    pub(super) fn rejected(&self) -> Option<Reply> {
        self.candidate.take();
        let site_models = self.site_models.take();
        if site_models.is_some() {
            self.in_use.take();
            spawn_local(storage::delete_custom_model());
        }
        site_models
    }
}

impl Engine {
    /// Tries a custom model; if it is rejected, the models in use stay.
    pub fn load_custom_model(&self, file: &File) {
        *self.0.custom_model.candidate.borrow_mut() = Some(ModelFile { name: file.name(), file: file.clone().into() });
        self.try_custom_model();
    }

    /// Returns to the site's models.
    pub fn use_site_models(&self) {
        self.0.custom_model.candidate.take();
        self.0.custom_model.in_use.take();
        spawn_local(storage::delete_custom_model());
        self.send_site_models();
    }

    /// Stores the custom model on this computer, or deletes it.
    pub fn store_custom_model(&self, store: bool) {
        let model = self.0.custom_model.in_use.borrow().clone();
        spawn_local(async move {
            match model.filter(|_| store) {
                // If the browser refuses, the user has to choose it again next time.
                Some(model) => drop(storage::store_custom_model(&model.name, &model.file).await),
                None => storage::delete_custom_model().await,
            }
        });
    }

    pub(super) fn try_custom_model(&self) {
        if let Some(ModelFile { name, file }) = self.0.custom_model.candidate.borrow().clone() {
            self.post(&Request::LoadCustomModel { name }, &[file.into()], &[]);
        }
    }
}
