CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL
);

-- Two users never have the same email, in whatever case.
CREATE UNIQUE INDEX users_email ON users (lower(email));
