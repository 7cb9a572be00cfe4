-- Leases sources that are due, most overdue first.
-- KEYS: poll, fences, states. ARGV: now, until, max.
-- Returns {score of the first on the plan or '', source, fence, state or false, …}.
-- A fence above zero is leased, one below zero is free. The fence is written
-- before the time: cut off between, the source is still due.
local sources = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
local out = {''}
for from = 1, #sources, 500 do
  local some = {}
  for i = from, math.min(from + 499, #sources) do some[#some + 1] = sources[i] end
  local was = redis.call('HMGET', KEYS[2], unpack(some))
  local states = redis.call('HMGET', KEYS[3], unpack(some))
  local fences, times = {}, {}
  for i, source in ipairs(some) do
    local fence = string.format('%d', math.abs(tonumber(was[i] or '0')) + 1)
    fences[#fences + 1] = source
    fences[#fences + 1] = fence
    times[#times + 1] = ARGV[2]
    times[#times + 1] = source
    out[#out + 1] = source
    out[#out + 1] = fence
    out[#out + 1] = states[i]
  end
  redis.call('HSET', KEYS[2], unpack(fences))
  redis.call('ZADD', KEYS[1], unpack(times))
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
out[1] = first[2] or ''
return out
