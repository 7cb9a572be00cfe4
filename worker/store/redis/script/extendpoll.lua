-- Renews the lease of a source.
-- KEYS: poll, fences. ARGV: source, fence, until.
-- Returns 1, or 0 when the lease was lost.
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
