//! Message port of a dedicated worker.

use crate::protocol;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Port of the current worker; clones share it.
#[derive(Clone)]
pub struct WorkerPort(DedicatedWorkerGlobalScope);

impl WorkerPort {
    /// Returns the port of the worker that this code runs in.
    pub fn current() -> Self {
        WorkerPort(js_sys::global().unchecked_into())
    }

    /// Calls `on_message` with each message of the page, for the worker's lifetime.
    pub fn listen(&self, on_message: impl Fn(JsValue) + 'static) {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| on_message(event.data()));
        self.0.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
    }

    /// Sends a message. A failure is thrown as a JavaScript exception: the page receives it as an error of the worker and
    /// starts another one.
    pub fn post<T: Serialize>(&self, message: &T, attachments: &[JsValue]) {
        unwrap_or_throw(protocol::pack(message, attachments).and_then(|parcel| self.0.post_message(&parcel)));
    }
}

/// Returns the value, or throws the error as a JavaScript exception.
pub fn unwrap_or_throw<T>(result: Result<T, JsValue>) -> T {
    result.unwrap_or_else(|error| wasm_bindgen::throw_val(error))
}
