package stream_test

import (
	"testing"

	"syndicated/worker/network"
	"syndicated/worker/network/stream"
)

func TestStream(t *testing.T) {
	a, err := stream.New(stream.Config{}, network.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if m := a.Manner(); !m.Queue || !m.Data || m.Max != 0 {
		t.Errorf("manner %+v, want messages to stay in the store, whole and with their data", m)
	}
	_, err = a.Post(t.Context(), network.Message{ID: "m1"})
	if class, _ := network.ClassOf(err); class != network.ClassPermanent {
		t.Errorf("post: got %v, want a permanent failure", err)
	}
}
