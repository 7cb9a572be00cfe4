package fetch

import (
	"net/netip"
	"strings"
	"syscall"
)

type dialControl = func(network, address string, c syscall.RawConn) error

// guard refuses a connection to an address that is not of the public internet.
// It sees the address that is dialled, after the name was resolved, so a name
// that resolves differently the second time does not pass it.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return ErrPrivate
	}
	return nil
}

// special are the blocks that are not globally reachable, beyond those that
// netip knows. https://www.iana.org/assignments/iana-ipv4-special-registry and
// iana-ipv6-special-registry.
var special = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),   // shared address space (CGNAT); cloud metadata too
	netip.MustParsePrefix("192.0.0.0/24"),    // IETF protocol assignments; metadata at 192.0.0.192
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, broadcast
	netip.MustParsePrefix("64:ff9b:1::/48"),  // local NAT64
	netip.MustParsePrefix("100::/64"),        // discard
	netip.MustParsePrefix("2001::/23"),       // IETF protocol assignments, Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("3fff::/20"),       // documentation
	netip.MustParsePrefix("5f00::/16"),       // segment routing
	netip.MustParsePrefix("fec0::/10"),       // site-local, deprecated
}

// public reports whether a is an address of the public internet. An address
// that carries an IPv4 one (mapped, compatible, NAT64, 6to4) is judged by it.
func public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() {
		b := a.As16()
		switch {
		case b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b && [8]byte(b[4:12]) == [8]byte{}:
			return public(netip.AddrFrom4([4]byte(b[12:]))) // RFC 6052
		case b[0] == 0x20 && b[1] == 0x02:
			return public(netip.AddrFrom4([4]byte(b[2:6]))) // RFC 3056
		case [12]byte(b[:12]) == [12]byte{}:
			return false // RFC 4291 section 2.5.5.1, and :: and ::1
		case [12]byte(b[:12]) == [12]byte{8: 0xff, 9: 0xff}:
			return false // RFC 2765 translated
		}
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// refusedByName judges a host that a proxy will resolve: only what its name
// says can be known here.
func refusedByName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return !public(a)
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}
