package remote

import (
	"bytes"
	"errors"

	"github.com/mmcdole/gofeed"

	"syndicated/feeds"
)

// Parse reads an RSS, Atom, RDF or JSON feed. The notes tell what was
// repaired, inferred or left out.
func Parse(d Document) (feeds.Feed, []string, error) {
	if len(bytes.TrimSpace(d.Body)) == 0 {
		return feeds.Feed{}, nil, errors.New("the document is empty")
	}
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	f, err := p.Parse(bytes.NewReader(d.Body))
	if err != nil {
		return feeds.Feed{}, nil, err
	}
	feed := feeds.Feed{Format: f.FeedType, Title: f.Title, Description: f.Description, Link: f.Link, Self: f.FeedLink, Language: f.Language}
	for _, item := range f.Items {
		post := feeds.Post{
			ID: item.GUID, Link: item.Link, Title: feeds.Text(item.Title),
			Summary: item.Description, Content: item.Content, Tags: item.Categories, Language: d.Language,
		}
		if t := item.PublishedParsed; t != nil {
			post.Published = t.UTC()
		}
		if t := item.UpdatedParsed; t != nil {
			post.Updated = t.UTC()
		}
		for _, a := range item.Authors {
			post.Authors = append(post.Authors, feeds.Author{Name: a.Name, Email: a.Email})
		}
		if item.Image != nil {
			post.Image = &feeds.Media{URL: item.Image.URL}
		}
		for _, e := range item.Enclosures {
			post.Enclosures = append(post.Enclosures, feeds.Media{URL: e.URL, Type: e.Type})
		}
		post.Feed = &feeds.Origin{Title: feed.Title, Link: feed.Link, Self: feed.Self}
		feed.Posts = append(feed.Posts, post)
	}
	return feed, nil, nil
}
