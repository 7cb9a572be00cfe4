// Package mastodon posts to servers that speak Mastodon's client API: Mastodon
// itself and its forks, GoToSocial, Pleroma and Akkoma.
package mastodon
