-- The newest transfers whose rate was measured are found without reading all others.
CREATE INDEX IF NOT EXISTS uploads_measured ON uploads (vault, key) WHERE sent > 0 AND busy > 0;
CREATE INDEX IF NOT EXISTS downloads_measured ON downloads (vault, key) WHERE fetched > 0 AND busy > 0;
