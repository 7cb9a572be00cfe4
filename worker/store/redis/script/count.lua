-- Counts the posts that are remembered, per source: records whose key does not
-- begin with "#". KEYS: memory:SOURCE, several. Returns the numbers.
local out = {}
for i, key in ipairs(KEYS) do
  local n = 0
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 1) ~= '#' then n = n + 1 end
  end
  out[i] = n
end
return out
