// Package bluesky posts to accounts of the AT Protocol's network, on Bluesky's own
// servers or another PDS.
package bluesky
