package fetch_test

import (
	"context"
	"errors"
	"testing"

	"syndicated/feeds/source/fetch"
)

func TestPrivateAddressesAreRefused(t *testing.T) {
	c := fetch.NewClient(fetch.ClientOptions{})
	defer c.Close()
	for _, host := range []string{
		"127.0.0.1", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
		"0.0.0.0", "[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
		"[2002:7f00:1::]", "224.0.0.1", "[ff02::1]", "255.255.255.255", "192.0.0.192", "198.18.0.1", "[::127.0.0.1]",
	} {
		_, err := c.Get(context.Background(), "http://"+host+":9/", fetch.Options{}, fetch.State{})
		if !errors.Is(err, fetch.ErrPrivate) {
			t.Errorf("%s: got %v, want ErrPrivate", host, err)
		}
	}
}
