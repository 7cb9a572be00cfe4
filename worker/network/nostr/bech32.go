package nostr

import (
	"errors"
	"strings"
)

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 writes data as NIP-19 has it. https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
func bech32(prefix string, data []byte) string {
	five := regroup(data, 8, 5, true)
	sum := polymod(append(expand(prefix), append(five, 0, 0, 0, 0, 0, 0)...)) ^ 1
	for i := range 6 {
		five = append(five, byte(sum>>(5*(5-i)))&31)
	}
	var b strings.Builder
	b.WriteString(prefix + "1")
	for _, v := range five {
		b.WriteByte(bech32Letters[v])
	}
	return b.String()
}

// unbech32 reads what bech32 wrote.
func unbech32(s string) (prefix string, data []byte, err error) {
	wrong := errors.New("is no bech32 text")
	if s != strings.ToLower(s) && s != strings.ToUpper(s) {
		return "", nil, wrong
	}
	s = strings.ToLower(s)
	at := strings.LastIndexByte(s, '1')
	if at < 1 || len(s)-at < 7 {
		return "", nil, wrong
	}
	var five []byte
	for _, r := range s[at+1:] {
		v := strings.IndexRune(bech32Letters, r)
		if v < 0 {
			return "", nil, wrong
		}
		five = append(five, byte(v))
	}
	if polymod(append(expand(s[:at]), five...)) != 1 {
		return "", nil, errors.New("has a slip: its check sum is wrong")
	}
	return s[:at], regroup(five[:len(five)-6], 5, 8, false), nil
}

func expand(prefix string) []byte {
	out := make([]byte, 0, 2*len(prefix)+1)
	for i := range len(prefix) {
		out = append(out, prefix[i]>>5)
	}
	out = append(out, 0)
	for i := range len(prefix) {
		out = append(out, prefix[i]&31)
	}
	return out
}

func polymod(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}

// regroup packs bits in groups of from into groups of to.
func regroup(in []byte, from, to uint, pad bool) []byte {
	var (
		out  []byte
		held uint32
		bits uint
	)
	for _, v := range in {
		held = held<<from | uint32(v)
		for bits += from; bits >= to; {
			bits -= to
			out = append(out, byte(held>>bits&(1<<to-1)))
		}
	}
	if pad && bits > 0 {
		out = append(out, byte(held<<(to-bits)&(1<<to-1)))
	}
	return out
}
