//! What brings the project to those who run it: images, deployments, and the checks of what they are made of. Knows the
//! files under `.github`, `deploy` and the Dockerfile; nothing of what the program does.

mod coverage;
mod deny;
mod deploy;
mod image;
mod nuclei;
mod package;
mod verify;
mod workflows;

pub(crate) use coverage::run as coverage;
pub(crate) use deny::run as deny;
pub(crate) use deploy::run as deploy;
pub(crate) use image::{run as image, try_out as try_image};
pub(crate) use nuclei::run as nuclei;
pub(crate) use package::run as package;
pub(crate) use verify::run as verify;
pub(crate) use workflows::check as workflows;
