package embedded

import "context"

// Migrations are the program's.
func Migrations() []string { return append([]string{}, migrations...) }

// Migrate runs steps as if they were the program's.
func Migrate(ctx context.Context, path string, steps []string) error {
	h, err := openHandle(ctx, dsn(path, false))
	if err != nil {
		return err
	}
	defer h.close()
	return migrate(ctx, h, steps)
}
