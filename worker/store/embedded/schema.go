package embedded

// migrations bring the file from each layout to the next; the number of those
// that were applied is SQLite's user_version. Never change one that was released.
var migrations = []string{layout1, layout2}

// Times are milliseconds since 1970, bodies JSON of the contract's types where
// nothing else is said.
const layout1 = `
-- next is NULL when the source is not on the plan; while it is leased, next is
-- the end of the lease.
CREATE TABLE sources (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	top TEXT NOT NULL, -- name up to the first slash
	next INTEGER,
	fence INTEGER NOT NULL DEFAULT 0,
	leased INTEGER NOT NULL DEFAULT 0,
	state BLOB
);
CREATE INDEX sources_due ON sources(next, name) WHERE next IS NOT NULL;

-- With a rowid, since a row of a table without one may take no more than a
-- quarter of a page: records are larger, and each would take a page of its own.
CREATE TABLE memory (
	source INTEGER NOT NULL,
	key TEXT NOT NULL,
	record BLOB NOT NULL,
	PRIMARY KEY (source, key)
);

-- Indexed by (-published, key, source) so that newest first, ties by key, is
-- the order of the index.
CREATE TABLE posts (
	id INTEGER PRIMARY KEY,
	source INTEGER NOT NULL,
	key TEXT NOT NULL,
	top TEXT NOT NULL,
	name TEXT NOT NULL, -- of the source
	age INTEGER NOT NULL, -- -published
	body BLOB NOT NULL, -- store.PackPost
	UNIQUE (source, key)
);
CREATE INDEX posts_all ON posts(age, key, name);
CREATE INDEX posts_top ON posts(top, age, key, name);
CREATE INDEX posts_source ON posts(source, age, key);

CREATE TABLE decisions (
	id INTEGER PRIMARY KEY,
	source TEXT NOT NULL,
	post TEXT NOT NULL,
	at INTEGER NOT NULL,
	body BLOB NOT NULL
);
CREATE INDEX decisions_post ON decisions(source, post);
CREATE INDEX decisions_at ON decisions(at);

-- By what words a post can be asked for: store.HashName of key, id, link.
CREATE TABLE names (
	hash BLOB NOT NULL,
	source TEXT NOT NULL,
	post TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (hash, source, post)
) WITHOUT ROWID;

-- head is the message that stays first until it is sent or put aside. leased is
-- 2 when the lease came from settling the one before it (Settlement.Take).
CREATE TABLE accounts (
	name TEXT PRIMARY KEY,
	fence INTEGER NOT NULL DEFAULT 0,
	leased INTEGER NOT NULL DEFAULT 0,
	until INTEGER NOT NULL DEFAULT 0,
	not_before INTEGER NOT NULL DEFAULT 0,
	head TEXT NOT NULL DEFAULT '',
	stopped TEXT NOT NULL DEFAULT '',
	rate BLOB,
	sent INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- A row stays for ever: it is how an id is known. tried is the fence of the
-- lease that attempted last; attempted is 0 when it is certainly not out.
CREATE TABLE messages (
	seq INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	account TEXT NOT NULL,
	state TEXT NOT NULL,
	due INTEGER NOT NULL,
	try INTEGER NOT NULL DEFAULT 0,
	attempted INTEGER NOT NULL DEFAULT 0,
	tried INTEGER NOT NULL DEFAULT 0,
	since INTEGER NOT NULL,
	priority INTEGER NOT NULL DEFAULT 0,
	source TEXT NOT NULL,
	post TEXT NOT NULL,
	reason TEXT NOT NULL DEFAULT '',
	receipt BLOB,
	body BLOB
);
CREATE INDEX messages_queue ON messages(account, state, due, seq) WHERE state IN ('waiting', 'held', 'dead');
CREATE INDEX messages_over ON messages(since, seq) WHERE state IN ('sent', 'dropped');
CREATE INDEX messages_post ON messages(post, source);

CREATE TABLE once (
	account TEXT NOT NULL,
	once TEXT NOT NULL,
	id TEXT NOT NULL,
	PRIMARY KEY (account, once)
) WITHOUT ROWID;

CREATE TABLE vault (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE revision (n INTEGER NOT NULL);
INSERT INTO revision VALUES (0);
`

// Bodies have a table of their own: those that are trimmed stand side by side,
// so that whole pages become free.
const layout2 = `
CREATE TABLE bodies (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
INSERT INTO bodies SELECT seq, body FROM messages WHERE body IS NOT NULL;
ALTER TABLE messages DROP COLUMN body;
`

// bodyOf is the body of the row of messages at hand; NULL if it was trimmed.
const bodyOf = `(SELECT body FROM bodies WHERE bodies.seq = messages.seq)`
