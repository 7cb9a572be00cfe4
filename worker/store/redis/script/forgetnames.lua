-- Forgets words that nothing was decided about for long, unless they were
-- touched since they were looked at.
-- KEYS: names. ARGV: word, value as it was; again and again. Returns nothing.
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return true
