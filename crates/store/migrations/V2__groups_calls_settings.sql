ALTER TABLE users ADD COLUMN name TEXT;
ALTER TABLE users ADD COLUMN settings TEXT; -- null: as every user begins

ALTER TABLE devices ADD COLUMN push_off_at INTEGER;

-- Beside the devices, because each push that counts writes here and a device's row is long.
CREATE TABLE badges (
    app    INTEGER NOT NULL,
    device BLOB NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (app, device)
) STRICT, WITHOUT ROWID;

-- Nothing more is accepted into a closed conversation: its group was dismissed.
ALTER TABLE conversations ADD COLUMN closed_at INTEGER;

ALTER TABLE inbox ADD COLUMN from_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;

-- By name: a conversation may be muted before its first message.
CREATE TABLE mutes (
    app          INTEGER NOT NULL,
    conversation TEXT NOT NULL,
    user         TEXT NOT NULL,
    mute         INTEGER NOT NULL,
    PRIMARY KEY (app, conversation, user)
) STRICT, WITHOUT ROWID;

-- A dismissed group keeps its row, so that its id is not used again.
CREATE TABLE groups (
    app          INTEGER NOT NULL,
    id           TEXT NOT NULL,
    conversation INTEGER NOT NULL, -- conversations.row
    name         TEXT NOT NULL,
    owner        TEXT NOT NULL,
    join_mode    INTEGER NOT NULL,
    muted        INTEGER NOT NULL,
    members      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    dismissed_at INTEGER,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

-- By the group's conversation, which a message knows by itself. Since when a member reads, the inbox says.
CREATE TABLE group_members (
    app          INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    user         TEXT NOT NULL,
    role         INTEGER NOT NULL,
    muted_until  INTEGER,
    joined_at    INTEGER NOT NULL,
    PRIMARY KEY (app, conversation, user)
) STRICT, WITHOUT ROWID;

ALTER TABLE messages ADD COLUMN mentions TEXT; -- null: nobody
ALTER TABLE messages ADD COLUMN online_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN recalled_at INTEGER;
-- It is one of those that an unread count counts.
ALTER TABLE messages ADD COLUMN counts_badge INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET counts_badge = 1 WHERE kind IN (0, 1) AND ifnull(json_extract(push, '$.counts_badge'), 1);

ALTER TABLE deliveries ADD COLUMN text_variant INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN badge INTEGER;

-- What follows the notifications of a message, for those that are still on the wire.
CREATE TABLE follow_ups (
    message       INTEGER NOT NULL, -- messages.row
    purpose       INTEGER NOT NULL,
    user          TEXT NOT NULL, -- empty: everybody
    except_device BLOB,
    push          TEXT, -- what takes the place
    reason        INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (message, purpose, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
    app         INTEGER NOT NULL,
    id          BLOB NOT NULL,
    version     INTEGER NOT NULL,
    rings_until INTEGER, -- null: nobody's phone rings
    call        TEXT NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_ringing ON calls (rings_until) WHERE rings_until IS NOT NULL;

CREATE TABLE resources (
    app        INTEGER NOT NULL,
    id         TEXT NOT NULL,
    vendors    TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a webhook's id is never used again, nor an event's.
CREATE TABLE webhooks (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    app        INTEGER NOT NULL,
    url        TEXT NOT NULL,
    secret     BLOB NOT NULL, -- sealed
    events     TEXT NOT NULL,
    disabled   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_of_app ON webhooks (app);

CREATE TABLE outbox (
    row      INTEGER PRIMARY KEY AUTOINCREMENT,
    app      INTEGER NOT NULL,
    webhook  INTEGER NOT NULL,
    event    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    due_at   INTEGER NOT NULL,
    attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_of_webhook ON outbox (webhook);

-- When the device last fetched: a decision from before it must not make a push.
ALTER TABLE sessions ADD COLUMN fetched_at INTEGER;
