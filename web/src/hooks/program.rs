//! A program in a worker of its own, started behind the lock from parts that were fetched before.
//!
//! Owns how it is started and ended. May not know what it says.

use super::assets::Program;
use crate::browser;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// A running program: ended when it is dropped.
pub(super) struct Running {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Running {
    /// Starts a program: `hear` gets what it says, `died` is called once it has failed.
    pub(super) fn start(
        program: &Program,
        hear: impl Fn(MessageEvent) + 'static,
        died: impl Fn() + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let worker = Worker::new(&program.script)?;
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(hear);
        // Not at once: the worker, with this very closure, is given up on the way.
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |_| {
            let died = died.clone();
            spawn_local(async move { died() });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let running = Running { worker, _on_message: on_message, _on_error: on_error };
        let wasm = browser::copy(&program.wasm);
        running.post(&wasm, &Array::of1(&wasm))?;
        Ok(running)
    }

    /// Sends a message, and gives away what of it is `given`.
    pub(super) fn post(&self, message: &JsValue, given: &Array) -> Result<(), JsValue> {
        self.worker.post_message_with_transfer(message, given)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
