CREATE TABLE users (
    id            text    NOT NULL PRIMARY KEY,
    email         text,               -- as it was typed
    email_key     text    UNIQUE,     -- in lower case: what must not be taken twice
    name          text    NOT NULL,
    search        text    NOT NULL,   -- name and email in lower case
    role          text    NOT NULL,
    password_hash text,
    disabled      boolean NOT NULL,
    created_at    text    NOT NULL
);

CREATE INDEX users_by_name ON users (search, id);

-- One row per refresh token ever given out; only a hash of its secret is kept.
CREATE TABLE sign_ins (
    id          text NOT NULL PRIMARY KEY,
    user_id     text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash text NOT NULL,
    created_at  text NOT NULL,
    expires_at  text NOT NULL,
    replaced_by text,                 -- the sign-in it was exchanged for
    ended_at    text
);

CREATE INDEX sign_ins_of_user ON sign_ins (user_id);
