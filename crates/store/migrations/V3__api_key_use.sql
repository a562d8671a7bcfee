-- When a key was last used, kept to the minute.
ALTER TABLE api_keys ADD COLUMN used_at INTEGER;
