-- Takes the oldest of a list, if they are still those that were looked at.
-- KEYS: the list. ARGV: its first as it was, how many. Returns nothing.
if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then redis.call('LTRIM', KEYS[1], tonumber(ARGV[2]), -1) end
return true
