package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// expand puts the environment into text: ${NAME} is the variable's value, $${
// stands for ${ itself. The error names the variable, never a value.
func expand(text string, env func(string) (string, bool)) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	var b strings.Builder
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			b.WriteString(text)
			return b.String(), nil
		}
		if at > 0 && text[at-1] == '$' {
			b.WriteString(text[:at-1] + "${")
			text = text[at+2:]
			continue
		}
		b.WriteString(text[:at])
		name, rest, ok := strings.Cut(text[at+2:], "}")
		if !ok || !variable(name) {
			return "", errNoVariable
		}
		value, ok := env(name)
		if !ok {
			return "", fmt.Errorf("the environment has no %s", name)
		}
		b.WriteString(value)
		text = rest
	}
}

var errNoVariable = errors.New("${ begins the name of a variable, and none follows")

func variable(name string) bool {
	for i, c := range []byte(name) {
		letter := c == '_' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) < 256
}

// maxSecret bounds a file that holds a secret.
const maxSecret = 64 << 10

// secretFile reads a secret from a file, without the line end that editors put
// there. Its error does not repeat what the file holds.
func (r *reader) secretFile(name string) (Secret, error) {
	f, err := os.Open(r.path(name))
	if err != nil {
		return Secret{}, reason(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return Secret{}, reason(err)
	}
	if len(text) > maxSecret {
		return Secret{}, errors.New("is too long for a secret")
	}
	text = bytes.TrimRight(text, "\r\n")
	if len(bytes.TrimSpace(text)) == 0 {
		return Secret{}, errors.New("is empty")
	}
	return NewSecret(string(text)), nil
}

// path makes name relative to the folder of the settings file.
func (r *reader) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(r.dir, name)
}

// reason is err without the operation and the path, which the fault has.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
