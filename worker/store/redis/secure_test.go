package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/worker/store"
	"syndicated/worker/store/redis"
	"syndicated/worker/store/storetest"
)

// rights are those that the package comment names, all that a worker needs.
var rights = []string{
	"-@all", "+@hash", "+@sortedset", "+@list", "+@stream", "+@string", "+eval", "+evalsha", "+exists", "+unlink", "+scan",
	"+time", "+wait", "+subscribe", "+publish", "+ping", "+hello", "+select", "+client|setname", "+info", "+config|get",
}

// TestStoreOverTLS tests the rules as a user with no more than the rights that
// are documented, over TLS with a certificate on either side.
func TestStoreOverTLS(t *testing.T) {
	need(t)
	dir := t.TempDir()
	certificates(t, dir)
	file := func(name string) string { return filepath.Join(dir, name) }
	port := freePort(t)
	s := startServerIf(t, "TLS", "--tls-port", fmt.Sprint(port), "--bind", "127.0.0.1", "--tls-cert-file", file("server.pem"), "--tls-key-file", file("server.key"),
		"--tls-ca-cert-file", file("ca.pem"), "--tls-auth-clients", "yes")
	args := []any{"ACL", "SETUSER", "worker", "on", ">p@ss", "~syndicated:*", "resetchannels", "&syndicated:*"}
	for _, r := range rights {
		args = append(args, r)
	}
	if err := s.client(t).Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("rediss://worker:p%%40ss@127.0.0.1:%d/0", port)
	q := url.Values{"ca": {file("ca.pem")}, "cert": {file("client.pem")}, "key": {file("client.key")}}
	t.Run("without trust", func(t *testing.T) {
		for name, text := range map[string]string{
			"unknown authority": base + "?" + url.Values{"cert": q["cert"], "key": q["key"]}.Encode(),
			"another name":      base + "?" + q.Encode() + "&server_name=example.org",
			"no certificate":    base + "?ca=" + url.QueryEscape(file("ca.pem")),
			"no TLS":            strings.Replace(base, "rediss", "redis", 1) + "?timeout=1s",
		} {
			st, err := redis.Open(t.Context(), redis.Config{URL: text})
			if err == nil {
				st.Close()
				t.Errorf("%s: no error", name)
			} else if strings.Contains(err.Error(), "p@ss") || strings.Contains(err.Error(), "p%40ss") {
				t.Errorf("%s: the error tells the password: %v", name, err)
			}
		}
	})
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, base+"?"+q.Encode()) })
}

// startServerIf skips the test where the server was built without a feature.
func startServerIf(t *testing.T, feature string, args ...string) *server {
	t.Helper()
	probe := &server{dir: t.TempDir()}
	probe.args = append([]string{"--port", "0", "--unixsocket", filepath.Join(probe.dir, "s"), "--dir", probe.dir}, args...)
	if out, ok := probe.refuses(t); ok {
		t.Skipf("redis-server was built without %s: %s", feature, out)
	}
	return startServer(t, args...)
}

// certificates makes an authority and what it has signed for 127.0.0.1.
func certificates(t *testing.T, dir string) {
	t.Helper()
	make := func(name string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: parent == nil,
			KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
		if parent == nil {
			parent, signer = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for file, block := range map[string]*pem.Block{name + ".pem": {Type: "CERTIFICATE", Bytes: der}, name + ".key": {Type: "PRIVATE KEY", Bytes: secret}} {
			if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return c, key
	}
	ca, signer := make("ca", nil, nil)
	make("server", ca, signer)
	make("client", ca, signer)
}
