-- What an identity brought at its last sign-in. An account shows the profile of the identity it was
-- last signed in with.
ALTER TABLE account ADD COLUMN email TEXT;
ALTER TABLE identity ADD COLUMN email TEXT;
ALTER TABLE identity ADD COLUMN picture TEXT;
ALTER TABLE identity ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE identity SET
    seen_at = linked_at,
    picture = (SELECT account.picture FROM account WHERE account.id = identity.account_id);

-- An account has one identity of a provider. Until now every account had one identity.
CREATE UNIQUE INDEX identity_by_account_and_provider ON identity (account_id, provider);
CREATE INDEX identity_by_subject ON identity (issuer, subject);

-- The browser, in a few words, and the provider that opened the session.
ALTER TABLE session ADD COLUMN browser TEXT;
ALTER TABLE session ADD COLUMN provider TEXT;
UPDATE session SET
    provider = (SELECT identity.provider FROM identity WHERE identity.account_id = session.account_id);

-- Which identities a session was signed in or linked with, and what the provider calls its own
-- session (`sid`): what a logout token ends.
CREATE TABLE session_login (
    session_id       TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    identity_id      TEXT NOT NULL REFERENCES identity (id) ON DELETE CASCADE,
    provider_session TEXT,
    PRIMARY KEY (session_id, identity_id)
);
CREATE INDEX session_login_by_identity ON session_login (identity_id);
INSERT INTO session_login (session_id, identity_id)
SELECT session.id, identity.id FROM session JOIN identity ON identity.account_id = session.account_id;

-- Held by a transaction from its first statement to its last, and never seen by another: two first
-- sign-ins of one person queue up here.
CREATE TABLE identity_claim (
    issuer TEXT NOT NULL,
    key    TEXT NOT NULL,
    PRIMARY KEY (issuer, key)
);

-- A logout token is good for one logout.
CREATE TABLE used_logout_token (
    issuer     TEXT   NOT NULL,
    token_id   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, token_id)
);
CREATE INDEX used_logout_token_by_expiry ON used_logout_token (expires_at);

-- The feed: accounts whose view changed. Deleted ones too, so they need not exist. `changed_at`
-- grows with every change, so that two within a second are told apart.
CREATE TABLE account_change (
    account_id TEXT   NOT NULL PRIMARY KEY,
    changed_at BIGINT NOT NULL
);
CREATE INDEX account_change_by_time ON account_change (changed_at);
CREATE INDEX ended_session_by_time ON ended_session (ended_at);
-- What is past its time is found without reading the rest.
CREATE INDEX session_by_use ON session (seen_at);
CREATE INDEX session_by_age ON session (created_at);
