-- AUTOINCREMENT: a number that stands in the audit log never becomes somebody else's.
CREATE TABLE operators (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display_name  TEXT NOT NULL,
    grants        TEXT NOT NULL,
    disabled      INTEGER NOT NULL,
    password      TEXT, -- argon2id, with its salt and cost; null: never set
    invitation    BLOB UNIQUE, -- SHA-256 of what sets a password once
    invited_until INTEGER,
    created_at    INTEGER NOT NULL,
    signed_in_at  INTEGER
) STRICT;

CREATE TABLE console_sessions (
    key        BLOB PRIMARY KEY, -- SHA-256 of the cookie
    operator   INTEGER REFERENCES operators (id), -- null: opened by a one-time link
    grants     TEXT, -- of a link
    app        INTEGER, -- shown last
    opened_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX console_sessions_of_operator ON console_sessions (operator, opened_at);

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    app     INTEGER, -- null: of the instance
    at      INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    object  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_app ON audit (app, id);
