package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	cookieName = "syndicated"
	cookieAge  = 7 * 24 * time.Hour
	// More wrong tokens than this in a minute, and nobody is let in by a new
	// one until the minute is over.
	triesPerMinute = 10
)

// door tells who may come in.
type door struct {
	token string

	mu     sync.Mutex
	wrong  int
	minute time.Time
}

// same compares without telling by its time how much of a token was right.
func (d *door) same(token string) bool {
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(d.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// try is same for tokens that somebody typed: they are counted.
func (d *door) try(token string, now time.Time) (ok, tooMany bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.minute) > time.Minute {
		d.wrong, d.minute = 0, now
	}
	if d.wrong >= triesPerMinute {
		return false, true
	}
	if d.same(token) {
		return true, false
	}
	d.wrong++
	return false, false
}

// pass is the value of a cookie: until when it holds, signed with the token, so
// that a new token ends all that was given before.
func (d *door) pass(until time.Time) string {
	stamp := strconv.FormatInt(until.Unix(), 10)
	return stamp + "." + d.sign(stamp)
}

func (d *door) sign(stamp string) string {
	mac := hmac.New(sha256.New, []byte(d.token))
	mac.Write([]byte("syndicated session " + stamp))
	return hex.EncodeToString(mac.Sum(nil))
}

func (d *door) knows(pass string, now time.Time) bool {
	stamp, sig, ok := strings.Cut(pass, ".")
	until, err := strconv.ParseInt(stamp, 10, 64)
	return ok && err == nil && now.Before(time.Unix(until, 0)) && hmac.Equal([]byte(sig), []byte(d.sign(stamp)))
}

// allowed tells whether the request may come in; why is for the answer if not.
func (d *door) allowed(r *http.Request, now time.Time) (ok bool, status int, why string) {
	if d.token == "" {
		if local(r.Host) {
			return true, 0, ""
		}
		return false, http.StatusMisdirectedRequest, "this address answers by an IP address or as localhost; set admin_token to reach it by another name"
	}
	if c, err := r.Cookie(cookieName); err == nil && d.knows(c.Value, now) {
		return true, 0, ""
	}
	token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !given {
		_, token, given = r.BasicAuth()
	}
	if !given {
		return false, http.StatusUnauthorized, "the token is missing"
	}
	switch ok, tooMany := d.try(token, now); {
	case tooMany:
		return false, http.StatusTooManyRequests, "too many wrong tokens; wait a minute"
	case !ok:
		return false, http.StatusUnauthorized, "the token is wrong"
	}
	return true, 0, ""
}

// local tells whether a Host header names the machine by no name that others
// could have made up (DNS rebinding).
func local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// guard lets in whom the door knows, and sends browsers to the login page.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok, status, why := s.door.allowed(r, time.Now())
		if ok {
			next.ServeHTTP(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			w.Header().Set("WWW-Authenticate", `Bearer realm="syndicated"`)
			fail(w, status, why)
			return
		}
		if status == http.StatusUnauthorized && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="syndicated", charset="UTF-8"`)
		}
		http.Error(w, why, status)
	})
}

func (s *server) loginPage(w http.ResponseWriter, r *http.Request) {
	if ok, status, why := s.door.allowed(r, time.Now()); ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
	} else if status == http.StatusMisdirectedRequest {
		http.Error(w, why, status)
	} else {
		s.show(w, http.StatusOK, "login.html", page{Title: "Log in"})
	}
}

func (s *server) login(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	ok, tooMany := false, false
	if s.door.token != "" {
		ok, tooMany = s.door.try(r.PostFormValue("token"), now)
	}
	switch {
	case tooMany:
		s.show(w, http.StatusTooManyRequests, "login.html", page{Title: "Log in", Warning: "Too many wrong tokens. Wait a minute."})
		return
	case !ok:
		s.Log.Warn("a wrong token was tried", "remote", r.RemoteAddr)
		s.show(w, http.StatusUnauthorized, "login.html", page{Title: "Log in", Warning: "That is not the token."})
		return
	}
	until := now.Add(cookieAge)
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.door.pass(until), Path: "/", Expires: until, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *server) logout(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}
