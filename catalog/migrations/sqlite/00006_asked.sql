-- What an upload was asked to become, where a vault keeps names and classes: one
-- that was begun otherwise is not what a later command asks for.

-- +goose Up

ALTER TABLE uploads ADD COLUMN name  BLOB NOT NULL DEFAULT x'';
ALTER TABLE uploads ADD COLUMN class TEXT NOT NULL DEFAULT '';
