//! The schema, in steps.

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The version, the description and the statements of each step: the files of `server/migrations`. A
/// step that was applied is never edited.
const STEPS: [(i64, &str, &str); 3] = [
    (
        1,
        "accounts and sessions",
        include_str!("../../migrations/0001_accounts_and_sessions.sql"),
    ),
    (
        2,
        "profiles logins and feed",
        include_str!("../../migrations/0002_profiles_logins_and_feed.sql"),
    ),
    (
        3,
        "epochs and refreshes",
        include_str!("../../migrations/0003_epochs_and_refreshes.sql"),
    ),
];

/// All steps. `sqlx::migrate!` would read the same from the folder, and build every database driver a
/// second time for it.
pub(super) fn migrator() -> Migrator {
    let steps = STEPS.map(|(version, description, sql)| {
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    });
    Migrator::with_migrations(steps.into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn the_steps_are_those_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let expected = Migrator::new(folder).await.expect("migrations");
        let told = |migrator: &Migrator| -> Vec<_> {
            let steps = migrator.iter();
            steps
                .map(|step| {
                    let description = step.description.to_string();
                    (step.version, description, step.checksum.to_vec())
                })
                .collect()
        };
        assert_eq!(told(&migrator()), told(&expected));
    }
}
