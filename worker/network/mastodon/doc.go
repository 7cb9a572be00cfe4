// Package mastodon posts to servers that speak Mastodon's client API: Mastodon itself and
// its forks, GoToSocial, Pleroma and Akkoma. It knows statuses and media; it reads no
// timelines but the account's own, to find what became of a lost answer.
//
//	accounts:
//	  fedi: {type: mastodon, server: https://social.example, token: "${FEDI_TOKEN}"}
//
// # Token
//
// On Mastodon: Preferences, Development, New application, with the scopes read:accounts,
// read:statuses, write:statuses and write:media; then "Your access token". On GoToSocial: the
// settings panel, Applications, with the scopes read and write. On Pleroma and Akkoma: any
// client that shows its token. Tokens do not end by themselves. Without read:statuses a lost
// answer cannot be looked for, without write:media posts go without their images.
//
// # What a message becomes
//
// A status with its visibility (public unless the account or the post says otherwise; it is
// always sent, for GoToSocial's own default is unlisted), language, warning and images with
// their alternative texts. The server is asked for its limits (Probe): 500 characters until
// then. Mastodon counts graphemes, an address as 23 and a name on another server without the
// server, the warning with the text; GoToSocial counts code points and shortens nothing;
// Pleroma and Akkoma count graphemes and shorten nothing. An image that is missing or refused
// costs the image, and the receipt says so.
//
// # What is promised
//
// Exactly once, by looking before a second try. The idempotency key, the message's id, is
// sent and not relied on: GoToSocial ignores it, Mastodon forgets it after an hour and does not
// see a request that is still under way, Pleroma repeats a failure for it. After a lost
// answer and after any 5xx the account's statuses since the message was queued are read, at
// most a thousand, and compared by their text; only when it is not among them is it sent
// again. What can undo it: a status that its author deletes or rewrites by hand before it
// was looked for; and two messages of the same words within five minutes, of which the
// second one's answer was lost and the daemon restarted in between.
//
// An update edits the status, which keeps the images that it names. The same edit may be
// sent twice.
//
// # What it was run against
//
// GoToSocial 0.20.0-rc1 (and eight commits, 57cb4fe), on loopback, in November 2026: the
// whole suite of networktest, with posts, edits, answers, images with alternative texts and
// answers forced to be lost, one visible status each. TestGoToSocial says how to run it again.
// It removes a status a moment after it has answered the deletion; an answer in that moment
// gets a 500, and is looked for as any other. Mastodon's and Pleroma's manners were only run
// against the fake of the tests: not yet against the live service.
package mastodon
