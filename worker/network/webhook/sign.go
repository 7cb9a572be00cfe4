package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const prefix = "whsec_"

// keys reads one secret or several.
func keys(secret string) ([][]byte, error) {
	var out [][]byte
	for s := range strings.FieldsSeq(secret) {
		key := []byte(s)
		if coded, ok := strings.CutPrefix(s, prefix); ok {
			var err error
			if key, err = base64.StdEncoding.DecodeString(coded); err != nil || len(key) == 0 {
				return nil, errors.New("is no base64 after whsec_")
			}
		}
		out = append(out, key)
	}
	return out, nil
}

// sign adds the headers of Standard Webhooks, with a signature for each key.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func sign(h http.Header, keys [][]byte, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	var all []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if len(all) > 0 {
		h.Set("Webhook-Signature", strings.Join(all, " "))
	}
}
