//go:build !unix && !windows

package embedded

import (
	"io"
	"os"
)

// lockFile has no lock to take on this system; one process per file is then
// the operator's care.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return f, writePID(f)
}
