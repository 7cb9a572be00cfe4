// Package nostr publishes signed events to relays.
package nostr
