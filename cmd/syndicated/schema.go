package main

import (
	"context"

	"syndicated/config"
)

func runSchema(_ context.Context, e env, args []string) int {
	f := flags(e, "schema")
	if _, status, ok := parse(f, args); !ok {
		return status
	}
	b, err := config.Schema(kinds())
	if err != nil {
		return fail(e, err)
	}
	if _, err := e.stdout.Write(append(b, '\n')); err != nil {
		return fail(e, err)
	}
	return exitOK
}
