//! Worker that converts one workbook, web page or JSON file to the CSV of its largest sheet or table.
//!
//! Must not depend on leads or texts. It handles no messages while it works: to cancel, the page terminates it.

use file_format::FileFormat;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::protocol::{SheetInfo, SheetSource, UnpackerMessage, WorkbookError};
use web::worker_port::{WorkerPort, unwrap_or_throw};
use web_sys::Blob;
use workbook::{CsvSink, Error, Sheet, WORKBOOK_MAX};

fn main() {
    let port = WorkerPort::current();
    let handler = port.clone();
    port.listen(move |file| {
        let port = handler.clone();
        spawn_local(async move { handle(&port, file.unchecked_ref()).await });
    });
    port.post(&UnpackerMessage::Ready, &[]);
}

async fn handle(port: &WorkerPort, file: &Blob) {
    match unpack(port, file).await {
        Ok((sheet, csv)) => port.post(&UnpackerMessage::Done { sheet }, &[csv.into()]),
        Err(error) => port.post(&UnpackerMessage::Failed { error }, &[]),
    }
}

async fn unpack(port: &WorkerPort, file: &Blob) -> Result<(SheetInfo, Blob), WorkbookError> {
    if file.size() > WORKBOOK_MAX as f64 {
        return Err(WorkbookError::TooLarge);
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| WorkbookError::Unavailable)?;
    let mut csv = BlobSink { port, parts: Array::new_typed() };
    let sheet = workbook::read(&Uint8Array::new(&buffer).to_vec(), &mut csv).map_err(workbook_error)?;
    let csv = unwrap_or_throw(Blob::new_with_blob_sequence(&csv.parts));
    Ok((sheet_info(sheet), csv))
}

fn sheet_info(sheet: Sheet) -> SheetInfo {
    let source = match sheet.format {
        FileFormat::Html => SheetSource::WebPage,
        FileFormat::Json => SheetSource::Json,
        _ => SheetSource::Workbook,
    };
    SheetInfo {
        source,
        name: sheet.name,
        candidates: sheet.candidates as u32,
        hidden_rows: sheet.hidden_rows as u32,
        filled_cells: sheet.filled_cells as u32,
    }
}

/// CSV of the sheet, as blobs outside WebAssembly's own memory, which never shrinks.
struct BlobSink<'a> {
    port: &'a WorkerPort,
    parts: Array<Blob>,
}

impl CsvSink for BlobSink<'_> {
    fn progress(&mut self, share: f64) {
        self.port.post(&UnpackerMessage::Progress { share }, &[]);
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        let bytes = Array::of1(&Uint8Array::from(bytes.as_slice()));
        self.parts.push(&unwrap_or_throw(Blob::new_with_u8_array_sequence(&bytes)));
    }
}

fn workbook_error(error: Error) -> WorkbookError {
    match error {
        Error::PasswordProtected => WorkbookError::PasswordProtected,
        Error::Unsupported(format) => WorkbookError::Unsupported { format },
        // The scoring worker sends only what it detected by the same rules.
        Error::NotConvertible | Error::Damaged => WorkbookError::Damaged,
        Error::Empty => WorkbookError::Empty,
        Error::TooLarge => WorkbookError::TooLarge,
        Error::NoTable => WorkbookError::NoTable,
        Error::MalformedJson { line } => WorkbookError::MalformedJson { line: line as u32 },
        Error::NoRecords | Error::TooDeep => WorkbookError::NoRecords,
        Error::TooManyColumns => WorkbookError::TooManyColumns,
    }
}
