-- Writes down that messages are about to go out.
-- KEYS: accounts, messages. ARGV: account, fence, id, now; again and again.
-- Returns a number for each: 1, or 0 when the lease was lost. Once per lease.
local names, ids = {}, {}
for i = 1, #ARGV, 4 do names[#names + 1], ids[#ids + 1] = ARGV[i], ARGV[i + 2] end
local raws, messages = get(KEYS[1], names), get(KEYS[2], ids)
local out, records = {}, {}
for n, id in ipairs(ids) do
  local fence, now = ARGV[4 * n - 2], ARGV[4 * n]
  local a, m = account(raws[n]), message(messages[n])
  if a.fence ~= fence or a.leased ~= '1' or not m then
    out[n] = 0
  else
    out[n] = 1
    if m.tried ~= fence then
      m.try, m.attempted, m.tried = raised(m.try), now, fence
      add(records, id, written(m))
    end
  end
end
put('HSET', KEYS[2], records)
return out
