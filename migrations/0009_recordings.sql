-- Recordings: what was recorded under one consent, from start to stop. Their bytes are
-- blobs, outside the database; who did what with them is in the journal. A recording
-- that was destroyed stays, without anything to open it with.
CREATE TABLE recordings (
    id             text    NOT NULL PRIMARY KEY,
    room_id        text    NOT NULL REFERENCES rooms (id),
    appointment    text,
    meeting        text,
    title          text,
    search         text    NOT NULL,  -- the title in lower case
    recorder       text    NOT NULL,
    patient        text,
    provider       text,
    container      text    NOT NULL CHECK (container IN ('webm', 'mp4')),
    media_type     text    NOT NULL,
    status         text    NOT NULL CHECK (status IN
        ('recording', 'uploading', 'processing', 'completed', 'failed', 'destroyed')),
    started_at     text    NOT NULL,
    stopped_at     text,
    last_chunk_at  text,
    expires_at     text,
    destroyed_at   text,
    chunks         bigint,            -- how many were uploaded
    blob           text,              -- the sealed file
    poster         text,              -- a sealed picture of it
    bytes          bigint,            -- of the file before it was sealed
    sealed_bytes   bigint,
    duration_ms    bigint,
    sha256         text,              -- of the file before it was sealed, in hexadecimal
    failure        text,
    damaged        boolean NOT NULL,
    hold_by        text,              -- nobody if the house does
    hold_reason    text,
    hold_at        text,              -- while it is set, nobody destroys the recording
    views          bigint  NOT NULL CHECK (views >= 0),
    last_viewed_by text,
    last_viewed_at text,
    blobs_gone     boolean NOT NULL,  -- after it was destroyed
    CHECK ((status = 'destroyed') = (destroyed_at IS NOT NULL)),
    CHECK (status <> 'destroyed' OR hold_at IS NULL)
);

CREATE INDEX recordings_by_age ON recordings (started_at, id);
CREATE INDEX recordings_of_room ON recordings (room_id);
CREATE INDEX recordings_of_blob ON recordings (blob) WHERE blob IS NOT NULL;
CREATE INDEX recordings_of_poster ON recordings (poster) WHERE poster IS NOT NULL;
CREATE INDEX recordings_to_expire ON recordings (expires_at, id)
    WHERE hold_at IS NULL AND status <> 'destroyed';
CREATE INDEX recordings_unfinished ON recordings (started_at, id)
    WHERE status IN ('recording', 'uploading', 'processing');
CREATE INDEX recordings_remaining ON recordings (id)
    WHERE status = 'destroyed' AND NOT blobs_gone;

-- The data keys of recordings, wrapped by a master key. To destroy one is to overwrite
-- it. Its row stays: to take it out may move its neighbours, and leave copies of them.
CREATE TABLE recording_keys (
    recording_id text  NOT NULL UNIQUE REFERENCES recordings (id),
    wrapped_by   text  NOT NULL,      -- the id of the master key
    wrapped      bytea NOT NULL,      -- zeros when it was destroyed
    destroyed    boolean NOT NULL
);

CREATE INDEX recording_keys_by_master ON recording_keys (wrapped_by, recording_id)
    WHERE NOT destroyed;

-- Runs of somebody's recorder.
CREATE TABLE recording_parts (
    recording_id text   NOT NULL REFERENCES recordings (id),
    number       bigint NOT NULL CHECK (number > 0),
    media_type   text   NOT NULL,
    started_at   text   NOT NULL,
    PRIMARY KEY (recording_id, number)
);

-- Who was in the room while it was recorded.
CREATE TABLE recording_people (
    recording_id text   NOT NULL REFERENCES recordings (id),
    number       bigint NOT NULL,     -- in which order they are named
    user_id      text   NOT NULL,
    PRIMARY KEY (recording_id, user_id)
);

CREATE INDEX recording_people_of_user ON recording_people (user_id);

-- Who asked to see a recording.
CREATE TABLE recording_requests (
    recording_id text NOT NULL REFERENCES recordings (id),
    user_id      text NOT NULL,
    at           text NOT NULL,
    PRIMARY KEY (recording_id, user_id)
);
