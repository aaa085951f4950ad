-- What backups stored: snapshots, the packs of each, the contents in the packs, and the files
-- of each snapshot.

CREATE TABLE IF NOT EXISTS snapshots (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    vault    TEXT NOT NULL,             -- canonical URL
    id       TEXT NOT NULL UNIQUE,      -- 32 hexadecimal digits
    host     TEXT NOT NULL,
    tags     TEXT NOT NULL DEFAULT '[]', -- a JSON array
    state    TEXT NOT NULL,             -- running, complete, forgotten
    started  TEXT NOT NULL,
    ended    TEXT NOT NULL DEFAULT '',
    files    INTEGER NOT NULL DEFAULT 0, -- in the whole snapshot
    bytes    INTEGER NOT NULL DEFAULT 0,
    added    INTEGER NOT NULL DEFAULT 0, -- bytes of contents that were new
    skipped  INTEGER NOT NULL DEFAULT 0  -- files that could not be read, or changed while they were read
);
CREATE INDEX IF NOT EXISTS snapshots_by_vault ON snapshots (vault, key);

-- A directory that is backed up. Its snapshots follow one another in the order of their keys.
CREATE TABLE IF NOT EXISTS trees (
    key   INTEGER PRIMARY KEY,
    vault TEXT NOT NULL,
    host  TEXT NOT NULL,
    root  BLOB NOT NULL,                -- as in a pack: without the first slash
    UNIQUE (vault, host, root)
);
CREATE TABLE IF NOT EXISTS snapshot_trees (
    snapshot_key INTEGER NOT NULL REFERENCES snapshots,
    tree_key     INTEGER NOT NULL REFERENCES trees,
    PRIMARY KEY (snapshot_key, tree_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS snapshots_of_tree ON snapshot_trees (tree_key, snapshot_key);

CREATE TABLE IF NOT EXISTS packs (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    vault        TEXT NOT NULL,
    id           TEXT NOT NULL,         -- 32 hexadecimal digits
    snapshot_key INTEGER NOT NULL REFERENCES snapshots,
    sequence     INTEGER NOT NULL,      -- within the snapshot, from 1
    state        TEXT NOT NULL,         -- writing, spooled, stored, lost
    archive_id   TEXT NOT NULL DEFAULT '',
    size         INTEGER NOT NULL DEFAULT 0,    -- bytes of the archive
    plain_size   INTEGER NOT NULL DEFAULT 0,    -- bytes of the pack before encryption
    header       BLOB NOT NULL DEFAULT x'',     -- of the encryption; empty: not encrypted
    tail         BLOB NOT NULL DEFAULT x'',     -- where its frames are
    index_digest BLOB NOT NULL DEFAULT x'',
    created      TEXT NOT NULL,
    updated      TEXT NOT NULL,
    UNIQUE (vault, id)
);
CREATE INDEX IF NOT EXISTS packs_by_snapshot ON packs (snapshot_key, sequence);
CREATE INDEX IF NOT EXISTS packs_by_state ON packs (vault, state) WHERE state <> 'stored';

-- Bytes that lie in a pack, or that consist of segments. A pack that is not stored or was lost
-- has contents that nobody may rely on.
CREATE TABLE IF NOT EXISTS contents (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    digest   BLOB NOT NULL,             -- SHA-256
    size     INTEGER NOT NULL,
    pack_key INTEGER REFERENCES packs,  -- NULL: it consists of segments
    place    INTEGER NOT NULL DEFAULT 0 -- offset in the tar stream
);
CREATE INDEX IF NOT EXISTS contents_by_digest ON contents (substr(digest, 1, 8));
CREATE INDEX IF NOT EXISTS contents_by_pack ON contents (pack_key, place);

CREATE TABLE IF NOT EXISTS content_segments (
    content_key INTEGER NOT NULL REFERENCES contents,
    place       INTEGER NOT NULL,       -- offset in the content
    size        INTEGER NOT NULL,
    part_key    INTEGER REFERENCES contents, -- NULL: zero bytes
    PRIMARY KEY (content_key, place)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS directories (
    key        INTEGER PRIMARY KEY,
    tree_key   INTEGER NOT NULL REFERENCES trees,
    parent_key INTEGER NOT NULL,        -- 0: the root of the tree
    name       BLOB NOT NULL,
    UNIQUE (tree_key, parent_key, name)
);
CREATE INDEX IF NOT EXISTS directories_by_parent ON directories (parent_key);

CREATE TABLE IF NOT EXISTS owners (
    key   INTEGER PRIMARY KEY,
    uid   INTEGER NOT NULL,
    gid   INTEGER NOT NULL,
    user_name  TEXT NOT NULL,
    group_name TEXT NOT NULL,
    UNIQUE (uid, gid, user_name, group_name)
);

-- The files of a directory. A version belongs to the snapshots of its tree from since on, up to
-- and without until.
CREATE TABLE IF NOT EXISTS versions (
    directory_key INTEGER NOT NULL REFERENCES directories,
    name          BLOB NOT NULL,        -- empty: the directory at the root of a tree
    since         INTEGER NOT NULL REFERENCES snapshots,
    until         INTEGER,              -- NULL: it is there
    kind          INTEGER NOT NULL,
    mode          INTEGER NOT NULL,     -- the low 12 bits of st_mode
    size          INTEGER NOT NULL,
    modified      INTEGER NOT NULL,     -- nanoseconds since 1970
    changed       INTEGER NOT NULL,
    inode         INTEGER NOT NULL,
    owner_key     INTEGER NOT NULL,
    content_key   INTEGER,              -- NULL: it has none
    more          BLOB,                 -- link target, device, attributes, as JSON; NULL: none
    PRIMARY KEY (directory_key, name, since)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_by_name ON versions (name);
