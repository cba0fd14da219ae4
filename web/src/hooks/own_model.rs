//! The user's own model: tried when it is chosen, opened again with every worker, kept on this computer if asked.
//!
//! Owns which model of the user's own is in use and which is only tried. May not know how the worker is started, nor what
//! the page shows of it.

use super::engine::Engine;
use crate::agent::{Reply, Request};
use crate::memory;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// The models of the user's own.
#[derive(Default)]
pub(super) struct OwnModel {
    in_use: RefCell<Option<Own>>,
    tried: RefCell<Option<Own>>,
    /// What a new worker said of the site's models, until it has tried the user's own.
    site: RefCell<Option<Reply>>,
}

#[derive(Clone)]
struct Own {
    name: String,
    file: Blob,
}

impl OwnModel {
    /// The one that is kept on this computer is to be tried.
    pub(super) async fn recall(&self) {
        let kept = memory::model().await;
        *self.in_use.borrow_mut() = kept.map(|(name, file)| Own { name, file });
    }

    /// A new worker is to open the one in use as the last one did.
    pub(super) fn again(&self) {
        self.tried.borrow_mut().clone_from(&self.in_use.borrow());
    }

    pub(super) fn is_to_be_tried(&self) -> bool {
        self.tried.borrow().is_some()
    }

    /// Keeps what was said of the site's models, in case the user's own cannot be used.
    pub(super) fn put_off(&self, site: Reply) {
        *self.site.borrow_mut() = Some(site);
    }

    /// Models are open: the one that was tried, or the site's.
    pub(super) fn settle(&self, is_own: bool) {
        let tried = self.tried.take();
        if is_own {
            self.in_use.replace(tried);
        }
        self.site.take();
    }

    /// The one that was tried cannot be used; what was put off, where a worker begins with it.
    pub(super) fn refuse(&self) -> Option<Reply> {
        self.tried.take();
        let site = self.site.take();
        if site.is_some() {
            self.in_use.take();
            spawn_local(memory::forget_model());
        }
        site
    }
}

impl Engine {
    /// Tries a model of the user's own; the ones in use stay if it cannot be used.
    pub fn open_model(&self, file: &File) {
        *self.0.own.tried.borrow_mut() = Some(Own { name: file.name(), file: file.clone().into() });
        self.try_own();
    }

    /// Goes back to the site's models.
    pub fn open_site_models(&self) {
        self.0.own.tried.take();
        self.0.own.in_use.take();
        spawn_local(memory::forget_model());
        self.hand_models();
    }

    /// Keeps the user's own model on this computer, or no longer.
    pub fn keep_model(&self, keep: bool) {
        let own = self.0.own.in_use.borrow().clone();
        spawn_local(async move {
            match own.filter(|_| keep) {
                // A browser that keeps nothing has it chosen anew the next time.
                Some(own) => drop(memory::keep_model(&own.name, &own.file).await),
                None => memory::forget_model().await,
            }
        });
    }

    pub(super) fn try_own(&self) {
        if let Some(Own { name, file }) = self.0.own.tried.borrow().clone() {
            self.post(&Request::OpenOwn { name }, &[file.into()], &[]);
        }
    }
}
