//! `cargo xtask doctor`: what this machine has, and what it lacks.

use crate::disk;
use crate::failure::Failure;
use crate::port;
use crate::requirements::{ALL, Requirement, TEST};
use crate::serve;
use crate::tools::debian::{self, Installing};
use crate::workspace::Workspace;

/// Prints a line for each thing that the commands need. Nothing is installed or changed.
///
/// # Errors
/// Something is missing that `cargo xtask run` or `cargo xtask test` needs and does not install.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for requirement in ALL {
        match requirement.find() {
            Ok(found) => println!("  ok        {}: {found}", requirement.name()),
            Err(_) if is_installed_by_us(*requirement) => println!(
                "  later     {}: is installed when a command needs it",
                requirement.name()
            ),
            Err(failure) if requirement.is_optional() => println!("  optional  {failure}"),
            Err(failure) => {
                println!("  missing   {failure}");
                if TEST.contains(requirement) {
                    missing.push(failure);
                }
            }
        }
    }
    for (what, address) in serve::addresses() {
        match port::ensure_free(what, address) {
            Ok(()) => println!("  ok        {address} is free for {what}"),
            Err(failure) => {
                println!("  in use    {failure}");
                missing.push(failure);
            }
        }
    }
    for need in [disk::RUN, disk::TEST] {
        println!("  {}", disk::told(workspace, need));
    }
    match missing.len() {
        0 => Ok(()),
        _ => Err(Failure::Requirements(missing)),
    }
}

/// Whether a command that needs it installs it, so that nobody has to.
fn is_installed_by_us(requirement: Requirement) -> bool {
    requirement.is_packaged() && debian::installing() == Installing::Possible
}
