-- Times are milliseconds since the epoch; uuids are 16-byte blobs; states and reasons are the numbers of the model.
-- Every index leads with the App, except where a lane or a runner asks across Apps.

CREATE TABLE instance (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE apps (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    login_secret BLOB NOT NULL, -- sealed
    policy       TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    hash       BLOB PRIMARY KEY,
    app        INTEGER NOT NULL REFERENCES apps (id),
    scopes     TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    app               INTEGER NOT NULL,
    id                TEXT NOT NULL,
    tokens_valid_from INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a certificate id is never reused.
CREATE TABLE certificates (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    app            INTEGER NOT NULL,
    vendor         TEXT NOT NULL,
    name           TEXT NOT NULL,
    version        INTEGER NOT NULL,
    disabled       INTEGER NOT NULL,
    public_fields  TEXT NOT NULL,
    secret_fields  BLOB NOT NULL, -- sealed
    environment    TEXT,
    expires_at     INTEGER,
    receipt_secret BLOB NOT NULL, -- sealed
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX certificates_of_app ON certificates (app);

CREATE TABLE devices (
    row             INTEGER PRIMARY KEY,
    app             INTEGER NOT NULL,
    id              BLOB NOT NULL,
    push_id         BLOB NOT NULL,
    unregistered_at INTEGER,
    report          TEXT NOT NULL,
    seen_at         INTEGER NOT NULL,
    UNIQUE (app, id),
    UNIQUE (app, push_id)
) STRICT;

-- The newest login of a user on a device. AUTOINCREMENT: a later login has a higher number.
CREATE TABLE sessions (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    app    INTEGER NOT NULL,
    user   TEXT NOT NULL,
    device BLOB NOT NULL,
    state  INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    UNIQUE (app, user, device)
) STRICT;
CREATE INDEX sessions_on_device ON sessions (app, device, user);
CREATE INDEX sessions_online ON sessions (app) WHERE state < 2;

-- One row per device and kind, bound while `lost` is null. A lost row stays: it says why, and whose the token was.
CREATE TABLE bindings (
    row           INTEGER PRIMARY KEY,
    app           INTEGER NOT NULL,
    device        BLOB NOT NULL,
    kind          INTEGER NOT NULL,
    certificate   INTEGER NOT NULL,
    token         TEXT NOT NULL,
    owner         TEXT,
    registered_at INTEGER NOT NULL,
    generation    INTEGER NOT NULL,
    doubts        INTEGER NOT NULL,
    lost          INTEGER,
    UNIQUE (app, device, kind)
) STRICT;
CREATE INDEX bindings_by_token ON bindings (app, token);
CREATE INDEX bindings_by_owner ON bindings (app, owner, device) WHERE owner IS NOT NULL;

CREATE TABLE conversations (
    row  INTEGER PRIMARY KEY,
    app  INTEGER NOT NULL,
    name TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    UNIQUE (app, name)
) STRICT;

CREATE TABLE inbox (
    app          INTEGER NOT NULL,
    user         TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    PRIMARY KEY (app, user, conversation)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    row               INTEGER PRIMARY KEY,
    app               INTEGER NOT NULL,
    id                BLOB NOT NULL,
    conversation      INTEGER,
    addressee         TEXT, -- where it is in no conversation
    kind              INTEGER NOT NULL,
    sender            TEXT,
    sender_device     BLOB,
    client_message_id TEXT,
    seq               INTEGER NOT NULL,
    body              TEXT NOT NULL,
    push              TEXT,
    sent_at           INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    UNIQUE (app, id)
) STRICT;
CREATE UNIQUE INDEX messages_in_order ON messages (app, conversation, seq) WHERE conversation IS NOT NULL;
-- A backend has neither user nor device: those nulls count as one sender.
CREATE UNIQUE INDEX messages_by_client_id
    ON messages (app, ifnull(sender, ''), ifnull(sender_device, x''), client_message_id)
    WHERE client_message_id IS NOT NULL;

CREATE TABLE acks (
    app          INTEGER NOT NULL,
    user         TEXT NOT NULL,
    device       BLOB NOT NULL,
    conversation INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    PRIMARY KEY (app, user, conversation, device)
) STRICT, WITHOUT ROWID;

-- Only messages whose targets are not all decided, or not all of whose decisions are on disk. Read at the start alone.
CREATE TABLE fanouts (
    message INTEGER PRIMARY KEY, -- messages.row
    after   TEXT,
    due_at  INTEGER NOT NULL
) STRICT;

-- The last attempt has columns of its own, so that the common row with one attempt is one plain update.
CREATE TABLE deliveries (
    id                 INTEGER PRIMARY KEY, -- given in order, never used again
    app                INTEGER NOT NULL,
    message            INTEGER NOT NULL, -- messages.row
    purpose            INTEGER NOT NULL,
    target             INTEGER NOT NULL, -- a number of whom it is for; two may have the same
    user               TEXT,
    device             BLOB,
    push_id            BLOB,
    certificate        INTEGER,
    token              TEXT NOT NULL,
    binding_generation INTEGER NOT NULL,
    state              INTEGER NOT NULL,
    reason             INTEGER NOT NULL,
    rules_version      INTEGER NOT NULL,
    facts              BLOB NOT NULL,
    decided_at         INTEGER NOT NULL,
    due_at             INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    finished_at        INTEGER,
    earlier_attempts   TEXT,
    tried_at           INTEGER,
    took_ms            INTEGER,
    verdict            TEXT,
    http_status        INTEGER,
    code               TEXT,
    text               TEXT,
    vendor_message_id  TEXT,
    raced_reason       INTEGER, -- of a cancel that came while it was on the wire
    raced_at           INTEGER,
    arrived_at         INTEGER,
    shown_at           INTEGER,
    clicked_at         INTEGER,
    receipt_note       TEXT,
    receipt_key        INTEGER -- of a bare token: a number of the vendor's id, where receipts come by that alone
) STRICT;
-- One delivery per target: a user's device, a user without one, a device without a user, or a bare token. Who makes one
-- looks first. Messages come in order, so this index grows at its end.
CREATE INDEX deliveries_target ON deliveries (message, purpose, target);
CREATE INDEX deliveries_whose ON deliveries (app, coalesce(user, device)) WHERE coalesce(user, device) IS NOT NULL;
CREATE INDEX deliveries_by_receipt_key ON deliveries (receipt_key) WHERE receipt_key IS NOT NULL;
-- The send queue of a lane, and what a cancel has to find.
CREATE INDEX deliveries_queue ON deliveries (certificate, due_at, id) WHERE state = 0;
CREATE INDEX deliveries_pending ON deliveries (app, device, user) WHERE state = 0;
