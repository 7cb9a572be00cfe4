package change

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// record is what is remembered of a post. Its first part, a hundred bytes or
// so, is kept for ever; its text as long as the post can still change.
type record struct {
	key      string
	flags    recordFlags
	revision int

	// First and Published are seconds since 1970; Updated is what feeds show.
	// left is when the post left the source's window, 0 while it is there.
	// seen is when the text was last taken in.
	first, published, updated, left, seen int64

	raw   uint64 // of everything that is shown of the post but its dates
	body  uint64 // of the words of its body
	title uint64 // of the words of its title
	like  sketch

	// Names the post ever had, the newest first: hashes of guids and of
	// normalised links.
	guids, links []uint64
	// told holds hashes of sentences that followers have been told or have read,
	// so that they are not told again when a text goes back and forth.
	told []uint32

	// packed is the text part as stored; nil when forgotten.
	packed []byte
	words  *remembered // unpacked
	dirty  bool
}

// remembered is the text part.
type remembered struct {
	title string
	note  string
	doc   *document
}

type recordFlags uint16

const (
	flagInferred recordFlags = 1 << iota // published is when it was first seen
	flagPrivate                          // private when last seen, and never told
	flagGone                             // told gone
	flagTeaser                           // what is remembered is a teaser, not the whole text
	flagLeads                            // and leads on to the whole by a link
	flagSummary                          // judged by its summary
	flagPast                             // first seen behind all that was known, its date no guide
	flagDamaged                          // rebuilt after damage
	flagVolatile                         // changed in nothing but noise or markup last
)

// recordVersion leads every record.
const recordVersion = 1

var errDamaged = errors.New("damaged record")

const maxNames = 12

// encode writes a record: version, length of the head, head, checksum, text.
func (r *record) encode() []byte {
	h := make([]byte, 0, 192)
	h = binary.AppendUvarint(h, uint64(r.flags))
	h = binary.AppendUvarint(h, uint64(r.revision))
	for _, v := range []int64{r.first, r.published, r.updated, r.left, r.seen} {
		h = binary.AppendVarint(h, v)
	}
	for _, v := range []uint64{r.raw, r.body, r.title} {
		h = binary.LittleEndian.AppendUint64(h, v)
	}
	h = append(h, r.like[:]...)
	h = appendSums(h, r.guids)
	h = appendSums(h, r.links)
	h = binary.AppendUvarint(h, uint64(len(r.told)))
	for _, v := range r.told {
		h = binary.LittleEndian.AppendUint32(h, v)
	}
	b := make([]byte, 0, len(h)+len(r.packed)+16)
	b = append(b, recordVersion)
	b = binary.AppendUvarint(b, uint64(len(h)))
	b = append(b, h...)
	b = binary.LittleEndian.AppendUint32(b, uint32(xxhash.Sum64(h)))
	return append(b, r.packed...)
}

func appendSums(b []byte, sums []uint64) []byte {
	b = binary.AppendUvarint(b, uint64(len(sums)))
	for _, v := range sums {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// decodeRecord reads the head; the text is unpacked when asked for.
func decodeRecord(key string, b []byte) (*record, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: empty", errDamaged)
	}
	if b[0] != recordVersion {
		return nil, fmt.Errorf("%w: version %d", errDamaged, b[0])
	}
	size, n := binary.Uvarint(b[1:])
	if n <= 0 || size > uint64(len(b)) || len(b) < 1+n+int(size)+4 {
		return nil, fmt.Errorf("%w: cut off", errDamaged)
	}
	head, rest := b[1+n:1+n+int(size)], b[1+n+int(size):]
	if uint32(xxhash.Sum64(head)) != binary.LittleEndian.Uint32(rest) {
		return nil, fmt.Errorf("%w: checksum", errDamaged)
	}
	c := cursor{b: head}
	r := &record{key: key, flags: recordFlags(c.uvarint()), revision: int(c.uvarint())}
	for _, v := range []*int64{&r.first, &r.published, &r.updated, &r.left, &r.seen} {
		*v = c.varint()
	}
	for _, v := range []*uint64{&r.raw, &r.body, &r.title} {
		*v = c.sum()
	}
	copy(r.like[:], c.take(sketchSize))
	r.guids, r.links = c.sums(), c.sums()
	if n := c.uvarint(); n <= uint64(len(c.b)/4) {
		r.told = make([]uint32, n)
		for i := range r.told {
			r.told[i] = binary.LittleEndian.Uint32(c.take(4))
		}
	} else {
		c.bad = true
	}
	if c.bad {
		return nil, fmt.Errorf("%w: cut off", errDamaged)
	}
	r.packed = rest[4:]
	return r, nil
}

// cursor reads a head; what is not there reads as zero and sets bad.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.bad = true
		return make([]byte, n)
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) sum() uint64 { return binary.LittleEndian.Uint64(c.take(8)) }

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) sums() []uint64 {
	n := c.uvarint()
	if n > uint64(len(c.b)/8) {
		c.bad = true
		return nil
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = c.sum()
	}
	return out
}

// remember packs the text part: checksum, sizes, then the compressed text.
func (r *record) remember(w *remembered) {
	var plain []byte
	plain = binary.AppendUvarint(plain, uint64(len(w.title)))
	plain = append(plain, w.title...)
	plain = binary.AppendUvarint(plain, uint64(len(w.note)))
	plain = append(plain, w.note...)
	plain = append(plain, w.doc.pack()...)
	var z bytes.Buffer
	f := deflaters.Get().(*flate.Writer)
	f.Reset(&z)    // keeps the dictionary
	f.Write(plain) //nolint:errcheck // a bytes.Buffer does not fail
	f.Close()      //nolint:errcheck
	deflaters.Put(f)
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, z.Len()+4), uint32(xxhash.Sum64(z.Bytes())))
	r.packed = append(b, z.Bytes()...)
	r.words = w
	r.dirty = true
}

// deflaters are at hand because each takes a megabyte to make.
var deflaters = sync.Pool{New: func() any {
	f, _ := flate.NewWriterDict(io.Discard, 4, []byte(dictionary)) // err: only for a bad level
	return f
}}

// recall unpacks the text part; nil when it is forgotten or damaged.
func (r *record) recall() *remembered {
	if r.words != nil || len(r.packed) < 5 {
		return r.words
	}
	if binary.LittleEndian.Uint32(r.packed) != uint32(xxhash.Sum64(r.packed[4:])) {
		return nil
	}
	f := flate.NewReaderDict(bytes.NewReader(r.packed[4:]), []byte(dictionary))
	plain, err := io.ReadAll(io.LimitReader(f, 8*maxText))
	if err != nil {
		return nil
	}
	c := cursor{b: plain}
	w := &remembered{}
	if n := c.uvarint(); n <= uint64(len(c.b)) {
		w.title = string(c.take(int(n)))
	}
	if n := c.uvarint(); n <= uint64(len(c.b)) {
		w.note = string(c.take(int(n)))
	}
	if c.bad {
		return nil
	}
	w.doc = unpackDocument(c.b)
	r.words = w
	return w
}

// forget drops the text.
func (r *record) forget() {
	r.packed, r.words, r.dirty = nil, nil, true
}

func (r *record) is(f recordFlags) bool { return r.flags&f != 0 }

func (r *record) put(f recordFlags, on bool) {
	was := r.flags
	if on {
		r.flags |= f
	} else {
		r.flags &^= f
	}
	if r.flags != was {
		r.dirty = true
	}
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func stamp(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// dictionary primes the compression with what many posts hold.
const dictionary = " the and that this with from have will for are was not you your can which when there their about would been more than all one into has but what its our we they it is in of to a " +
	" que para los las del una con por más como está sobre este pero dans pour les des une est sur qui par avec plus sont nous vous " +
	" der die das und ist nicht mit für auf den ein eine von zu werden auch sich dem als bei oder nach wie einen durch wir aber " +
	" https://www. https://github.com/ .html version release released update security support available "
