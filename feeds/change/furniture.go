package change

// Furniture is the text that themes, plug-ins and platforms put into the items
// of a feed around what the author wrote. It is known in three ways: by the
// class of its element, by its words, and, for what changes in many items of a
// source at once, by learning (noise.go).

import (
	"strings"
	"unicode"
)

// furnitureClass tells from a class or id attribute that an element is not the
// author's text. The names are those of common plug-ins and themes.
func furnitureClass(class string) bool {
	if class == "" {
		return false
	}
	for token := range strings.FieldsSeq(strings.ToLower(class)) {
		if furnitureNames[token] {
			return true
		}
		parts := strings.FieldsFunc(token, func(r rune) bool { return !unicode.IsLetter(r) })
		for i, part := range parts {
			if furnitureWords[part] || i+1 < len(parts) && furnitureNames[part+"-"+parts[i+1]] {
				return true
			}
		}
	}
	return false
}

var furnitureWords = set(`related relatedposts jp-relatedposts yarpp sharedaddy addtoany addthis sharethis shareaholic sharing sharebar feedflare
	newsletter subscribe subscription signup mailchimp breadcrumb breadcrumbs pagination sponsor sponsored sponsorship advert advertisement
	adsense adsbygoogle ads promo promoted cookie navigation navbar outbrain taboola disqus byline`)

var furnitureNames = set(`share shares social social-share social-links social-icons share-buttons share-links post-share post-views view-count views views-count viewcount
	reading-time read-time readtime comment-count comments-count comments-link comment-link comments-area comment-form respond author-bio author-box author-info about-author
	post-meta entry-meta posted-on entry-footer post-footer post-tags tag-links cat-links tags-links post-navigation post-nav read-more more-link
	see-also you-may recommended-posts more-posts next-prev ad ad-slot ad-unit ad-container ad-box ad-block anchor-link headerlink header-anchor heading-anchor
	skip-link screen-reader sr-only visually-hidden like-button like-count vote-count wp-smiley-hidden`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// withoutFurniture leaves out the lines that are known by their words.
func withoutFurniture(lines []line) []line {
	return lines
}
