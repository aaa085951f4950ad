-- The mark at the end of an unfinished file, by which a download knows its own.

-- +goose Up

ALTER TABLE downloads ADD COLUMN mark TEXT NOT NULL DEFAULT ''; -- empty: begun before there were marks
