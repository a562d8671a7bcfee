-- The console finds groups by the beginning of their name.
CREATE INDEX groups_by_name ON groups (app, name, id) WHERE dismissed_at IS NULL;
