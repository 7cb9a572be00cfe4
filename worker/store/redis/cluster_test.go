package redis_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
	"syndicated/worker/store/storetest"
)

// startCluster starts three masters that share the slots.
func startCluster(t *testing.T) string {
	t.Helper()
	need(t)
	const nodes, slots = 3, 16384
	var addrs []string
	var clients []*goredis.Client
	for i := range nodes {
		port := freePort(t)
		dir, err := os.MkdirTemp("", "rc")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		s := &server{dir: dir, url: fmt.Sprintf("redis://127.0.0.1:%d", port), args: []string{
			"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--loglevel", "warning",
		}}
		s.start(t)
		t.Cleanup(s.kill)
		c := s.client(t)
		from, to := i*slots/nodes, (i+1)*slots/nodes-1
		if err := c.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", from, to).Err(); err != nil {
			// Before version 7 every slot has to be named.
			args := []any{"CLUSTER", "ADDSLOTS"}
			for n := from; n <= to; n++ {
				args = append(args, n)
			}
			if err := c.Do(t.Context(), args...).Err(); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Do(t.Context(), "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
			t.Fatal(err)
		}
		addrs = append(addrs, fmt.Sprintf("127.0.0.1:%d", port))
		clients = append(clients, c)
	}
	for _, addr := range addrs[1:] {
		host, port, _ := strings.Cut(addr, ":")
		if err := clients[0].ClusterMeet(t.Context(), host, port).Err(); err != nil {
			t.Fatal(err)
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		ready := 0
		for _, c := range clients {
			info, err := c.ClusterInfo(t.Context()).Result()
			if err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", nodes)) {
				ready++
			}
		}
		if ready == nodes {
			return "redis+cluster://" + strings.Join(addrs, ",")
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal("the cluster does not come up")
		}
	}
}

func TestStoreOnCluster(t *testing.T) {
	url := startCluster(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, url) })
}
