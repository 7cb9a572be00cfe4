// Package config knows the words of the settings file: its tables and keys,
// their types, defaults and checks, and the place of everything that is wrong.
// It knows no adapter; each brings the words of its own (Kinds).
package config

import "time"

// Kinds are what the settings can name: the kinds of source and of account,
// each with a value of its own settings struct.
//
// A settings struct has fields of string, int, bool, float64, []string,
// map[string]string, Secret, Duration, structs and lists of structs of them,
// and types with UnmarshalText. Their tags: yaml:"name", doc:"one line",
// required:"true", default:"…", enum:"a,b", format:"…" (see formats), off:"true"
// (the word off stands for nothing). The value in the map gives defaults too.
// A method Check() []Problem may tell what is wrong beyond that.
type Kinds struct {
	Sources, Accounts map[string]any
	// Filter and Template check the text of a filter and of a template; nil
	// checks the syntax alone. Their errors are shown after the text.
	Filter, Template func(text string) error
}

// Settings is the file, read and checked.
type Settings struct {
	File string `yaml:"-"`

	Store      Store    `yaml:"store" default:"syndicated.db" format:"store" doc:"where is remembered: a file, or redis://, rediss://, redis+sentinel://, redis+cluster:// to share"`
	Listen     string   `yaml:"listen" default:"127.0.0.1:8080" format:"listen" off:"true" doc:"address of the feeds for readers, or off"`
	BaseURL    string   `yaml:"base_url" format:"base_url" doc:"public URL of that address, as readers and hubs see it; http:// and listen when left out"`
	Admin      string   `yaml:"admin" default:"127.0.0.1:8081" format:"listen" off:"true" doc:"address of the dashboard, the API and the metrics, or off"`
	AdminToken Secret   `yaml:"admin_token" doc:"token that the admin address asks for; needed unless it is loopback"`
	UserAgent  string   `yaml:"user_agent" doc:"what feed hosts are told, ours when left out"`
	Grace      Duration `yaml:"grace" default:"20s" doc:"how long work in hand may take when the daemon is told to stop"`
	Log        Log      `yaml:"log" doc:"what is logged and how"`
	Updates    Updates  `yaml:"updates" doc:"how an update is told from a typo"`

	// Sensitivity is Updates.Sensitivity: low, normal or high.
	Sensitivity string `yaml:"-"`

	// In the order of the file.
	Sources  []Source  `yaml:"-"`
	Feeds    []Feed    `yaml:"-"`
	Accounts []Account `yaml:"-"`
}

// Log is what is logged and how.
type Log struct {
	Level  string `yaml:"level" default:"info" enum:"debug,info,warn,error" doc:"the least that is logged"`
	Format string `yaml:"format" enum:"text,json" doc:"text or json; the command line comes before it"`
}

// Updates is how an update is told from a typo.
type Updates struct {
	Sensitivity string `yaml:"sensitivity" default:"normal" enum:"low,normal,high" doc:"how small a change is told"`
}

// Source is one entry under sources.
type Source struct {
	Name  string `yaml:"-"`
	Place Place  `yaml:"-"`
	Type  string `yaml:"type" required:"true" doc:"kind of source"`

	Schedule     string         `yaml:"schedule" default:"@every 15m" format:"schedule" doc:"cron words, @every 15m, CRON_TZ=… in front, or auto"`
	Start        int            `yaml:"start" default:"none" format:"start" doc:"what of the first read is shared: none, all, or a number of the newest"`
	Settle       Duration       `yaml:"settle" default:"2m" doc:"how long a new post is left to settle before it is told"`
	SettleUpdate Duration       `yaml:"settle_update" default:"10m" doc:"how long an update is left to settle before it is told"`
	MaxAge       Duration       `yaml:"max_age" default:"14d" off:"true" doc:"a post that is older on first sight is not shared; off for no limit"`
	Burst        int            `yaml:"burst" default:"10" min:"0" off:"true" doc:"more new posts at once are held for review; off for no limit"`
	Expect       Duration       `yaml:"expect" off:"true" doc:"alert when nothing was published for longer"`
	Filter       string         `yaml:"filter" format:"filter" doc:"which posts are taken, e.g. has .Tags \"go\""`
	Headers      Headers        `yaml:"headers" format:"header" doc:"HTTP headers to send"`
	Proxy        string         `yaml:"proxy" format:"proxy" doc:"proxy to go through, http://, https:// or socks5://"`
	User         string         `yaml:"user" doc:"for basic authentication"`
	Password     Secret         `yaml:"password" doc:"for basic authentication"`
	Timezone     *time.Location `yaml:"timezone" default:"UTC" format:"timezone" doc:"assumed for dates without a zone, e.g. Europe/Brussels"`
	Language     string         `yaml:"language" format:"language" doc:"assumed for posts that do not say theirs, e.g. en or pt-BR"`
	Timeout      Duration       `yaml:"timeout" default:"30s" min:"1ms" doc:"longest that one exchange may take"`
	WebSub       string         `yaml:"websub" default:"auto" enum:"auto,off" doc:"whether a hub is asked to push"`
	AllowPrivate bool           `yaml:"allow_private" doc:"may be read from private and loopback addresses"`

	// Own points to the settings struct of the kind.
	Own any `yaml:"-"`
}

// Feed is one entry under feeds: documents for feed readers.
type Feed struct {
	Name  string `yaml:"-"`
	Place Place  `yaml:"-"`

	Title       string   `yaml:"title" required:"true" doc:"title that readers see"`
	Description string   `yaml:"description" doc:"a line about the feed"`
	Link        string   `yaml:"link" format:"url" doc:"the site that the feed is of"`
	Language    string   `yaml:"language" format:"language" doc:"language of the feed, e.g. en"`
	Image       string   `yaml:"image" format:"url" doc:"URL of the feed's image"`
	Authors     []string `yaml:"authors" doc:"names, or Name <address>"`
	Icon        string   `yaml:"icon" format:"url" doc:"URL of a small square image"`
	Sources     []string `yaml:"sources" doc:"whose posts; all when left out"`
	Tags        []string `yaml:"tags" doc:"posts that have one of these tags"`
	By          []string `yaml:"by" doc:"posts of one of these authors"`
	Languages   []string `yaml:"languages" doc:"posts in one of these languages"`
	Filter      string   `yaml:"filter" format:"filter" doc:"which posts are taken"`
	Kind        string   `yaml:"kind" default:"posts" enum:"posts,updates" doc:"posts, or updates for what was changed"`
	Items       int      `yaml:"items" default:"50" min:"1" max:"5000" doc:"most posts in the document"`
	MaxAge      Duration `yaml:"max_age" off:"true" doc:"older posts are left out"`
	Content     string   `yaml:"content" default:"full" enum:"full,summary" doc:"how much of a post is given"`
	Hub         string   `yaml:"hub" format:"url" doc:"WebSub hub to be told of changes"`
	Cloud       string   `yaml:"cloud" format:"url" doc:"where an rssCloud server takes subscriptions"`
	Out         string   `yaml:"out" format:"path" doc:"folder to which the documents are written too"`
	Retired     bool     `yaml:"retired" doc:"the feed is gone for good: 410"`
	MovedTo     string   `yaml:"moved_to" format:"url" doc:"the feed has another address: 301"`
}

// Account is one entry under accounts.
type Account struct {
	Name  string `yaml:"-"`
	Place Place  `yaml:"-"`
	Type  string `yaml:"type" required:"true" doc:"kind of account"`

	Sources     []string          `yaml:"sources" doc:"whose posts; all when neither sources nor feeds are named"`
	Feeds       []string          `yaml:"feeds" doc:"posts of these feeds"`
	Filter      string            `yaml:"filter" format:"filter" doc:"which posts are shared, e.g. eq .Language \"en\""`
	Template    string            `yaml:"template" format:"template" doc:"words of a message, Go text/template"`
	Templates   map[string]string `yaml:"templates" format:"template" keys:"new,update,rerun,digest" doc:"words by the kind of message"`
	Update      string            `yaml:"update" default:"auto" enum:"auto,edit,reply,post,ignore" doc:"what becomes of an update"`
	Rerun       string            `yaml:"rerun" default:"ignore" enum:"share,ignore" doc:"what becomes of an old post that is published again"`
	Gone        string            `yaml:"gone" default:"ignore" enum:"delete,ignore" doc:"what becomes of the message when its post is removed"`
	Review      []string          `yaml:"review" default:"burst" enum:"new,update,rerun,burst" off:"true" doc:"what is held for a person to release; off for nothing"`
	Rate        Rate              `yaml:"rate" format:"rate" doc:"most messages, e.g. 6/h; the network's own when left out"`
	Spacing     Duration          `yaml:"spacing" doc:"least time between two messages"`
	Quiet       Quiet             `yaml:"quiet" format:"quiet" doc:"hours without messages, e.g. 22:00-07:00 Europe/Brussels"`
	Quota       Quota             `yaml:"quota" format:"quota" doc:"most messages of a day or month, e.g. 500/month"`
	Overflow    string            `yaml:"overflow" default:"wait" enum:"wait,digest,drop" doc:"what becomes of what exceeds rate and quota"`
	OnUnknown   string            `yaml:"on_unknown" default:"hold" enum:"hold,resend" doc:"what is done when an answer was lost and the network cannot be asked"`
	UnknownWait Duration          `yaml:"unknown_wait" default:"90s" doc:"how long after a lost answer the network is asked for the message or, where it cannot be asked, is sent the next one"`
	Stale       Duration          `yaml:"stale" default:"3d" off:"true" doc:"a message that waited longer is held for review; off for no limit"`
	Retries     int               `yaml:"retries" default:"12" min:"0" max:"1000" doc:"how often a message is tried again before it is a dead letter"`
	Long        string            `yaml:"long" default:"cut" enum:"cut,thread,link" doc:"what becomes of words that are too long"`
	Language    string            `yaml:"language" format:"language" doc:"language of messages when the post does not say"`
	Visibility  string            `yaml:"visibility" doc:"who sees it, as the network names it"`
	Warning     string            `yaml:"warning" doc:"content warning"`
	Tags        Tags              `yaml:"tags" doc:"hashtags: false, a list to add, or {max, map, add}"`
	UTM         map[string]string `yaml:"utm" keys:"source,medium,campaign,term,content,id" doc:"parameters added to links, without utm_"`
	Media       string            `yaml:"media" default:"image" enum:"all,image,page,none" doc:"which images are shown; page: where the post has none, the one that its page names (og:image)"`
	Alt         string            `yaml:"alt" default:"send" enum:"send,skip" doc:"what becomes of an image without alternative text"`

	// Own points to the settings struct of the kind.
	Own any `yaml:"-"`
}

// Tags are the rules for hashtags.
type Tags struct {
	Off bool              `yaml:"off" doc:"no hashtags"`
	Max int               `yaml:"max" min:"0" max:"30" doc:"most hashtags of a message"`
	Map map[string]string `yaml:"map" doc:"tag to hashtag; an empty one drops it"`
	Add []string          `yaml:"add" doc:"hashtags for every message"`
}
