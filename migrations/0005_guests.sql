-- Links by which people without an account come to a place: an appointment, a
-- meeting, or a call. The token they carry is signed and not kept.
CREATE TABLE guest_links (
    id            text    NOT NULL PRIMARY KEY,
    place         text    NOT NULL,
    part          text    NOT NULL
        CHECK (part IN ('guest', 'interpreter', 'carer', 'observer')),
    reusable      boolean NOT NULL,
    created_by    text,               -- nobody if the house made it
    created_at    text    NOT NULL,
    expires_at    text    NOT NULL,
    revoked_at    text,
    suspended_for text,               -- a guest who came by it and was removed
    uses          bigint  NOT NULL CHECK (uses >= 0)
);

CREATE INDEX guest_links_of_place ON guest_links (place, created_at, id);

-- Who came by a link, and may go nowhere else.
CREATE TABLE guests (
    user_id text NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    link_id text NOT NULL REFERENCES guest_links (id),
    place   text NOT NULL,
    part    text NOT NULL,
    came_at text NOT NULL
);

CREATE INDEX guests_of_link ON guests (link_id);

-- Who was removed from a place and not let in since. A call that belongs to no
-- place is one itself.
CREATE TABLE removals (
    place      text NOT NULL,
    user_id    text NOT NULL,
    removed_by text,                  -- nobody if the house did
    at         text NOT NULL,
    PRIMARY KEY (place, user_id)
);

CREATE TABLE missed_calls (
    user_id text NOT NULL,
    room_id text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    caller  text NOT NULL,
    purpose text NOT NULL,
    at      text NOT NULL,            -- when it stopped ringing
    seen_at text,
    PRIMARY KEY (user_id, room_id)
);

CREATE INDEX missed_calls_not_seen ON missed_calls (user_id, at) WHERE seen_at IS NULL;
