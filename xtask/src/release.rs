//! `cargo xtask build`: what is shipped, and how much of it a browser loads first.

use crate::failure::Failure;
use crate::site::{self, Built};
use crate::step::Steps;
use crate::workspace::Workspace;

/// Builds the release and says what the first load weighs.
pub(crate) fn build(workspace: &Workspace, steps: &mut Steps) -> Result<Built, Failure> {
    let built = site::build(workspace, steps, true)?;
    steps.run("weigh site", |step| {
        if let Some(file) = site::uncompressed(&built.site)?.first() {
            return Err(Failure::Empty(format!("{file} was not made")));
        }
        let load = site::first_load(&built.site)?;
        for (name, bytes) in &load {
            step.say(&format!("          {bytes:>9} B  {name}"));
        }
        let total: u64 = load.iter().map(|(_, bytes)| bytes).sum();
        step.note(format!("{total} B with brotli"));
        Ok(())
    })?;
    Ok(built)
}
