package folder

import "syndicated/feeds"

// Post reads one file without a folder, for the fuzz test.
func (s *Source) Post(name string, text []byte) (feeds.Post, error) {
	p, err := s.parse(name, text)
	if err != nil {
		return feeds.Post{}, err
	}
	return p.post, nil
}
