//! Entry point of the monitoring document.

fn main() {
    web::monitoring::start();
}
