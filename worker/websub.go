package worker

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // hubs of WebSub 0.4 sign with it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"syndicated/feeds/source"
	"syndicated/worker/store"
)

const (
	pushMost    = 16 << 20 // bytes of a pushed document
	leaseAsked  = 10 * 24 * time.Hour
	askAgain    = 6 * time.Hour // a hub that did not answer is asked again
	renewBefore = 3             // a third of the lease before it ends
	pushedSlow  = 4             // times slower that a pushed source is polled
	pushedMost  = 12 * time.Hour
)

// Push says how to subscribe to WebSub hubs; nil in the Config is not at all.
type Push struct {
	// Callback is the public address below which hubs reach Worker.WebSub,
	// with a slash at its end.
	Callback string
	// Post sends a form to a hub, guarded as s's own exchanges are. Any 2xx is well.
	Post func(ctx context.Context, s *Source, hub string, form url.Values) error
}

// subscription is what is kept of one, under its id.
type subscription struct {
	Source string    `json:"source"`
	Hub    string    `json:"hub"`
	Topic  string    `json:"topic"`
	Secret string    `json:"secret,omitzero"`
	Asked  time.Time `json:"asked"`
	From   time.Time `json:"from,omitzero"`  // verified
	Until  time.Time `json:"until,omitzero"` // the lease ends
	Ended  bool      `json:"ended,omitzero"` // denied, or given up by us
}

func subscriptionKey(id string) string { return "websub/" + id }

func (w *Worker) subscription(ctx context.Context, id string) (sub subscription, found bool, err error) {
	b, err := w.Store.Load(ctx, subscriptionKey(id))
	if err != nil || b == nil {
		return sub, false, err
	}
	return sub, true, json.Unmarshal(b, &sub)
}

func (w *Worker) keep(ctx context.Context, id string, sub subscription) error {
	b, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	return w.Store.Save(ctx, subscriptionKey(id), b)
}

// subscribe sees to it that a source which names a hub has a lease there, and
// tells whether pushes come now.
func (w *Worker) subscribe(ctx context.Context, s *Source, st *sourceState, now time.Time) (live bool) {
	if w.Push == nil || !s.WebSub || len(st.Hubs) == 0 || st.Topic == "" {
		return false
	}
	sub, found, err := subscription{}, false, error(nil)
	if st.PushID != "" {
		if sub, found, err = w.subscription(ctx, st.PushID); err != nil {
			w.Log.Warn("read the subscription", "source", s.Name, "err", err)
			return false
		}
	}
	live = found && now.Before(sub.Until)
	lease := sub.Until.Sub(sub.From)
	switch {
	case found && sub.Hub == st.Hubs[0] && sub.Topic == st.Topic &&
		(live && now.Before(sub.Until.Add(-lease/renewBefore)) || now.Before(sub.Asked.Add(min(askAgain, max(lease/renewBefore, time.Minute))))):
		return live
	case !found || sub.Hub != st.Hubs[0] || sub.Topic != st.Topic:
		if found { // its hub may go on pushing: a callback that is gone says 410
			sub.Ended = true
			if err := w.keep(ctx, st.PushID, sub); err != nil {
				w.Log.Warn("end the subscription", "source", s.Name, "err", err)
			}
		}
		st.PushID, live = rand.Text(), false
		sub = subscription{Source: s.Name, Hub: st.Hubs[0], Topic: st.Topic, Secret: rand.Text()}
	}
	sub.Asked = now
	if err := w.keep(ctx, st.PushID, sub); err != nil {
		w.Log.Warn("keep the subscription", "source", s.Name, "err", err)
		return live
	}
	form := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {sub.Topic}, "hub.callback": {w.Push.Callback + st.PushID},
		"hub.lease_seconds": {strconv.Itoa(int(leaseAsked / time.Second))},
	}
	// W3C WebSub section 5.1: a secret must not cross the network in the clear.
	if u, err := url.Parse(sub.Hub); err == nil && (u.Scheme == "https" || loopback(u.Hostname())) {
		form.Set("hub.secret", sub.Secret)
	} else {
		sub.Secret = ""
		if err := w.keep(ctx, st.PushID, sub); err != nil {
			return live
		}
	}
	if err := w.Push.Post(ctx, s, sub.Hub, form); err != nil {
		w.Log.Info("the hub does not take the subscription; polling goes on", "source", s.Name, "err", err)
	}
	return live
}

func loopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// WebSub answers hubs: verification of intent and content distribution.
// https://www.w3.org/TR/websub/#hub-verifies-intent
func (w *Worker) WebSub() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /websub/{id}", w.verifyIntent)
	mux.HandleFunc("POST /websub/{id}", w.pushed)
	return mux
}

func (w *Worker) verifyIntent(rw http.ResponseWriter, r *http.Request) {
	id, q := r.PathValue("id"), r.URL.Query()
	sub, found, err := w.subscription(r.Context(), id)
	now, clock := w.Store.Now(r.Context())
	switch {
	case err != nil || clock != nil:
		http.Error(rw, "try again later", http.StatusServiceUnavailable)
		return
	case !found || sub.Topic != q.Get("hub.topic"):
		http.NotFound(rw, r)
		return
	}
	switch q.Get("hub.mode") {
	case "subscribe":
		if sub.Ended {
			http.NotFound(rw, r)
			return
		}
		lease, err := strconv.Atoi(q.Get("hub.lease_seconds"))
		if err != nil || lease <= 0 {
			lease = int(24 * time.Hour / time.Second)
		}
		sub.From, sub.Until = now, now.Add(time.Duration(min(lease, 365*24*3600))*time.Second)
		if err := w.keep(r.Context(), id, sub); err != nil {
			http.Error(rw, "try again later", http.StatusServiceUnavailable)
			return
		}
		w.Log.Info("hub pushes", "source", sub.Source, "until", sub.Until)
	case "unsubscribe":
		if !sub.Ended {
			http.NotFound(rw, r)
			return
		}
	case "denied":
		sub.Ended = true
		if err := w.keep(r.Context(), id, sub); err != nil {
			http.Error(rw, "try again later", http.StatusServiceUnavailable)
			return
		}
		w.Log.Warn("hub denies the subscription; polling goes on", "source", sub.Source)
		return
	default:
		http.Error(rw, "hub.mode is subscribe, unsubscribe or denied", http.StatusBadRequest)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(rw, q.Get("hub.challenge"))
}

func (w *Worker) pushed(rw http.ResponseWriter, r *http.Request) {
	sub, found, err := w.subscription(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		http.Error(rw, "try again later", http.StatusServiceUnavailable)
		return
	case !found || sub.Ended:
		http.Error(rw, "this subscription has ended", http.StatusGone)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, pushMost))
	if err != nil {
		http.Error(rw, "the document is too large or broke off", http.StatusRequestEntityTooLarge)
		return
	}
	if !signed(sub.Secret, r.Header.Get("X-Hub-Signature"), body) {
		// Section 7.1: a wrong signature is answered as if it were right, and ignored.
		w.Log.Warn("a push with a wrong signature is ignored", "source", sub.Source)
		rw.WriteHeader(http.StatusAccepted)
		return
	}
	rw.WriteHeader(http.StatusAccepted)
	w.background.Go(func() {
		w.take(context.WithoutCancel(r.Context()), sub.Source, r.Header.Get("Content-Type"), body)
	})
}

// signed checks X-Hub-Signature ("sha256=…") in constant time. Without a secret
// nothing is signed.
func signed(secret, header string, body []byte) bool {
	if secret == "" {
		return true
	}
	method, sum, _ := strings.Cut(header, "=")
	var h func() hash.Hash
	switch strings.ToLower(method) {
	case "sha1":
		h = sha1.New
	case "sha256":
		h = sha256.New
	case "sha384":
		h = sha512.New384
	case "sha512":
		h = sha512.New
	default:
		return false
	}
	got, err := hex.DecodeString(sum)
	if err != nil {
		return false
	}
	mac := hmac.New(h, []byte(secret))
	mac.Write(body)
	return subtle.ConstantTimeCompare(got, mac.Sum(nil)) == 1
}

// take reads a pushed document the same way as one that was polled. What cannot
// be taken now is polled soon instead.
func (w *Worker) take(ctx context.Context, name, contentType string, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err := w.takeNow(ctx, name, contentType, body)
	if err == nil {
		return
	}
	w.Log.Info("a push could not be taken; the source is polled instead", "source", name, "err", err)
	if now, err := w.Store.Now(ctx); err == nil {
		if err := w.Store.Plan(ctx, now, []store.Planned{{Source: name, Next: now.Add(5 * time.Second), Sooner: true}}); err != nil {
			w.Log.Warn("plan the poll", "source", name, "err", err)
		}
	}
}

func (w *Worker) takeNow(ctx context.Context, name, contentType string, body []byte) error {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return err
	}
	s, err := w.source(ctx, name)
	if err != nil || s == nil {
		return fmt.Errorf("source %s: not in the settings (%w)", name, err)
	}
	src, err := s.Open()
	if err != nil {
		return err
	}
	p, ok := src.(source.Pushed)
	if !ok {
		return fmt.Errorf("source %s does not take pushes", name)
	}
	lease, ok, err := w.Store.ClaimPoll(ctx, now, name, w.Lease)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("source %s is being read", name)
	}
	st, err := readState(lease.State)
	if err == nil {
		var r source.Reading
		if r, err = p.Parse(ctx, st.Own, contentType, body); err == nil {
			var outcome string
			if outcome, err = w.took(ctx, lease, s, st, r); w.Seen.Polled != nil {
				w.Seen.Polled("pushed "+outcome, time.Since(now))
			}
			w.done.flush(ctx, w)
			return err
		}
	}
	// Give the lease back as it was, due soon.
	return errors.Join(err, w.Store.Reschedule(ctx, now, []store.Rescheduled{{Poll: lease, Next: now.Add(5 * time.Second)}}))
}
