//! Dedicated worker, started under the network lock from code that was fetched before.

use super::assets::WorkerCode;
use crate::browser;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// Running worker, terminated on drop.
pub(super) struct SandboxedWorker {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl SandboxedWorker {
    /// Starts a worker; `on_crash` is called after an uncaught error.
    pub(super) fn start(
        code: &WorkerCode,
        on_message: impl Fn(MessageEvent) + 'static,
        on_crash: impl Fn() + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let worker = Worker::new(&code.script)?;
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(on_message);
        // Deferred, because the handler drops the worker together with this closure.
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |_| {
            let on_crash = on_crash.clone();
            spawn_local(async move { on_crash() });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let running = SandboxedWorker { worker, _on_message: on_message, _on_error: on_error };
        let wasm = browser::copy_buffer(&code.wasm);
        running.post(&wasm, &Array::of1(&wasm))?;
        Ok(running)
    }

    /// Sends a message and transfers the given objects.
    pub(super) fn post(&self, message: &JsValue, transfer: &Array) -> Result<(), JsValue> {
        self.worker.post_message_with_transfer(message, transfer)
    }
}

impl Drop for SandboxedWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
