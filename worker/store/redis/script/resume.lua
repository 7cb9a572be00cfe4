-- Lets a stopped account send again.
-- KEYS: accounts, due. ARGV: account, now, channel. Returns nothing.
local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw then return 0 end
local a = account(raw)
if a.stopped == '' then return 0 end
a.stopped = ''
local hint = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not hint or tonumber(hint) > tonumber(ARGV[2]) then redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], kept(a))
redis.pcall('PUBLISH', ARGV[3], '')
return 1
