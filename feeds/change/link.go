package change

import (
	"net/url"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Link is the canonical form of a link: two posts of different sources that
// have it in common are one. Empty when link is no web address.
func Link(link string) string { return normalLink(link) }

// normalLink is a link without what differs between two addresses of one page:
// scheme, www, port, trailing slash, index page, tracking parameters, and a
// fragment that names no part of the page. Empty when link is no web address.
func normalLink(link string) string {
	link = strings.TrimSpace(link)
	if len(link) < 8 || len(link) > 4096 || !strings.EqualFold(link[:4], "http") {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	host = strings.TrimSuffix(strings.TrimPrefix(host, "www."), ".")
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	path := u.Path
	for _, index := range []string{"/index.html", "/index.htm", "/index.php"} {
		path = strings.TrimSuffix(path, index)
	}
	path = strings.TrimRight(path, "/")
	path = strings.TrimSuffix(path, "/amp")
	if u.RawQuery == "" && u.Fragment == "" {
		return host + path
	}
	var b strings.Builder
	b.WriteString(host)
	b.WriteString(path)
	q := u.Query()
	for k := range q {
		if trackingParameter(strings.ToLower(k)) {
			delete(q, k)
		}
	}
	if len(q) > 0 {
		b.WriteByte('?')
		b.WriteString(q.Encode()) // sorted
	}
	if f := u.Fragment; f != "" && !idleFragment(f) {
		b.WriteByte('#')
		b.WriteString(f)
	}
	return b.String()
}

func trackingParameter(k string) bool {
	if strings.HasPrefix(k, "utm_") || strings.HasPrefix(k, "at_") || strings.HasPrefix(k, "mtm_") || strings.HasPrefix(k, "pk_") || strings.HasPrefix(k, "hsa_") {
		return true
	}
	switch k {
	case "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "twclid", "mc_cid", "mc_eid", "_ga", "_gl", "cmpid", "ns_campaign", "ns_mchannel", "ns_source",
		"wpnonce", "_wpnonce", "phpsessid", "jsessionid", "sid", "nonce", "ref", "ref_src", "referrer", "ocid", "ncid", "sr_share", "spm", "share", "amp", "partner", "feedtype":
		return true
	}
	return false
}

// idleFragment points into the page or counts readers, and names no post.
func idleFragment(f string) bool {
	f = strings.ToLower(f)
	for _, p := range []string{"comment", "respond", "more", "utm_", "xtor", "ftag", "rss", "top", "ref", "intcmp"} {
		if strings.HasPrefix(f, p) {
			return true
		}
	}
	return false
}

func linkSum(link string) uint64 {
	n := normalLink(link)
	if n == "" {
		if link = strings.TrimSpace(link); link == "" {
			return 0
		}
		n = "\x00" + link
	}
	return xxhash.Sum64String(n) | 1
}
