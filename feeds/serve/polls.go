package serve

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// polls counts who fetches what without conditions. It has a fixed size: a
// client whose place another one took is counted anew, which is to its favour.
type polls struct {
	limit int
	mu    [64]sync.Mutex
	slots [64][128]poll
}

type poll struct {
	who   uint64
	since int64 // unix seconds
	count int32
}

const pollWindow = time.Hour

func newPolls(limit int) *polls {
	if limit == 0 {
		limit = 30
	}
	return &polls{limit: limit}
}

// tooOften answers 429 to a client that polls without conditions again and
// again. It is told when it may come back.
func (s *Server) tooOften(w http.ResponseWriter, r *http.Request) bool {
	if s.polls.limit < 0 {
		return false
	}
	client, ok := clientOf(r)
	if !ok {
		return false
	}
	var who xxhash.Digest
	who.Reset()
	address := client.As16()
	_, _ = who.Write(address[:])
	_, _ = who.WriteString(r.UserAgent())
	_, _ = who.WriteString(r.URL.Path)
	wait := s.polls.count(who.Sum64(), s.c.Now())
	if wait <= 0 {
		return false
	}
	h := w.Header()
	h.Del("Etag")
	h.Del("Link")
	h.Set("Cache-Control", "no-store")
	h.Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	http.Error(w, "you fetch this feed too often without If-None-Match; send the ETag that you were given", http.StatusTooManyRequests)
	return true
}

// count counts one fetch; it returns how long the client has to wait if that
// was one too many.
func (p *polls) count(who uint64, now time.Time) time.Duration {
	part := who % uint64(len(p.mu))
	p.mu[part].Lock()
	defer p.mu[part].Unlock()
	slot := &p.slots[part][who/uint64(len(p.mu))%uint64(len(p.slots[part]))]
	end := time.Unix(slot.since, 0).Add(pollWindow)
	if slot.who != who || !now.Before(end) {
		*slot = poll{who: who, since: now.Unix()}
		end = now.Add(pollWindow)
	}
	slot.count++
	if int(slot.count) <= p.limit {
		return 0
	}
	return end.Sub(now)
}

// clientOf is the address of the client; ok is false if it cannot be told from
// others: what comes from this machine or a private network is a proxy, or a
// neighbour. A proxy's word about whom it speaks for is believed only then.
func clientOf(r *http.Request) (client netip.Addr, ok bool) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return client, false
	}
	if client = from.Addr().Unmap().WithZone(""); !near(client) {
		return client, true
	}
	list := r.Header["X-Forwarded-For"]
	if len(list) == 0 {
		return client, false
	}
	last := list[len(list)-1]
	last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	client, err = netip.ParseAddr(last)
	return client, err == nil && !near(client)
}

func near(a netip.Addr) bool { return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() }
