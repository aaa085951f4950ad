-- Getting it back: downloads and the bytes that are there, inventories and what
-- they say about archives, and finding one of ten million archives by its name.
--
-- A vault's URL stands once in vaults, not in every archive and its indexes.
--
-- An inventory brings archives in no order, millions at a time. An ordinary index
-- would be written at another place for each of them, a page for a row. So the
-- indexes of archives (ids, creations, labels) are tables that are written in
-- order, many archives at once: those up to sorted.upto are in them, those after
-- it are not, and the views look at both.

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
    base          BLOB    NOT NULL, -- what follows the last slash or backslash of name
    mod_time      TEXT    NOT NULL,
    tool          TEXT    NOT NULL,
    description   BLOB    NOT NULL,
    size          INTEGER NOT NULL, -- -1: not known
    tree_hash     TEXT    NOT NULL,
    created       TEXT    NOT NULL,
    inventory_key INTEGER REFERENCES inventories (key), -- the newest that lists it
    state         TEXT    NOT NULL
) STRICT;

INSERT INTO archives (key, vault_key, archive_id, name, base, mod_time, tool, description, size, tree_hash, created, state)
    SELECT a.key, v.key, archive_id, name, x'', '', '', description, size, tree_hash, created, state
    FROM old_archives a JOIN vaults v ON v.url = a.vault ORDER BY a.key;

DROP TABLE old_archives;

CREATE TABLE ids (
    vault_key   INTEGER NOT NULL,
    archive_id  TEXT    NOT NULL,
    archive_key INTEGER NOT NULL,
    PRIMARY KEY (vault_key, archive_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE creations (
    vault_key   INTEGER NOT NULL,
    created     TEXT    NOT NULL,
    archive_key INTEGER NOT NULL,
    PRIMARY KEY (vault_key, created, archive_key)
) STRICT, WITHOUT ROWID;

-- What an archive may be called by: its base name, its name, and a description
-- that no tool wrote for itself. Those with a slash stand apart, since a pattern
-- without one need not look at them.
CREATE TABLE labels (
    vault_key   INTEGER NOT NULL,
    slashed     INTEGER NOT NULL, -- 1 if label has a slash
    label       TEXT    NOT NULL, -- any bytes; text, since GLOB refuses others
    archive_key INTEGER NOT NULL,
    PRIMARY KEY (vault_key, slashed, label, archive_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sorted (
    upto          INTEGER NOT NULL, -- the last archive that the indexes have
    inventory_key INTEGER NOT NULL  -- the inventory that lists those after it
) STRICT;

INSERT INTO sorted VALUES (0, 0);

CREATE VIEW unsorted AS SELECT * FROM archives WHERE key > (SELECT upto FROM sorted);

CREATE VIEW labels_of AS
    SELECT key AS archive_key, vault_key, 0 AS slashed, CAST(base AS TEXT) AS label
        FROM archives WHERE base <> x''
    UNION ALL
    SELECT key, vault_key, instr(name, x'2f') > 0 OR instr(name, x'5c') > 0, replace(name, '\', '/')
        FROM archives WHERE name <> base
    UNION ALL
    SELECT key, vault_key, instr(description, x'2f') > 0, CAST(description AS TEXT)
        FROM archives WHERE tool = '' AND description NOT IN (x'', base, name);

CREATE VIEW all_ids AS
    SELECT vault_key, archive_id, archive_key FROM ids
    UNION ALL
    SELECT vault_key, archive_id, key FROM unsorted;

CREATE VIEW all_creations AS
    SELECT vault_key, created, archive_key FROM creations
    UNION ALL
    SELECT vault_key, created, key FROM unsorted;

CREATE VIEW all_labels AS
    SELECT vault_key, slashed, label, archive_key FROM labels
    UNION ALL
    SELECT vault_key, slashed, label, archive_key FROM labels_of WHERE archive_key > (SELECT upto FROM sorted);

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
