package remote

import (
	"net/url"
	"strings"

	"syndicated/feeds/source/fetch"
)

// linkHeader finds hubs and topic in the HTTP header, which counts before the
// document (W3C WebSub section 4).
func linkHeader(resp fetch.Response) (hubs []string, topic string) {
	base, err := url.Parse(resp.URL)
	if err != nil {
		return nil, ""
	}
	for _, line := range resp.Header["Link"] {
		for line != "" {
			_, rest, ok := strings.Cut(line, "<")
			if !ok {
				break
			}
			target, params, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			// Parameters reach to the next link.
			own := params
			line = ""
			if i := strings.Index(params, ",<"); i >= 0 {
				own, line = params[:i], params[i+1:]
			} else if i := strings.Index(params, ", <"); i >= 0 {
				own, line = params[:i], params[i+1:]
			}
			target = resolve(base, target)
			rel, _ := attribute([]byte(strings.ReplaceAll(own, ";", " ")), "rel")
			if hasWord(rel, "hub") && len(hubs) < 10 {
				hubs = append(hubs, target)
			}
			if hasWord(rel, "self") {
				fill(&topic, target)
			}
		}
	}
	return hubs, topic
}
