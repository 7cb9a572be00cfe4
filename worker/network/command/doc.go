// Package command gives messages to a program of the operator's: for a network
// that has no package, a mail script, a sign on the wall. It needs no token; what
// the program needs goes into its environment (env) or its own files.
//
//	accounts:
//	  wall: {type: command, command: [/usr/local/bin/wall-post, --quiet], env: {WALL_KEY: "${WALL_KEY}"}}
//
// The program is started for each message, without a shell, with PATH, HOME, LANG
// and TZ from the daemon's environment, the keys of env, SYNDICATED_ACCOUNT,
// SYNDICATED_MESSAGE (the id) and SYNDICATED_VERB (post, edit, reply, delete). On its
// standard input it reads the message as JSON, as network.Message has it; for an edit,
// a reply and a deletion, "was" is the receipt of the message that is meant. It may
// write {"id": "…", "url": "https://…", "own": {…}} to its standard output; a later
// edit of the message gets this back. How it ends says what became of the message:
//
//	0   sent
//	75  not sent, try later; {"after": 60} on the standard output says in how many seconds
//	65  not sent, and never will be
//	77  not sent, and nothing else will be until a person mends it
//
// Everything else, a signal and the end of its time (timeout, a minute) mean that
// nobody knows. Such a message is held for a person; with repeatable: true, by which
// the operator says that the program knows a message by its id, it is given again.
// So the promise is the operator's to choose: at most once, or at least once with a
// stable id. The last line of its standard error is told in errors, without the
// values of env. When its time is over the program and what it started get SIGTERM,
// and SIGKILL five seconds later.
//
// It has been run with the programs of its tests.
package command
