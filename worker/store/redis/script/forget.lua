-- Takes sources off the plan.
-- KEYS: poll, fences. ARGV: sources. Returns nothing.
-- The fence is raised first: whoever has the lease loses it.
for i = 1, #ARGV do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) then
    local f = math.abs(tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0'))
    redis.call('HSET', KEYS[2], ARGV[i], string.format('%d', -(f + 1)))
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return true
