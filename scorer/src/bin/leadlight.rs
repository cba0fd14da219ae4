//! The binary `leadlight`: sets up the allocator, runs the command line and returns its exit code.

use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use mimalloc::MiMalloc;
use std::ffi::c_long;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` in mimalloc's header; the bindings define no constant for it.
const PURGE_DELAY_OPTION: mi_option_t = 15;
/// Delay in milliseconds before freed memory is returned to the operating system. With mimalloc's default of one second,
/// the resident memory of a service that scores an occasional batch varies by some 20 MiB; with 100 ms it is constant, at
/// the same speed.
const PURGE_DELAY_MS: c_long = 100;

fn main() -> ExitCode {
    set_purge_delay();
    match scorer::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", scorer::cli::describe_error(&error));
            ExitCode::FAILURE
        }
    }
}

#[allow(unsafe_code)]
fn set_purge_delay() {
    // SAFETY: sets a number before any other thread exists. The environment variable MIMALLOC_PURGE_DELAY has precedence.
    unsafe { mi_option_set_default(PURGE_DELAY_OPTION, PURGE_DELAY_MS) }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use super::*;
    use libmimalloc_sys::mi_option_get;

    #[test]
    fn option_number_is_that_of_the_purge_delay() {
        // SAFETY: reads a number. No other option has the default of 1000.
        assert_eq!(unsafe { mi_option_get(PURGE_DELAY_OPTION) }, 1000);
        set_purge_delay();
        assert_eq!(unsafe { mi_option_get(PURGE_DELAY_OPTION) }, PURGE_DELAY_MS);
    }
}
