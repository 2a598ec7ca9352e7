-- What the journal says about each room, kept for lists and for restarts.
CREATE TABLE rooms (
    id            text   NOT NULL PRIMARY KEY,
    kind          text   NOT NULL,
    purpose       text   NOT NULL,
    status        text   NOT NULL CHECK (status IN ('scheduled', 'ringing', 'active', 'over')),
    outcome       text,
    caller        text   NOT NULL,
    patient       text,
    provider      text,
    appointment   text,
    scheduled_at  text,
    created_at    text   NOT NULL,
    started_at    text,
    ended_at      text,
    ended_by      text,
    end_reason    text,
    duration      bigint,             -- seconds from the first answer to the end
    seq           bigint NOT NULL,
    next_deadline text,
    metadata      text,               -- JSON, not ours
    CHECK ((status = 'over') = (outcome IS NOT NULL))
);

CREATE INDEX rooms_by_age ON rooms (created_at, id);
CREATE INDEX rooms_of_patient ON rooms (patient, created_at, id);
CREATE INDEX rooms_of_provider ON rooms (provider, created_at, id);
CREATE INDEX rooms_of_appointment ON rooms (appointment);
CREATE INDEX rooms_open ON rooms (id) WHERE status <> 'over';
CREATE INDEX rooms_due ON rooms (next_deadline, id) WHERE next_deadline IS NOT NULL;

CREATE TABLE participants (
    room_id    text    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id    text    NOT NULL,
    created_at text    NOT NULL,      -- the room's, so that a person's history is one index
    stage      text    NOT NULL,
    invited_at text    NOT NULL,
    joined_at  text,
    left_at    text,
    audio      boolean NOT NULL,
    video      boolean NOT NULL,
    screen     boolean NOT NULL,
    resumed    bigint  NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX participants_history ON participants (user_id, created_at, room_id);
