-- The tree hash of a pack as it was written into the spool: an archive with another one is not
-- the pack. Empty: the pack is from before this column.
ALTER TABLE packs ADD COLUMN tree_hash TEXT NOT NULL DEFAULT '';
