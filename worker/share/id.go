package share

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"io"
)

// idAlphabet sorts as it counts and has no letter that reads as a digit.
var idAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ID is the id of the message by which account tells of a post: 26 letters and
// digits (130 bits of a hash), the same every time and for nothing else. part is 0
// for the first or only part of a thread. It serves as idempotency key.
func ID(account, source, post string, revision int, kind string, part int) string {
	h := sha256.New()
	for _, s := range []string{"message/1", account, source, post, kind} {
		var n [8]byte
		// Lengths come first, so that no two lists of words give the same bytes.
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		_, _ = h.Write(n[:])
		_, _ = io.WriteString(h, s)
	}
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(revision))
	binary.BigEndian.PutUint64(n[8:], uint64(part))
	_, _ = h.Write(n[:])
	return idAlphabet.EncodeToString(h.Sum(nil))[:26]
}
