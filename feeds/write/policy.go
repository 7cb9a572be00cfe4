package write

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html/atom"
)

const globalAttributes = " lang dir title "

// elements are those that readers show, each with its attributes, beside the
// global ones. Written by the rules of the W3C feed validator, less whatever
// a feed has no use for (forms, ids, classes, styles).
var elements = map[atom.Atom]string{
	atom.A: " hreflang ", atom.Abbr: "", atom.Acronym: "", atom.Address: "", atom.Article: "", atom.Aside: "", atom.B: "", atom.Bdi: "",
	atom.Bdo: "", atom.Big: "", atom.Blockquote: " cite ", atom.Br: "", atom.Caption: "", atom.Center: "", atom.Cite: "", atom.Code: "",
	atom.Col: " span ", atom.Colgroup: " span ", atom.Dd: "", atom.Del: " cite datetime ", atom.Details: " open ", atom.Dfn: "",
	atom.Div: "", atom.Dl: "", atom.Dt: "", atom.Em: "", atom.Figcaption: "", atom.Figure: "", atom.Footer: "", atom.H1: "", atom.H2: "",
	atom.H3: "", atom.H4: "", atom.H5: "", atom.H6: "", atom.Header: "", atom.Hgroup: "", atom.Hr: "", atom.I: "",
	atom.Img: " srcset sizes width height ", atom.Ins: " cite datetime ", atom.Kbd: "", atom.Li: " value ", atom.Main: "", atom.Mark: "",
	atom.Ol: " start reversed type ", atom.P: "", atom.Picture: "", atom.Pre: "", atom.Q: " cite ", atom.Rp: "", atom.Rt: "", atom.Ruby: "",
	atom.S: "", atom.Samp: "", atom.Section: "", atom.Small: "", atom.Source: " src srcset sizes media type width height ", atom.Span: "",
	atom.Strike: "", atom.Strong: "", atom.Sub: "", atom.Summary: "", atom.Sup: "", atom.Table: "", atom.Tbody: "",
	atom.Td: " colspan rowspan ", atom.Tfoot: "", atom.Th: " colspan rowspan scope abbr ", atom.Thead: "", atom.Time: " datetime ",
	atom.Tr: "", atom.Track: " src kind srclang label ", atom.Tt: "", atom.U: "", atom.Ul: "", atom.Var: "",
	atom.Video: " poster width height ", atom.Audio: "", atom.Wbr: "",
}

var void = map[atom.Atom]bool{
	atom.Br: true, atom.Col: true, atom.Hr: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// sanitiser lets through what tidy writes and nothing else.
var sanitiser = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, attributes := range elements {
		p.AllowElements(name.String())
		p.AllowNoAttrs().OnElements(name.String())
		p.AllowAttrs(strings.Fields(attributes + globalAttributes)...).OnElements(name.String())
	}
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("src", "controls", "preload").OnElements("video", "audio")
	p.AllowURLSchemes("http", "https", "mailto", "tel", "xmpp", "sip", "sips", "geo", "news", "ftp")
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(false)
	return p
})
