-- What an event was done to, as JSON. Events of earlier releases have none, and a text in `target` instead.
ALTER TABLE audit ADD COLUMN details TEXT;
