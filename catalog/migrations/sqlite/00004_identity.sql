-- By what archives, uploads and unfinished files are known again.

-- Which bytes an id stands for. In a bucket without versions an id is a key, which
-- other bytes may take, and which may come back after it was deleted.
ALTER TABLE archives ADD COLUMN etag         TEXT NOT NULL DEFAULT ''; -- the vault's own text for these bytes,
ALTER TABLE archives ADD COLUMN dated        TEXT NOT NULL DEFAULT ''; -- and its own date of them
ALTER TABLE archives ADD COLUMN state_before TEXT NOT NULL DEFAULT ''; -- while deleting or deleted
ALTER TABLE archives ADD COLUMN deleted      TEXT NOT NULL DEFAULT ''; -- when, at the latest; while deleting, when it was asked
ALTER TABLE archives ADD COLUMN since        TEXT NOT NULL DEFAULT ''; -- when the id was taken over from another archive

ALTER TABLE inventories ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;

-- When each was deleted is not on record, but when it was at the latest.
UPDATE archives SET
    deleted = coalesce(nullif((SELECT v.deleted FROM vaults v WHERE v.key = vault_key AND state = 'deleted'), ''),
        strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000000Z'),
    state_before = CASE WHEN inventory_key IS NULL THEN 'stored' ELSE 'confirmed' END
    WHERE state IN ('deleting', 'deleted');

-- What an upload was asked to become, where a vault keeps names and classes: one
-- that was begun otherwise is not what a later command asks for.
ALTER TABLE uploads ADD COLUMN name  BLOB NOT NULL DEFAULT x'';
ALTER TABLE uploads ADD COLUMN class TEXT NOT NULL DEFAULT '';

-- The mark at the end of an unfinished file, by which a download knows its own.
ALTER TABLE downloads ADD COLUMN mark TEXT NOT NULL DEFAULT ''; -- empty: begun before there were marks
