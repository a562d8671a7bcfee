-- A user whose deletion was asked for. Until `erased_at` is set there is something of the user's left to erase; the row
-- stays as long as a login token from before may be shown, so that it does not make the user again.
CREATE TABLE deleted_users (
    app       INTEGER NOT NULL,
    user      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    erased_at INTEGER,
    PRIMARY KEY (app, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletions_to_do ON deleted_users (app, user) WHERE erased_at IS NULL;

-- A call is kept for so long from when it began: one whose phones all vanished never ends.
ALTER TABLE calls ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 0;
UPDATE calls SET begun_at = json_extract(call, '$.created_at');
CREATE INDEX calls_begun ON calls (app, begun_at);
