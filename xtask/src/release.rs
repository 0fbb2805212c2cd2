//! `cargo xtask build`: what is shipped, and how much of it a browser loads first.

use std::path::Path;

use crate::failure::Failure;
use crate::site::{self, Built, weight};
use crate::step::Steps;
use crate::workspace::Workspace;

/// The step that says what a browser loads.
pub(crate) const WEIGH: &str = "weigh site";

/// Says which steps [`build`] will take.
pub(crate) fn plan(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.plan(site::steps(workspace, true)?);
    steps.plan([WEIGH]);
    Ok(())
}

/// Builds the release and says what the first load weighs.
pub(crate) fn build(workspace: &Workspace, steps: &mut Steps) -> Result<Built, Failure> {
    let built = site::build(workspace, steps, true)?;
    weigh(steps, &built.site)?;
    Ok(built)
}

/// Says what of a site a browser loads when, and how much that is.
pub(crate) fn weigh(steps: &mut Steps, site: &Path) -> Result<(), Failure> {
    steps.run(WEIGH, |step| {
        if let Some(file) = weight::uncompressed(site)?.first() {
            return Err(Failure::Empty(format!("{file} was not made")));
        }
        let weight = weight::weigh(site)?;
        step.say("          every page loads first, with brotli:");
        for (name, bytes) in &weight.first_load {
            step.say(&format!("          {bytes:>9} B  {name}"));
        }
        step.say("          and when it is needed:");
        for (part, (files, bytes)) in &weight.parts {
            step.say(&format!("          {bytes:>9} B  {part}, in {files} files"));
        }
        let total: u64 = weight.first_load.iter().map(|(_, bytes)| bytes).sum();
        step.note(format!("{total} B first, with brotli"));
        Ok(())
    })
}
