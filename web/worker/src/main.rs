//! Starts the worker.

fn main() {
    web::worker::start();
}
