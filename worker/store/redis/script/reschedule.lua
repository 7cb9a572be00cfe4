-- Ends polls that found nothing new.
-- KEYS: poll, fences, states.
-- ARGV: source, fence, next, 1 if there is a state, state; again and again.
-- Returns nothing. Leases that were lost are passed over.
-- State, then fence, then time: cut off anywhere, the source is polled again
-- when the lease would have ended.
for i = 1, #ARGV, 5 do
  local source, fence = ARGV[i], ARGV[i + 1]
  if redis.call('HGET', KEYS[2], source) == fence then
    if ARGV[i + 3] == '1' then redis.call('HSET', KEYS[3], source, ARGV[i + 4]) end
    redis.call('HSET', KEYS[2], source, '-' .. fence)
    redis.call('ZADD', KEYS[1], ARGV[i + 2], source)
  end
end
return true
