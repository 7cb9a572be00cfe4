package redis

import goredis "github.com/redis/go-redis/v9"

// SetScripts lets a test change the text of the scripts.
func (s *Store) SetScripts(change func(name, text string) string) error {
	run, err := loadFrom(func(name string) (string, error) {
		text, err := sources.ReadFile("script/" + name + ".lua")
		return change(name, string(text)), err
	})
	if err == nil {
		s.use(run)
	}
	return err
}

// Layout is the layout that this program writes.
func Layout() int { return len(migrations) }

// Workspace and Client let a test look at the keys.
func (s *Store) Workspace() string { return s.cfg.Workspace }

func (s *Store) Client() goredis.UniversalClient { return s.client }
