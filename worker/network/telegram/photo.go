package telegram

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

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

// maxPhoto is the largest picture that sendPhoto takes, in bytes
// (https://core.telegram.org/bots/api#sendphoto).
const maxPhoto = 10 << 20

// picture fetches an image out of a post.
func (a *Account) picture(ctx context.Context, m network.Media) (*file, error) {
	got, err := a.env.HTTP.Fetch(ctx, m.URL, maxPhoto)
	if err != nil {
		return nil, err
	}
	switch kind := http.DetectContentType(got.Body); kind {
	case "image/jpeg":
		return &file{name: "picture.jpg", mime: kind, data: got.Body}, nil
	case "image/png":
		return &file{name: "picture.png", mime: kind, data: got.Body}, nil
	default:
		return nil, fmt.Errorf("the picture is %s", kind)
	}
}
