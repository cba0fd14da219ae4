//! Starts the monitoring document.

fn main() {
    web::monitoring::start();
}
