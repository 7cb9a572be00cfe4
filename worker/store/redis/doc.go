// Package redis keeps the store in Redis or Valkey, for several workers that
// share it. It knows keys and scripts; what the words mean stands in package
// store.
//
// # Promises
//
// Every change is one script, which touches one slot and names every key it
// touches. A script is not atomic on disk: a server that dies may come back with
// the first part of its writes. So the order of writes is such that the rest may
// be done again from any point (see each script's head, and TestEveryPrefix).
// With appendonly yes and appendfsync always, what was acknowledged is on disk.
// With everysec, about the last second of acknowledged work can be lost with the
// machine. A fail-over of Sentinel or Cluster can lose the last acknowledged
// writes whatever the settings; the option replicas narrows that. What a
// network can be asked (network.Finder) is then found out before anything is
// sent again.
//
// A connection that is lost costs an error within the time-outs; no command is
// sent twice by the client. Every call may be repeated as it was.
//
// What a worker does with its lease is decided in Go, by the records as they
// were when it was leased, and written if the account's record is still that
// one: every claim, and every change to a message that is leased, makes it another.
//
// Whoever leases an account looks at its queue when the lease ends, so nobody
// else is woken for it: an account that is leased is always in due, at the end of
// that lease or of one before it.
//
// # Layout, version 2
//
// All keys begin with syndicated:{WORKSPACE}: so that they share a hash slot.
// Times are milliseconds since 1970.
//
//	version           STRING  number of the layout; "importing" while an import is not complete
//	poll              ZSET    source → when it is due; while it is leased, the end of the lease
//	fences            HASH    source → fence; above zero while it is leased, below when it is not
//	states            HASH    source → its state, opaque
//	memory:SOURCE     HASH    key of a post → what change remembers of it, opaque
//	posts:SOURCE      HASH    key of a post → feeds.Post as JSON, or that as raw DEFLATE
//	own:SOURCE        ZSET    key of a post → -published
//	group:NAME        ZSET    key LF source → -published, of the sources NAME/…
//	all               ZSET    key LF source → -published
//	shelf             ZSET    sources that have or had posts (score 0)
//	revision          STRING  counts the changes of posts
//	story:SOURCE      LIST    decisions as JSON, the newest last
//	recent            LIST    decisions of all, the newest first
//	names             HASH    first 10 bytes of SHA-256 of a key, an id or a link →
//	                          day, then lines of source TAB key
//	messages          HASH    id → record (six lines, see script/record.lua); stays for ever
//	bodies            HASH    id → network.Message as JSON; until Trim. "=" before it: the message
//	                          was told by another (Queued.Instead)
//	queue, held, dead ZSET    account LF due(13 digits) seq(13 digits) id, score 0
//	past              LIST    ids of what was sent or dropped, the newest last; until Trim
//	told              HASH    source LF post → ids of the messages about it, a line each
//	once              HASH    account LF once → id
//	seq               STRING  counts queued messages
//	accounts          HASH    account → record (see script/record.lua): fence, lease, head, rate …
//	due               ZSET    account → when Claim should look at it, or earlier
//	vault             HASH    name → value (sessions, tokens)
//	stream:ACCOUNT    STREAM  messages of an account of the type stream
//	wake              CHANNEL something may be due
//
// In words of sources and keys of posts that are part of a value, %, LF, TAB and
// NUL are written as %25, %0A, %09 and %00.
//
// The records of a message outlive it: they are how an id is known. Trim takes
// the bodies, the stories and what consumers have read.
//
// # What it takes
//
// Bytes of Redis's memory (go test -run xxx -bench Footprint -benchtime 1x, Redis
// 7.0): a known post 110 beside its key and what change remembers of it; a post
// in feeds with 2,000 bytes of HTML 1,160, and 500 for a line of its story and
// the words by which it is found; a message that waits 1,290; one that was sent
// 1,300, of which 530 stay for ever, since they are how its id is known and where
// it went. Posts are bounded per source (Config.Posts), stories by Config.Decisions
// and Trim, bodies by Trim.
//
// A message's whole way (commit, claim, attempt, finish; 700 bytes, 60 in a poll,
// 64 accounts at once) takes some 35 µs with appendfsync everysec and 50 µs with
// always, on two shared cores; the module in the folder bench compares that with
// other ways.
//
// # Rights
//
// A user for workers needs no more than this (W is the workspace); unlink and
// scan are for imports, wait for the option replicas. Without info and config
// Check warns that it could not look:
//
//	ACL SETUSER syndicated on >PASSWORD resetkeys ~syndicated:{W}:* resetchannels &syndicated:{W}:wake
//	  -@all +@hash +@sortedset +@list +@stream +@string +eval +evalsha +exists +unlink +scan
//	  +time +wait +subscribe +publish +ping +hello +select +client|setname +info +config|get
//
// # Messages for consumers
//
// An account of the type stream is the stream syndicated:{WORKSPACE}:stream:ACCOUNT.
// Any client reads it, alone with XREAD or in a group with XREADGROUP and XACK:
//
//	XGROUP CREATE syndicated:{default}:stream:bus mail $ MKSTREAM
//	XREADGROUP GROUP mail one COUNT 10 BLOCK 5000 STREAMS syndicated:{default}:stream:bus >
//
// An entry has these fields, all of them always there; more may be added, so
// read them by name:
//
//	v        1; raised when a field changes its meaning
//	id       id of the message, unique for ever: the idempotency key
//	account  name of the account in the settings
//	kind     why: new, update, rerun, gone, digest
//	verb     what is to be done: post, edit, reply, delete
//	of       id of the message that this one edits, answers or deletes; may be empty
//	text     what readers are to see, already cut to the account's limits
//	title, link   of the post; may be empty
//	media    JSON array of {url, alt, type}
//	source, key   which post: the source's name and the post's key
//	post     the post itself as JSON (feeds.Post), where the account asks for it; else empty
//	created  when the message was made, RFC 3339
//
// Each message is added once, in the order of queueing, whatever crashes. Trim
// takes entries older than the retention, but never one that a consumer group
// has not yet read and acknowledged.
package redis
