//! Entry point of the scoring worker.

fn main() {
    web::worker::start();
}
