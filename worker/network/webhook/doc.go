// Package webhook hands messages to a program over HTTP, signed, so that anything can
// be built behind it: a network that has no package, a build of a site, a log.
//
//	accounts:
//	  hook: {type: webhook, url: https://example.org/hook, secret: "${HOOK_SECRET}"}
//
// # What is sent
//
// A POST with an event in the JSON format of CloudEvents 1.0: id (of the message), source
// (origin, urn:syndicated), type, subject (the link), time (when it was queued) and data, the
// message as network.Message has it, with the post in data.data. Types are
// syndicated.post.new, .update, .rerun, .digest and .gone; data.verb says what the message
// would do on a social network (post, edit, reply, delete), and data.of names the message
// that it is about.
//
// The headers are those of Standard Webhooks (https://www.standardwebhooks.com):
// webhook-id (the same in every try), webhook-timestamp (seconds since 1970, of the try) and
// webhook-signature, "v1," and the HMAC-SHA256 of "id.timestamp.body" in base64. A secret
// is whsec_ and the key in base64, or any other string, whose bytes are the key then.
// Two secrets with a space between give two signatures, so that a key can be replaced
// without a pause: add the new one, change the receiver, remove the old one. Without a
// secret nothing is signed. A receiver should refuse a timestamp that is more than five
// minutes old, and answer within 30 seconds.
//
// # What is promised
//
// At least once, with an id that stays: a receiver that remembers ids sees each message
// once. Every answer from 200 to 299 means that it has the message. A lost answer and any
// 5xx are repeated. 400, 413 and 422 refuse the message for good; 401, 403 and 410 stop the
// account; every other answer is tried again, 429 and 503 not before their Retry-After. A
// redirect is not followed, for the new address was not signed up for. The path, the query
// and the secrets are in no error and no log.
//
// # What it was run against
//
// Its signatures are verified in the tests by the library of Standard Webhooks. No service
// is behind this package that it could be run against.
package webhook
