package telegram

import (
	"context"
	"errors"
	"maps"
	"strings"

	"syndicated/worker/network"
)

// errNoPhoto says that the picture cannot go along; nothing was posted.
var errNoPhoto = errors.New("no picture")

// refusedPhoto are the words by which the server refuses a picture.
var refusedPhoto = []string{
	"wrong file identifier", "failed to get http url content", "wrong type of the web page content", "image_process_failed",
	"photo_invalid_dimensions", "photo_ext_invalid", "wrong remote file", "webpage_curl_failed", "webpage_media_empty",
	"there is no photo", "photo_save_file_invalid", "file is too big", "not enough rights to send photos",
}

// photo sends the message's first picture with the text as its caption.
func (a *Account) photo(ctx context.Context, m network.Message, caption string, base map[string]any) (network.Receipt, error) {
	f, err := a.picture(ctx, m.Media[0])
	if err != nil {
		a.env.Log.Warn("picture left out", "account", a.env.Name, "message", m.ID, "err", err)
		return network.Receipt{}, errNoPhoto
	}
	params := map[string]any{"caption": caption}
	maps.Copy(params, base)
	if m.Warning != "" {
		params["has_spoiler"] = true
	}
	r, err := a.deliver(ctx, "sendPhoto", params, f)
	if says(err, refusedPhoto...) {
		return network.Receipt{}, errNoPhoto
	}
	return r, err
}

// limits of sendPhoto: 10 MB, width and height 10,000 together
// (https://core.telegram.org/bots/api#sendphoto). Telegram itself scales to 2560.
var limits = network.ImageLimits{Bytes: 10 << 20, Side: 2560}

// picture fetches an image out of a post.
func (a *Account) picture(ctx context.Context, m network.Media) (*file, error) {
	p, err := network.Image(ctx, a.env.HTTP, m, limits)
	if err != nil {
		return nil, err
	}
	return &file{name: "picture." + strings.TrimPrefix(p.Type, "image/"), mime: p.Type, data: p.Bytes}, nil
}
