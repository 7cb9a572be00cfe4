package source

import (
	"errors"
	"fmt"

	"syndicated/feeds/source/fetch"
)

// Exchange gives an error of package fetch the kinds of this package.
func Exchange(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fetch.ErrGone) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if at, ok := fetch.NotBefore(err); ok {
		return After(err, at)
	}
	return err
}
