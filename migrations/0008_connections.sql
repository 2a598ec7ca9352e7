-- How connections do: the tests that people make before an appointment, and the ways
-- their media took in rooms. Kinds only, no addresses.
CREATE TABLE connection_checks (
    appointment text   NOT NULL REFERENCES appointments (id) ON DELETE CASCADE,
    user_id     text   NOT NULL,
    number      bigint NOT NULL CHECK (number > 0), -- counts those of a person
    id          text   NOT NULL,      -- one test may count for several appointments
    at          text   NOT NULL,
    report      text   NOT NULL,      -- JSON
    PRIMARY KEY (appointment, user_id, number)
);

CREATE TABLE paths (
    room_id    text   NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id    text   NOT NULL,
    number     bigint NOT NULL CHECK (number > 0), -- counts those of a person
    place      text,                  -- the appointment or meeting of the room
    peer       text   NOT NULL,
    at         text   NOT NULL,
    path       text   NOT NULL
        CHECK (path IN ('direct', 'stun', 'relay-udp', 'relay-tcp', 'relay-tls')),
    peer_path  text
        CHECK (peer_path IN ('direct', 'stun', 'relay-udp', 'relay-tcp', 'relay-tls')),
    round_trip double precision,      -- in milliseconds
    loss       double precision,      -- in percent
    PRIMARY KEY (room_id, user_id, number)
);

CREATE INDEX paths_of_place ON paths (place) WHERE place IS NOT NULL;
