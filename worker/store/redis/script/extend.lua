-- Renews the lease of an account.
-- KEYS: accounts, due. ARGV: account, fence, until.
-- Returns the account's record, or nothing when the lease was lost.
local a = account(redis.call('HGET', KEYS[1], ARGV[1]))
if a.fence ~= ARGV[2] or a.leased == '0' then return false end
a.till = ARGV[3]
local text = kept(a)
redis.call('HSET', KEYS[1], ARGV[1], text)
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return text
