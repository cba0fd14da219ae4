//! Delivery: the image, deployments, releases, and the checks of dependencies and workflows. Must not depend on the program
//! that is delivered.

mod coverage;
mod deny;
mod deploy;
mod image;
mod nuclei;
mod package;
mod place;
mod verify;
mod workflows;

pub(crate) use coverage::run as coverage;
pub(crate) use deny::run as deny;
pub(crate) use deploy::{DeployOptions, run as deploy};
pub(crate) use image::{run as image, test as test_image};
pub(crate) use nuclei::run as nuclei;
pub(crate) use package::run as package;
pub(crate) use place::Place;
pub(crate) use verify::{VerifyOptions, run as verify};
pub(crate) use workflows::check as workflows;
