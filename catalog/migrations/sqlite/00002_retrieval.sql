-- Getting it back: downloads and the bytes that are there, inventories and what
-- they say about archives, and finding one of ten million archives by its name.
--
-- A vault's URL stands once in vaults, not in every archive and its indexes. The
-- labels are all texts by which an archive may be called, in step with archives;
-- those that hold a slash apart from those that hold none, since a pattern that
-- names no slash need not look at the former. They are written by 00003.

-- +goose Up

CREATE TABLE vaults (
    key     INTEGER PRIMARY KEY,
    url     TEXT    NOT NULL UNIQUE,
    deleted TEXT    NOT NULL DEFAULT '' -- when it last accepted to delete an archive
) STRICT;

CREATE TABLE inventories (
    key         INTEGER PRIMARY KEY,
    vault       TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    date        TEXT    NOT NULL,
    list_since  TEXT    NOT NULL,
    list_until  TEXT    NOT NULL,
    list_limit  INTEGER NOT NULL,
    list_marker TEXT    NOT NULL,
    list_csv    INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    position    TEXT    NOT NULL,
    entries     INTEGER NOT NULL,
    bad         INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    confirmed   INTEGER NOT NULL,
    differing   INTEGER NOT NULL,
    missing     INTEGER NOT NULL,
    settled     INTEGER NOT NULL,
    started     TEXT    NOT NULL,
    updated     TEXT    NOT NULL
) STRICT;

CREATE INDEX inventories_by_source ON inventories (vault, source, key);

CREATE TABLE rejects (
    key           INTEGER PRIMARY KEY,
    inventory_key INTEGER NOT NULL REFERENCES inventories (key),
    reason        TEXT    NOT NULL,
    raw           BLOB    NOT NULL
) STRICT;

CREATE INDEX rejects_by_inventory ON rejects (inventory_key, key);

INSERT INTO vaults (url) SELECT DISTINCT vault FROM archives ORDER BY vault;

ALTER TABLE archives RENAME TO old_archives;

CREATE TABLE archives (
    key           INTEGER PRIMARY KEY,
    vault_key     INTEGER NOT NULL REFERENCES vaults (key),
    archive_id    TEXT    NOT NULL,
    name          BLOB    NOT NULL,
    mod_time      TEXT    NOT NULL,
    tool          TEXT    NOT NULL,
    description   BLOB    NOT NULL,
    size          INTEGER NOT NULL,
    tree_hash     TEXT    NOT NULL,
    created       TEXT    NOT NULL,
    inventory_key INTEGER REFERENCES inventories (key), -- the newest that lists it
    state         TEXT    NOT NULL,
    UNIQUE (vault_key, archive_id)
) STRICT;

INSERT INTO archives (key, vault_key, archive_id, name, mod_time, tool, description, size, tree_hash, created, state)
    SELECT a.key, v.key, archive_id, name, '', '', description, size, tree_hash, created, state
    FROM old_archives a JOIN vaults v ON v.url = a.vault ORDER BY a.key;

DROP TABLE old_archives;

CREATE INDEX archives_by_creation ON archives (vault_key, created, key);

CREATE TABLE labels (
    vault_key   INTEGER NOT NULL,
    slashed     INTEGER NOT NULL, -- 1 if label holds a slash
    label       BLOB    NOT NULL,
    archive_key INTEGER NOT NULL REFERENCES archives (key),
    PRIMARY KEY (vault_key, slashed, label, archive_key)
) STRICT, WITHOUT ROWID;

ALTER TABLE jobs ADD COLUMN list_since  TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN list_until  TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN description BLOB NOT NULL DEFAULT x'';
ALTER TABLE jobs ADD COLUMN message     BLOB NOT NULL DEFAULT x'';

CREATE INDEX jobs_by_archive ON jobs (vault, archive_id, key);

CREATE TABLE downloads (
    key          INTEGER PRIMARY KEY,
    vault        TEXT    NOT NULL,
    archive_id   TEXT    NOT NULL,
    range_offset INTEGER NOT NULL,
    range_size   INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    tree_hash    TEXT    NOT NULL,
    target       BLOB    NOT NULL,
    state        TEXT    NOT NULL,
    started      TEXT    NOT NULL,
    updated      TEXT    NOT NULL,
    fetched      INTEGER NOT NULL,
    busy         INTEGER NOT NULL
) STRICT;

CREATE INDEX downloads_by_target ON downloads (vault, archive_id, target, key);

CREATE TABLE segments (
    download_key INTEGER NOT NULL REFERENCES downloads (key),
    byte_offset  INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    tree_hash    TEXT    NOT NULL,
    PRIMARY KEY (download_key, byte_offset)
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_by_archive ON uploads (vault, archive_id) WHERE archive_id <> '';
