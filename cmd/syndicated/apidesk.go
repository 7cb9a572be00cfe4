package main

import "syndicated/worker/store"

func newAPIDesk(string, string) desk { return (desk)(store.Store(nil)) }
