//! The session as the page knows it now: one context, read by every component.

use leptos::prelude::*;
use spotify::Permission;

use crate::api;
use crate::error::ApiError;
use crate::session::{AccountView, Boot, ConnectionView, ProviderView, SessionLife, SessionView};
use crate::sign_in::words::{SPOTIFY, labels};

/// What this page knows about the session, as signals.
///
/// Copy it freely; all copies are the same session. It is there from the first render, on the
/// server and in the browser alike, so no component waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    view: RwSignal<Option<SessionView>>,
    trouble: RwSignal<Option<ApiError>>,
    providers: StoredValue<Vec<ProviderView>>,
    life: SessionLife,
    /// Whether the page that was loaded should ask for itself.
    ask: bool,
    counts: StoredValue<Counts>,
    /// The connections this page last knew of, and whose they were: what is asked for again where
    /// one has ended.
    had: StoredValue<(Option<String>, Vec<ConnectionView>)>,
    /// The providers that have said that the connection is over.
    ended: RwSignal<Vec<String>>,
    signed_in: Memo<Option<bool>>,
    account: Memo<Option<AccountView>>,
    person: Memo<Option<String>>,
    tie: Memo<Tie>,
}

/// Whose the session is and what the connection to Spotify may do: what answers about a person depend
/// on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tie {
    /// The account.
    pub account: Option<String>,
    /// When the person agreed last, where there is a connection.
    pub granted_at: Option<i64>,
    /// What is allowed.
    pub permissions: Vec<String>,
}

impl Tie {
    fn of(view: Option<&SessionView>) -> Self {
        let connection = view.and_then(|view| view.connection(SPOTIFY));
        Self {
            account: view
                .and_then(|view| view.account.as_ref())
                .map(|account| account.id.clone()),
            granted_at: connection.map(|connection| connection.granted_at),
            permissions: connection
                .map(|connection| connection.permissions.clone())
                .unwrap_or_default(),
        }
    }
}

/// Puts the session of `boot` into context. Called once, by the app.
pub fn provide_session(boot: Boot) -> Session {
    let ask = boot.ask || boot.session.is_none();
    let view = RwSignal::new(boot.session);
    let session = Session {
        view,
        trouble: RwSignal::new(None),
        providers: StoredValue::new(boot.providers),
        life: boot.session_life,
        ask,
        counts: StoredValue::new(Counts::default()),
        had: StoredValue::new(had(view.get_untracked().as_ref())),
        ended: RwSignal::new(Vec::new()),
        tie: Memo::new(move |_| view.with(|view| Tie::of(view.as_ref()))),
        signed_in: Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.signed_in))),
        account: Memo::new(move |_| view.with(|view| view.as_ref()?.account.clone())),
        person: Memo::new(move |before: Option<&Option<String>>| {
            let now = view.with(|view| Some(view.as_ref()?.account.as_ref()?.id.clone()));
            now.or_else(|| before.cloned().flatten())
        }),
    };
    provide_context(session);
    session
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// All that is known, or `None` while it is not yet known. Tracked.
    pub fn view(self) -> Option<SessionView> {
        self.view.get()
    }

    /// All that is known, without following it.
    pub fn view_untracked(self) -> Option<SessionView> {
        self.view.get_untracked()
    }

    /// Whether it is known who is here. Tracked: whatever changes about the session is news.
    pub fn is_known(self) -> bool {
        self.view.with(Option::is_some)
    }

    /// Whether somebody is signed in, or `None` while it is not yet known. Tracked, and quiet when
    /// something else about the session changes.
    pub fn signed_in(self) -> Option<bool> {
        self.signed_in.get()
    }

    /// Who is signed in. Tracked, and quiet when something else about the session changes.
    pub fn account(self) -> Option<AccountView> {
        self.account.get()
    }

    /// The account of who is here, or was here last where nobody is or it is not known. Tracked: a
    /// change from one to another is that somebody else came, however that was learnt.
    pub fn person(self) -> Option<String> {
        self.person.get()
    }

    /// Why it is still not known, if asking failed. Tracked.
    pub fn trouble(self) -> Option<ApiError> {
        self.trouble.get()
    }

    /// Whether the server wants to be asked as soon as the page is live: it could not tell who it
    /// is, or the visit should keep the session going.
    pub fn wants_asking(self) -> bool {
        self.ask
    }

    /// How long a session lives here.
    pub fn life(self) -> SessionLife {
        self.life
    }

    /// The providers one can sign in with here.
    pub fn providers(self) -> Vec<ProviderView> {
        self.providers.get_value()
    }

    /// The provider with this id, where it is on offer here.
    pub fn provider(self, id: &str) -> Option<ProviderView> {
        self.providers
            .with_value(|all| all.iter().find(|provider| provider.id == id).cloned())
    }

    /// What follows from the labels of the providers on offer, such as a sentence.
    pub fn with_labels<T>(self, words: impl FnOnce(&[&str]) -> T) -> T {
        self.providers.with_value(|all| words(&labels(all)))
    }

    /// The name a person knows the provider with this id by, or the id itself where it is not on
    /// offer any more.
    pub fn label(self, id: &str) -> String {
        self.provider(id)
            .map_or_else(|| id.to_owned(), |provider| provider.label)
    }

    /// Whether the account has an identity of `provider`. Tracked.
    pub fn has_identity(self, provider: &str) -> bool {
        self.view.with(|view| {
            view.as_ref().is_some_and(|view| {
                view.identities
                    .iter()
                    .any(|identity| identity.provider == provider)
            })
        })
    }

    /// Whose the session is and what its connection to Spotify may do. Tracked, and quiet when
    /// something else about the session changes.
    pub fn tie(self) -> Tie {
        self.tie.get()
    }

    /// Whether the person allowed `permission`, as far as the granted scopes tell. Tracked.
    pub fn holds(self, permission: Permission) -> bool {
        self.tie.with(|tie| permission.is_among(&tie.permissions))
    }

    /// The permissions that the connection to `provider` had when this page last knew of one.
    pub fn had(self, provider: &str) -> Vec<String> {
        self.had.with_value(|(_, connections)| {
            connections
                .iter()
                .find(|connection| connection.provider == provider)
                .map(|connection| connection.permissions.clone())
                .unwrap_or_default()
        })
    }

    /// Whether `provider` has said that the connection is over, and there is no new one. Tracked.
    pub fn has_ended(self, provider: &str) -> bool {
        self.ended
            .with(|ended| ended.iter().any(|one| one == provider))
    }

    /// Takes up that the connection to `provider` is over, as an answer or another tab told. Whether
    /// that is news.
    pub fn note_ended(self, provider: &str) -> bool {
        let mut new = false;
        self.ended.maybe_update(|ended| {
            new = ended.iter().all(|one| one != provider);
            if new {
                ended.push(provider.to_owned());
            }
            new
        });
        new
    }

    /// Takes up that the person ended the connection to `provider`: what it was allowed is not asked
    /// for again.
    pub fn note_given_up(self, provider: &str) {
        self.had
            .update_value(|(_, known)| known.retain(|one| one.provider != provider));
        self.ended.maybe_update(|ended| {
            let many = ended.len();
            ended.retain(|one| one != provider);
            ended.len() != many
        });
    }

    /// A number that grows whenever this page changes how lists of the person's read, such as by the name
    /// of a playlist: what was read at a smaller one may be out of date. Untracked.
    pub fn changes(self) -> u32 {
        let changes = |counts: &Counts| counts.changes;
        self.counts.try_with_value(changes).unwrap_or_default()
    }

    /// Takes up that this page changes something of the kind, or has just changed it.
    pub fn note_change(self) {
        self.counts
            .try_update_value(|counts| counts.changes = counts.changes.wrapping_add(1));
    }

    /// As [`changes`](Self::changes), and whenever this page follows, saves or lets go of something.
    /// Untracked.
    pub fn changes_and_deeds(self) -> u32 {
        let sum = |counts: &Counts| counts.changes.wrapping_add(counts.deeds);
        self.counts.try_with_value(sum).unwrap_or_default()
    }

    /// Takes up that this page follows, saves or lets go of something, or has just done so.
    pub fn note_deed(self) {
        self.counts
            .try_update_value(|counts| counts.deeds = counts.deeds.wrapping_add(1));
    }

    /// Takes up what the server told.
    pub fn put(self, view: SessionView) {
        self.learn(Some(view));
    }

    /// Takes up that nobody is signed in any more. Everything personal leaves the page with it.
    pub fn end(self) {
        self.learn(Some(SessionView::default()));
    }

    /// Takes back what is known: the page waits until it is asked again.
    pub fn forget(self) {
        self.learn(None);
    }

    /// Asks the server who is signed in and takes up the answer, unless something newer was learnt
    /// while the request was on its way.
    ///
    /// # Errors
    /// As [`api::session`]; what was known stays, and [`Session::trouble`] tells where nothing was.
    pub async fn ask(self) -> Result<SessionView, ApiError> {
        let turn = self.begin();
        let answer = tell().await;
        match &answer {
            Ok(view) => self.take(turn, Some(view.clone())),
            Err(error) => self.trouble.set(Some(error.clone())),
        }
        answer
    }

    /// A connection that is gone is still known of, until somebody else is here; one that is new
    /// takes back that the one before has ended.
    fn note_connections(self, view: Option<&SessionView>) {
        let Some(view) = view else { return };
        let (account, connections) = had(Some(view));
        let before = self.had.get_value();
        let same = before.0 == account;
        self.ended.maybe_update(|ended| {
            let many = ended.len();
            ended.retain(|provider| {
                let granted = |all: &[ConnectionView]| {
                    all.iter()
                        .find(|one| one.provider == *provider)
                        .map(|one| one.granted_at)
                };
                let now = granted(&connections);
                same && (now.is_none() || now == granted(&before.1))
            });
            ended.len() != many
        });
        self.had.update_value(|(whose, known)| {
            *whose = account;
            known.retain(|one| same && connections.iter().all(|new| new.provider != one.provider));
            known.extend(connections);
        });
    }

    fn learn(self, view: Option<SessionView>) {
        let turn = self.begin();
        self.take(turn, view);
    }

    fn begin(self) -> u64 {
        self.counts
            .try_update_value(|counts| counts.turns.begin())
            .unwrap_or_default()
    }

    /// Takes up what began at `turn`, unless something that began later is known already.
    fn take(self, turn: u64, view: Option<SessionView>) {
        let is_newest = |counts: &mut Counts| counts.turns.take(turn);
        if self.counts.try_update_value(is_newest) != Some(true) {
            return;
        }
        self.trouble
            .maybe_update(|trouble| trouble.take().is_some());
        self.note_connections(view.as_ref());
        self.view.maybe_update(|known| {
            let new = *known != view;
            *known = view;
            new
        });
    }
}

crate::later! {
    /// Who is signed in, as the server tells it.
    async fn tell() -> Result<SessionView, ApiError> in session {
        api::session().await
    }
}

/// Whose the view is, and its connections.
fn had(view: Option<&SessionView>) -> (Option<String>, Vec<ConnectionView>) {
    let account = view
        .and_then(|view| view.account.as_ref())
        .map(|account| account.id.clone());
    let connections = view.map(|view| view.connections.clone());
    (account, connections.unwrap_or_default())
}

/// What is counted, for as long as the page stands.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    turns: Turns,
    /// What this page changed of how lists of the person's read.
    changes: u32,
    /// What this page followed, saved and let go.
    deeds: u32,
}

/// The order of questions and news. Answers overtake each other; what counts is when the question
/// was asked, so that the answer to an older one undoes nothing, and hinders no newer one.
#[derive(Debug, Default, Clone, Copy)]
struct Turns {
    begun: u64,
    taken: u64,
}

impl Turns {
    fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// Whether what began at `turn` is the newest so far.
    fn take(&mut self, turn: u64) -> bool {
        let newest = turn > self.taken;
        if newest {
            self.taken = turn;
        }
        newest
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[test]
    fn an_older_answer_undoes_nothing() {
        let mut turns = Turns::default();
        let (older, newer) = (turns.begin(), turns.begin());
        assert!(turns.take(newer) && !turns.take(older));
    }

    #[test]
    fn an_older_answer_hinders_no_newer_one() {
        let mut turns = Turns::default();
        let (older, newer) = (turns.begin(), turns.begin());
        assert!(turns.take(older) && turns.take(newer));
    }

    #[test]
    fn news_count_against_questions_before_them() {
        let mut turns = Turns::default();
        let question = turns.begin();
        let news = turns.begin();
        assert!(turns.take(news) && !turns.take(question));
    }
}
