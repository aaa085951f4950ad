-- What a restore needs of an encrypted pack, and what a backup needs to continue and to find
-- large contents.

-- The last encrypted chunk: with the header, it opens any range of the pack.
ALTER TABLE packs ADD COLUMN last BLOB NOT NULL DEFAULT x'';
-- The path up to which the packs of the snapshot have all changes of it; see record.Pack.
ALTER TABLE packs ADD COLUMN through BLOB NOT NULL DEFAULT x'';
-- The pack that has the end of the snapshot. NULL: none has it yet.
ALTER TABLE snapshots ADD COLUMN end_pack_key INTEGER;

CREATE INDEX IF NOT EXISTS contents_by_size ON contents (size) WHERE size > 8388608;
