-- Statements and types are the common ground of SQLite and PostgreSQL: TEXT and BIGINT (unix seconds).

CREATE TABLE account (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT,
    picture    TEXT,
    created_at BIGINT NOT NULL
);

-- One (issuer, subject) that belongs to an account. The subject is to show; keys find it.
CREATE TABLE identity (
    id         TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    provider   TEXT   NOT NULL,
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    name       TEXT,
    linked_at  BIGINT NOT NULL
);
CREATE INDEX identity_by_account ON identity (account_id);

-- What finds an identity, unique for each issuer. Spotify names a person in two ways; either finds the
-- same identity.
CREATE TABLE identity_key (
    issuer      TEXT NOT NULL,
    key         TEXT NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identity (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, key)
);
CREATE INDEX identity_key_by_identity ON identity_key (identity_id);

CREATE TABLE session (
    id         TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);

-- Sessions that were ended before their time, kept while a session token could still speak for them.
CREATE TABLE ended_session (
    id       TEXT   NOT NULL PRIMARY KEY,
    ended_at BIGINT NOT NULL
);

-- A transaction is good for one exchange, a challenge for one transaction.
CREATE TABLE used_transaction (
    state_hash TEXT   NOT NULL PRIMARY KEY,
    challenge  TEXT   NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_transaction_by_expiry ON used_transaction (expires_at);
