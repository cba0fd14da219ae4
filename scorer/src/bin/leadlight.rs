//! The binary: hands over to the command line, and tells how it ended. Owns the allocator and its one setting.

use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use mimalloc::MiMalloc;
use std::ffi::c_long;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` in mimalloc's header, which the bindings have no name for.
const PURGE_DELAY: mi_option_t = 15;
/// Milliseconds until memory that was freed goes back. With mimalloc's own second a service that answers a batch now and
/// then holds some 20 MiB more or less, as it happens; with a tenth it holds the same all the while, and is as fast.
const PURGE_MS: c_long = 100;

fn main() -> ExitCode {
    give_memory_back_soon();
    match scorer::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[allow(unsafe_code)]
fn give_memory_back_soon() {
    // SAFETY: sets a number, before there is another thread; what the environment says (`MIMALLOC_PURGE_DELAY`) stays.
    unsafe { mi_option_set_default(PURGE_DELAY, PURGE_MS) }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use super::*;
    use libmimalloc_sys::mi_option_get;

    #[test]
    fn the_option_is_the_one_that_is_meant() {
        // SAFETY: reads a number. The allocator's own second is no other option's value.
        assert_eq!(unsafe { mi_option_get(PURGE_DELAY) }, 1000);
        give_memory_back_soon();
        assert_eq!(unsafe { mi_option_get(PURGE_DELAY) }, PURGE_MS);
    }
}
