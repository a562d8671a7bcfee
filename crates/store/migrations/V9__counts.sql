-- How far the notifications went that were decided in an hour, changed in the commits that change their deliveries.
CREATE TABLE hour_counts (
    app         INTEGER NOT NULL,
    hour        INTEGER NOT NULL, -- hours since 1970, of the decision
    certificate INTEGER NOT NULL, -- 0: skipped before one was chosen
    class       INTEGER NOT NULL,
    eligible    INTEGER NOT NULL,
    sent        INTEGER NOT NULL,
    accepted    INTEGER NOT NULL,
    arrived     INTEGER NOT NULL,
    shown       INTEGER NOT NULL,
    clicked     INTEGER NOT NULL,
    skipped     INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    dropped     INTEGER NOT NULL,
    PRIMARY KEY (app, hour, certificate, class)
) STRICT, WITHOUT ROWID;

-- Why those of them ended that no vendor took.
CREATE TABLE hour_reasons (
    app         INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    certificate INTEGER NOT NULL,
    class       INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    ended       INTEGER NOT NULL,
    PRIMARY KEY (app, hour, certificate, class, state, reason)
) STRICT, WITHOUT ROWID;
