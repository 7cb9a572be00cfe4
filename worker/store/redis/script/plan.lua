-- Puts sources on the plan.
-- KEYS: poll, fences.
-- ARGV: source, next, sooner (1 or 0), again and again.
-- Returns nothing.
-- A source that is planned keeps its time, unless sooner is set, next is
-- earlier and nobody has leased it.
for i = 1, #ARGV, 3 do
  local source, at = ARGV[i], ARGV[i + 1]
  local was = redis.call('ZSCORE', KEYS[1], source)
  if not was then
    redis.call('ZADD', KEYS[1], at, source)
  elseif ARGV[i + 2] == '1' and tonumber(at) < tonumber(was)
      and tonumber(redis.call('HGET', KEYS[2], source) or '0') <= 0 then
    redis.call('ZADD', KEYS[1], at, source)
  end
end
return true
