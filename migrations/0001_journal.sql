-- The log of everything that happened. Lines are added and never changed; each
-- carries the hash of the one before it in its stream, so a change shows.
CREATE TABLE journal (
    stream    text   NOT NULL,
    seq       bigint NOT NULL CHECK (seq > 0),
    at        text   NOT NULL, -- RFC 3339, UTC, milliseconds; so are all times here
    actor     text   NOT NULL, -- JSON
    name      text   NOT NULL,
    body      text   NOT NULL, -- JSON
    prev_hash text   NOT NULL, -- empty for the first line of a stream
    hash      text   NOT NULL, -- SHA-256 in hexadecimal
    PRIMARY KEY (stream, seq)
);

-- Where each stream ends. Without it, cutting off its last lines would not show.
CREATE TABLE heads (
    stream text   NOT NULL PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   text   NOT NULL
);
