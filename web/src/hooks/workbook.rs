//! A workbook on its way to the worker: unpacked by a program that is started for it and ended after it.
//!
//! Owns that program. May not know sheets and cells, or how leads are scored.

use super::engine::Engine;
use super::program::Running;
use crate::agent::{self, Failure, Job, PickedSheet, Reply, Unpacking, WorkbookFault};
use crate::browser;
use crate::state::Action;
use js_sys::Array;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, MessageEvent};

/// The program at work, and the reading that it works for.
#[derive(Default)]
pub(super) struct Unpacker(RefCell<Option<(Job, Running)>>);

impl Unpacker {
    /// Ends the program, where it is at work for this reading.
    pub(super) fn end(&self, job: Job) -> bool {
        let ended = self.0.borrow_mut().take_if(|(of, _)| *of == job);
        let is_ended = ended.is_some();
        // Not at once: this may be called by the program's own message.
        spawn_local(async move { drop(ended) });
        is_ended
    }
}

impl Engine {
    /// Has a workbook unpacked and handed to the worker again.
    pub(super) fn unpack(&self, job: Job, file: &File) {
        let Some(assets) = self.assets() else { return };
        let (this, of) = (self.clone(), file.clone());
        let hear = move |event: MessageEvent| this.hear_unpacker(job, &of, &event);
        let this = self.clone();
        // Nothing but a lack of memory is known to end it.
        let died = move || this.give_up(job, WorkbookFault::TooLarge);
        match Running::start(&assets.unpacker, hear, died) {
            Ok(running) => *self.0.unpacker.0.borrow_mut() = Some((job, running)),
            Err(_) => self.tell(Reply::Unreadable { job, failure: unusable(WorkbookFault::Unavailable) }),
        }
    }

    fn hear_unpacker(&self, job: Job, file: &File, event: &MessageEvent) {
        let Ok((word, beside)) = agent::unpack::<Unpacking>(event.data()) else {
            return self.give_up(job, WorkbookFault::Broken);
        };
        match word {
            Unpacking::Awake => {
                let unpacker = self.0.unpacker.0.borrow();
                let at_work = unpacker.as_ref().filter(|(of, _)| *of == job);
                at_work.map(|(_, running)| running.post(file, &Array::new()));
            }
            Unpacking::Reached { share } => self.tell(Reply::Progress { job, bytes: share * file.size(), rows: 0 }),
            Unpacking::Done { sheet } => {
                let text = beside.into_iter().next().and_then(|text| text.dyn_into::<Blob>().ok());
                let text = text.and_then(|text| browser::renamed(&text, &file.name()).ok());
                match text {
                    Some(text) => self.hand_on(job, text, sheet),
                    None => self.give_up(job, WorkbookFault::Unavailable),
                }
            }
            Unpacking::Refused { fault } => self.give_up(job, fault),
        }
    }

    /// The same reading goes on with the sheet in the workbook's place.
    fn hand_on(&self, job: Job, text: File, sheet: PickedSheet) {
        if self.0.unpacker.end(job) {
            let (size, now) = (text.size(), browser::now());
            self.emit(Action::Unpacked { job, sheet: sheet.clone(), size, now });
            self.read_unpacked(job, text, sheet);
        }
    }

    fn give_up(&self, job: Job, fault: WorkbookFault) {
        if self.0.unpacker.end(job) {
            self.tell(Reply::Unreadable { job, failure: unusable(fault) });
        }
    }
}

fn unusable(fault: WorkbookFault) -> Failure {
    match fault {
        WorkbookFault::Unavailable => Failure::Unavailable,
        WorkbookFault::Empty => Failure::Empty,
        fault => Failure::Workbook { fault },
    }
}
