package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// telegram is the Bot API with one channel: it cannot be asked what was posted.
type telegram struct {
	*weather
	wall
}

func (s *telegram) shows() *wall { return &s.wall }
func (s *telegram) sure() bool   { return false }

func (s *telegram) settings(base string) string {
	return fmt.Sprintf(`{type: telegram, server: %q, token: "1:storm", chat: "@storm"}`, base)
}

// ServeHTTP knows as much of https://core.telegram.org/bots/api as one channel needs.
func (s *telegram) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	in, _ := fields(r)
	method := strings.TrimPrefix(r.URL.Path, "/bot1:storm/")
	s.serve(rw, r, strings.HasPrefix(method, "get"), func(rw http.ResponseWriter, wait time.Duration) {
		seconds := int(wait/time.Second) + 1
		reply{status: http.StatusTooManyRequests, body: map[string]any{
			"ok": false, "error_code": 429, "description": "Too Many Requests: retry later", "parameters": map[string]any{"retry_after": seconds},
		}}.write(rw)
	}, func() reply {
		var result any
		switch method {
		case "getMe":
			result = map[string]any{"id": 1, "username": "storm_bot"}
		case "getChat":
			result = map[string]any{"id": -1001, "username": "storm", "title": "Storm", "type": "channel"}
		case "getChatMember":
			result = map[string]any{"status": "administrator", "can_post_messages": true}
		case "sendMessage":
			words := text(in["text"])
			id := s.count() + 1
			s.put(strconv.Itoa(id), words, words, len(in["reply_parameters"]) > 0)
			result = map[string]any{"message_id": id, "chat": map[string]any{"id": -1001, "username": "storm"}}
		case "editMessageText":
			var id json.Number
			_ = json.Unmarshal(in["message_id"], &id)
			if _, ok := s.edit(id.String(), text(in["text"])); !ok {
				return reply{status: http.StatusBadRequest, body: map[string]any{"ok": false, "error_code": 400, "description": "Bad Request: message to edit not found"}}
			}
			result = true
		default:
			return reply{status: http.StatusNotFound, body: map[string]any{"ok": false, "error_code": 404, "description": "Not Found"}}
		}
		return reply{body: map[string]any{"ok": true, "result": result}}
	})
}

// discord is a channel's webhook: it cannot be asked what was posted.
type discord struct {
	*weather
	wall
}

func (s *discord) shows() *wall { return &s.wall }
func (s *discord) sure() bool   { return false }

func (s *discord) settings(base string) string {
	return fmt.Sprintf("{type: discord, webhook: %q}", base+"/api/webhooks/1/storm")
}

// ServeHTTP knows as much of https://discord.com/developers/docs/resources/webhook as one channel needs.
func (s *discord) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	in, _ := fields(r)
	s.serve(rw, r, r.Method == http.MethodGet, retryAfter, func() reply {
		path := strings.TrimPrefix(r.URL.Path, "/api/v10/webhooks/1/storm")
		id, one := strings.CutPrefix(path, "/messages/")
		words := text(in["content"])
		switch {
		case path == "" && r.Method == http.MethodGet:
			return reply{body: map[string]any{"id": "1", "name": "storm", "guild_id": "2"}}
		case path == "" && r.Method == http.MethodPost:
			id := strconv.Itoa(s.count() + 1)
			s.put(id, words, words, false)
			return reply{body: map[string]any{"id": id, "channel_id": "3", "content": words}}
		case one && r.Method == http.MethodPatch:
			if _, ok := s.edit(id, words); ok {
				return reply{body: map[string]any{"id": id, "channel_id": "3", "content": words}}
			}
		}
		return reply{status: http.StatusNotFound, body: map[string]any{"code": 10008, "message": "Unknown Message"}}
	})
}
