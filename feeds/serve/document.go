package serve

import (
	"fmt"
	"net/http"
	"time"

	"github.com/cespare/xxhash/v2"
)

// document is one address's answer, ready to be sent in every coding. It is
// never changed.
type document struct {
	hash     string // of the bytes, hexadecimal
	modified time.Time
	forms    [codings]form
	// headers that are the same for every form, as net/http keeps them; shared
	// between requests and never changed.
	contentType, lastModified, cacheControl, vary, link []string
	page                                                bool // for people: no CORS, own policies
	// feed and format, where readers may be sent what is new only (RFC 3229).
	feed, format string
}

// form is a document in one coding.
type form struct {
	body                   []byte
	etag                   string
	etagH, lengthH, coding []string
}

// Content codings, best first.
const (
	codingBrotli = iota
	codingZstd
	codingGzip
	codingIdentity
	codings
)

var codingNames = [codings]string{"br", "zstd", "gzip", ""}

// hashOf names a document's bytes.
func hashOf(body []byte) string { return fmt.Sprintf("%016x%x", xxhash.Sum64(body), len(body)) }

// stamp fixes when the document was last changed.
func (d *document) stamp(t time.Time) {
	d.modified = t.UTC().Truncate(time.Second)
	d.lastModified = []string{d.modified.Format(http.TimeFormat)}
}
