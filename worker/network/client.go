package network

// Client makes the HTTP exchanges of all networks: bounded, redacting, aware
// of rate headers; what must not be repeated is not.
type Client struct{}
