package sitemap

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// known is the set of pages that were told, by hash. It grows with the site,
// 11 bytes a page.
type known map[uint64]struct{}

// maxKnown bounds the set.
const maxKnown = 500_000

// key names what a sitemap says of a page. Of one whose title it tells, a new
// title is news; of another a new date alone says nothing.
func (p page) key() uint64 {
	name := p.url
	if p.title != "" {
		name += "\x00" + p.title + "\x00" + p.published.String()
	}
	return xxhash.Sum64String(name)
}

// fresh gives the pages that are not in the set, and adds them.
func (k known) fresh(pages []page) ([]page, error) {
	var fresh []page
	for _, p := range pages {
		key := p.key()
		if _, there := k[key]; there {
			continue
		}
		k[key] = struct{}{}
		fresh = append(fresh, p)
	}
	if len(k) > maxKnown {
		return nil, fmt.Errorf("it names more than %d pages; set url to one of its sitemaps", maxKnown)
	}
	return fresh, nil
}

func (k known) MarshalJSON() ([]byte, error) {
	keys := make([]uint64, 0, len(k))
	for key := range k {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	b := make([]byte, 0, 8*len(keys))
	for _, key := range keys {
		b = binary.LittleEndian.AppendUint64(b, key)
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(b))
}

func (k *known) UnmarshalJSON(text []byte) error {
	var coded string
	if err := json.Unmarshal(text, &coded); err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(coded)
	if err != nil || len(b)%8 != 0 {
		return fmt.Errorf("the set of known pages is damaged")
	}
	*k = make(known, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		(*k)[binary.LittleEndian.Uint64(b)] = struct{}{}
	}
	return nil
}
