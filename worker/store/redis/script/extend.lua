-- Renews the lease of an account.
-- KEYS: accounts, due. ARGV: account, fence, until.
-- Returns 1, or 0 when the lease was lost.
local a = account(redis.call('HGET', KEYS[1], ARGV[1]))
if a.fence ~= ARGV[2] or a.leased ~= '1' then return 0 end
a.till = ARGV[3]
redis.call('HSET', KEYS[1], ARGV[1], kept(a))
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
