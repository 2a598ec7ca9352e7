-- Places: what people meet in, as often as they come, until it is over for good.
-- Each time is a room.
CREATE TABLE appointments (
    id               text   NOT NULL PRIMARY KEY,
    patient          text   NOT NULL,
    provider         text   NOT NULL,
    starts_at        text   NOT NULL,
    duration_minutes bigint NOT NULL CHECK (duration_minutes > 0),
    type             text   NOT NULL CHECK (type IN ('video', 'audio', 'text')),
    status           text   NOT NULL
        CHECK (status IN ('scheduled', 'in_progress', 'completed', 'cancelled')),
    created_by       text,            -- nobody if the house made it
    created_at       text   NOT NULL,
    updated_at       text   NOT NULL,
    started_at       text,
    ended_at         text,
    notes            text,            -- the provider's; never shown to the patient
    CHECK (patient <> provider)
);

CREATE INDEX appointments_by_start ON appointments (starts_at, id);
CREATE INDEX appointments_of_patient ON appointments (patient, starts_at, id);
CREATE INDEX appointments_of_provider ON appointments (provider, starts_at, id);

CREATE TABLE meetings (
    id           text    NOT NULL PRIMARY KEY,
    name         text    NOT NULL,
    creator      text    NOT NULL,
    private      boolean NOT NULL,
    scheduled_at text,
    created_at   text    NOT NULL,
    ended_at     text,
    deleted_at   text                 -- kept so that the id is not given again
);

CREATE INDEX meetings_by_age ON meetings (created_at, id);
CREATE INDEX meetings_of_creator ON meetings (creator, created_at, id);

-- Who may come into a private meeting, besides its creator.
CREATE TABLE meeting_access (
    meeting_id text NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id    text NOT NULL,
    granted_by text,                  -- nobody if the house did
    granted_at text NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

CREATE INDEX meeting_access_of_user ON meeting_access (user_id);
