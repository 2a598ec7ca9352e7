-- Files that came with messages. Their bytes are blobs of the same id, outside the
-- database. A row is made when its blob is whole, and is nobody's to see until its
-- message is written.
CREATE TABLE files (
    id          text   NOT NULL PRIMARY KEY,
    room_id     text   NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    place       text,                 -- the appointment or meeting of the room
    seq         bigint,               -- the entry of its message; none before it is written
    uploaded_by text   NOT NULL,
    name        text   NOT NULL,
    media_type  text   NOT NULL,      -- found by looking into it
    bytes       bigint NOT NULL,
    sha256      text   NOT NULL,      -- in hexadecimal
    created_at  text   NOT NULL
);

CREATE INDEX files_unsent ON files (created_at) WHERE seq IS NULL;
