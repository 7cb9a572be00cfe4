package main

import "context"

func runJudge(context.Context, env, []string) int { return exitFailed }
