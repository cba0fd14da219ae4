//! Toolchain and emulator for arm64, from the system. Only tests use them.

use super::{rust_target, system};
use crate::project::{Project, on_path};
use anyhow::{Context, Result};

/// Rust target.
pub(crate) const TARGET: &str = "aarch64-unknown-linux-gnu";

/// The linker and the command that runs a program; the latter is empty on an arm64 machine.
pub(crate) struct Arm64 {
    pub(crate) linker: String,
    pub(crate) runner: String,
}

/// Finds or installs Rust's target, a linker and an emulator; on an arm64 machine nothing but Rust is needed.
pub(crate) fn arm64(project: &Project) -> Result<Arm64> {
    rust_target(project, TARGET)?;
    if std::env::consts::ARCH == "aarch64" {
        return Ok(Arm64 { linker: "cc".to_owned(), runner: String::new() });
    }
    let (linker, emulator) = ("aarch64-linux-gnu-gcc", "qemu-aarch64");
    if on_path(&[linker]).is_none() || on_path(&[emulator]).is_none() {
        system::install(
            "arm64's linker or emulator",
            &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "qemu-user"],
        )?;
    }
    on_path(&[emulator]).context("qemu-user was installed, but qemu-aarch64 is not on the PATH")?;
    Ok(Arm64 { linker: linker.to_owned(), runner: format!("{emulator} -L /usr/aarch64-linux-gnu") })
}
