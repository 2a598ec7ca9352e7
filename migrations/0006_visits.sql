-- What visits need besides their time: a door, a reminder, and notes with a
-- history.
ALTER TABLE appointments ADD COLUMN door text -- the house's default if there is none
    CHECK (door IN ('open', 'usual', 'strict'));
ALTER TABLE appointments ADD COLUMN reminded_at text;
ALTER TABLE meetings ADD COLUMN door text NOT NULL DEFAULT 'open'
    CHECK (door IN ('open', 'usual', 'strict'));
ALTER TABLE users ADD COLUMN last_seen_at text;

CREATE INDEX appointments_to_remind ON appointments (starts_at, id)
    WHERE reminded_at IS NULL AND status = 'scheduled';

-- What the provider noted about an appointment, each time they saved it; never
-- shown to the patient.
CREATE TABLE note_versions (
    appointment text   NOT NULL REFERENCES appointments (id) ON DELETE CASCADE,
    version     bigint NOT NULL CHECK (version > 0),
    author      text,                 -- nobody if the house did
    at          text   NOT NULL,
    text        text   NOT NULL,
    hash        text   NOT NULL,      -- SHA-256 in hexadecimal
    PRIMARY KEY (appointment, version)
);

-- The journal knows when notes were last saved, by whom, and their hash.
INSERT INTO note_versions (appointment, version, author, at, text, hash)
SELECT a.id, 1, json_extract(noted.actor, '$.person.user'), COALESCE(noted.at, a.updated_at),
       a.notes, COALESCE(json_extract(noted.body, '$.sha256'), '')
FROM appointments a
LEFT JOIN journal noted ON noted.stream = 'appointment:' || a.id
    AND noted.seq = (SELECT MAX(seq) FROM journal
                     WHERE stream = 'appointment:' || a.id AND name = 'appointment.noted')
WHERE a.notes IS NOT NULL;

ALTER TABLE appointments DROP COLUMN notes;
