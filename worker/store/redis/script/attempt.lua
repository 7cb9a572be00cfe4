-- Writes down that a message is about to go out.
-- KEYS: accounts, messages. ARGV: account, fence, id, now.
-- Returns 1, or 0 when the lease was lost. Once per lease.
local a = account(redis.call('HGET', KEYS[1], ARGV[1]))
if a.fence ~= ARGV[2] or a.leased ~= '1' then return 0 end
local m = message(redis.call('HGET', KEYS[2], ARGV[3]))
if not m then return 0 end
if m.tried ~= ARGV[2] then
  m.try, m.attempted, m.tried = raised(m.try), ARGV[4], ARGV[2]
  redis.call('HSET', KEYS[2], ARGV[3], written(m))
end
return 1
