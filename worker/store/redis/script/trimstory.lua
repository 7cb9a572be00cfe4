-- Takes the oldest decisions off a story, if they are still those that were
-- looked at.
-- KEYS: story:SOURCE. ARGV: the first line as it was, how many. Returns nothing.
if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then redis.call('LTRIM', KEYS[1], tonumber(ARGV[2]), -1) end
return true
