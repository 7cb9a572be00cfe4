package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func runHealth(ctx context.Context, e env, args []string) int {
	f := flags(e, "health")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	address := "http://127.0.0.1:8081"
	if len(rest) > 0 {
		address = strings.TrimSuffix(rest[0], "/")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/healthz", nil)
	if err != nil {
		return wrongUse(e, "%v", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fail(e, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fail(e, fmt.Errorf("%s answers %s", address, resp.Status))
	}
	fmt.Fprintln(e.stdout, "well")
	return exitOK
}
