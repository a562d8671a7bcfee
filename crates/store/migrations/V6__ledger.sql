-- What certificates have pushed today, by the vendor's kind of push and by class.
CREATE TABLE day_counts (
    certificate INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    class       TEXT NOT NULL,
    taken       INTEGER NOT NULL,
    PRIMARY KEY (certificate, day, kind, class)
) STRICT, WITHOUT ROWID;

-- The same by phone, where the vendor counts so and the number is small; a phone is a hash of its token.
CREATE TABLE day_devices (
    certificate INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    device      INTEGER NOT NULL,
    taken       INTEGER NOT NULL,
    used_up_at  INTEGER,
    PRIMARY KEY (certificate, day, kind, device)
) STRICT, WITHOUT ROWID;

-- What a vendor said is used up.
CREATE TABLE day_used_up (
    certificate INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (certificate, day, kind)
) STRICT, WITHOUT ROWID;

-- Certificates whose tokens are not cleared until the operator has looked.
CREATE TABLE brakes (
    certificate   INTEGER PRIMARY KEY,
    engaged_at    INTEGER, -- null: released
    dead          INTEGER NOT NULL,
    seen          INTEGER NOT NULL,
    trusted_until INTEGER
) STRICT;

-- Few rows: those that ended without the vendor taking them.
CREATE INDEX deliveries_dead ON deliveries (app, id) WHERE state IN (3, 4);
