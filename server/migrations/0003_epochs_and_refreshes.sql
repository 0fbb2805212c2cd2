-- The epoch of an identity grows when its connections end in all browsers of the account. Tokens carry
-- the epoch they were given in.
ALTER TABLE identity ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- One refresh: a session, a provider, the hash of a refresh token, and its generation, for a provider
-- may keep the same refresh token for ever. `fence` grows with each claim. `result` is the renewed
-- tokens, sealed under a key that needs the refresh token before, or the code of a failure. A token that
-- is `superseded` was used up; its hash stays for the session's life, and it is never sent again.
CREATE TABLE refresh (
    session_id TEXT   NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    provider   TEXT   NOT NULL,
    token_hash TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    fence      BIGINT NOT NULL,
    holder     TEXT   NOT NULL,
    stage      TEXT   NOT NULL,
    result     TEXT,
    retry_at   BIGINT NOT NULL DEFAULT 0,
    superseded BIGINT NOT NULL DEFAULT 0,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, provider, token_hash, generation)
);
-- What is looked through for results past their time: not the hashes, which stay.
CREATE INDEX refresh_by_time ON refresh (written_at) WHERE result IS NOT NULL OR superseded = 0;
