package remote

import (
	"encoding/json"
	"strings"

	"syndicated/feeds"
)

// posse reads the words that an author gives a post for social accounts: plain
// text, or the JSON of POSSE Party (namespace https://posseparty.com/2024/Feed)
// of which the words and whether to share at all are taken.
func posse(s string, p *feeds.Post) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") {
		p.Share = s
		return
	}
	var o struct {
		Syndicate *bool  `json:"syndicate"`
		Format    string `json:"format_string"`
		Content   string `json:"content"`
		Title     string `json:"title"`
		Summary   string `json:"summary"`
		Subtitle  string `json:"subtitle"`
		URL       string `json:"url"`
	}
	if err := json.Unmarshal(tidyJSON([]byte(s)), &o); err != nil {
		return
	}
	if o.Syndicate != nil && !*o.Syndicate {
		p.Private = true
	}
	fill(&o.Title, p.Title)
	fill(&o.Summary, p.Summary)
	fill(&o.URL, p.Link)
	content := o.Content
	fill(&content, p.Content)
	switch {
	case strings.TrimSpace(o.Format) != "":
		p.Share = strings.TrimSpace(strings.NewReplacer(
			"{{title}}", o.Title, "{{content}}", feeds.Text(content), "{{summary}}", feeds.Text(o.Summary),
			"{{subtitle}}", o.Subtitle, "{{url}}", o.URL,
		).Replace(o.Format))
		if p.Share == p.Title {
			p.Share = "" // the title is shared without being asked
		}
	case o.Content != "":
		p.Share = feeds.Text(o.Content)
	}
}
