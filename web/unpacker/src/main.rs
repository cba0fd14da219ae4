//! Unpacks one workbook for the page: the file in, the CSV of its largest sheet out.
//!
//! Owns how the bytes get in and out. May not know leads or words. It does not listen while it works: the page ends it
//! when the user does not want to wait any longer.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::agent::{self, PickedSheet, Unpacking, WorkbookFault};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};
use workbook::{Refusal, Sink, WORKBOOK_MAX};

fn main() {
    let port: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answering = port.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let port = answering.clone();
        spawn_local(async move { answer(&port, event.data().unchecked_ref()).await });
    });
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as the worker lives.
    on_message.forget();
    post(&port, &Unpacking::Awake, &[]);
}

async fn answer(port: &DedicatedWorkerGlobalScope, file: &Blob) {
    match unpack(port, file).await {
        Ok((sheet, text)) => post(port, &Unpacking::Done { sheet }, &[text.into()]),
        Err(fault) => post(port, &Unpacking::Refused { fault }, &[]),
    }
}

async fn unpack(port: &DedicatedWorkerGlobalScope, file: &Blob) -> Result<(PickedSheet, Blob), WorkbookFault> {
    if file.size() > WORKBOOK_MAX as f64 {
        return Err(WorkbookFault::TooLarge);
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| WorkbookFault::Unavailable)?;
    let mut text = Text { port, parts: Array::new_typed() };
    let sheet = workbook::read(&Uint8Array::new(&buffer).to_vec(), &mut text).map_err(fault)?;
    let whole = kept(Blob::new_with_blob_sequence(&text.parts));
    Ok((PickedSheet { name: sheet.name, among: sheet.among as u32 }, whole))
}

/// The text of the sheet, whose parts are the browser's to keep: memory that a program has taken never shrinks again.
struct Text<'a> {
    port: &'a DedicatedWorkerGlobalScope,
    parts: Array<Blob>,
}

impl Sink for Text<'_> {
    fn reached(&mut self, share: f64) {
        post(self.port, &Unpacking::Reached { share }, &[]);
    }

    fn part(&mut self, bytes: Vec<u8>) {
        let bytes = Array::of1(&Uint8Array::from(bytes.as_slice()));
        self.parts.push(&kept(Blob::new_with_u8_array_sequence(&bytes)));
    }
}

fn fault(refusal: Refusal) -> WorkbookFault {
    match refusal {
        Refusal::Protected => WorkbookFault::Protected,
        Refusal::OldFormat => WorkbookFault::OldFormat,
        Refusal::NoWorkbook => WorkbookFault::NoWorkbook,
        Refusal::Broken => WorkbookFault::Broken,
        Refusal::Empty => WorkbookFault::Empty,
        Refusal::TooLarge => WorkbookFault::TooLarge,
    }
}

fn post(port: &DedicatedWorkerGlobalScope, word: &Unpacking, beside: &[JsValue]) {
    kept(agent::pack(word, beside).and_then(|parcel| port.post_message(&parcel)));
}

/// What a browser does not take is thrown: the page hears of the error, as of any in a worker.
fn kept<T>(made: Result<T, JsValue>) -> T {
    made.unwrap_or_else(|error| wasm_bindgen::throw_val(error))
}
