// Package bluesky posts to accounts of the AT Protocol's network, on Bluesky's own
// servers or on another PDS. It knows records and sessions; it does not read
// timelines, and it follows nobody.
//
//	accounts:
//	  sky: {type: bluesky, handle: example.org, password: "${SKY_PASSWORD}"}
//
// # Password
//
// An app password, made under Settings, Privacy and security, App passwords, without
// access to direct messages. It may post, edit and delete, and nothing else is used. It
// can be withdrawn there and never ends by itself. The account's own password works
// too, and Probe says that it should not be there. A session is kept in the store and
// renewed: a server allows 30 logins in five minutes and 300 a day, those that succeed
// among them. An account on another PDS names it: server: https://pds.example.org.
//
// # What a message becomes
//
// A post of at most 300 graphemes and 3000 bytes of UTF-8. Addresses and hashtags in
// the text become facets; names with an @ do not, so that nobody is called by
// accident. When the text does not carry the link of the message, the link becomes a
// card with title, summary and the first image as thumbnail; else up to four images are
// shown, with their alternative texts. A warning that is one of the network's labels
// (porn, sexual, nudity, graphic-media) becomes that label, any other stands before the
// text. Tags that are not in the text go into the record, where searches find them.
//
// # What is promised
//
// Exactly once. The record key is fixed when the message is queued, and a record is
// only written where none is: a second try after a lost answer finds the first. One
// thing can undo it: a post whose answer was lost, and which its author deleted by hand
// before it was looked for, is posted again.
//
// An update is answered to the post, because bsky.app goes on showing the original of an
// edited one. update: edit replaces the record all the same, for readers that show it.
// An answer to a post that is gone is not sent.
//
// # What it was run against
//
// The whole suite of networktest, with lost answers forced between the account and the
// server, cards, thumbnails and texts of 300 graphemes in many scripts: against the
// reference PDS (@atproto/pds 0.4.217 and 0.5.35), in November 2026. TestPDS says how to run it
// again. It has not yet been run against bsky.social.
package bluesky
