-- Brings what is over from the set of layout 1, or of an import, to the list.
-- KEYS: over, past. ARGV: how many. Returns how many it brought.
local ids = redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)
if #ids == 0 then return 0 end
for i, member in ipairs(ids) do ids[i] = string.sub(member, 14) end
redis.call('RPUSH', KEYS[2], unpack(ids))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, #ids - 1)
return #ids
