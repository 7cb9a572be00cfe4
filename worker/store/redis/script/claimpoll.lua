-- Leases one source, due or not, unless another has it.
-- KEYS: poll, fences, states. ARGV: source, now, until.
-- Returns {fence, state or false}, or {} when another has it.
-- Time, then fence: cut off between, nobody has it and it is due when the lease
-- would have ended.
local was = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
local till = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
if was > 0 and till > tonumber(ARGV[2]) then return {} end
local fence = string.format('%d', math.abs(was) + 1)
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], fence)
return {fence, redis.call('HGET', KEYS[3], ARGV[1])}
