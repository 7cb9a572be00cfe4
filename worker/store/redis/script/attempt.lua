-- Writes down that messages are about to go out.
-- KEYS: accounts, messages. ARGV: account, fence, id, now, again and again.
-- Returns a number for each: 1, or 0 when the lease was lost. Once per lease.
local names, ids = {}, {}
for i = 1, #ARGV, 4 do names[#names + 1], ids[#ids + 1] = ARGV[i], ARGV[i + 2] end
local accounts, messages = get(KEYS[1], names), get(KEYS[2], ids)
local out, records = {}, {}
for n, id in ipairs(ids) do
  local fence, now = ARGV[4 * n - 2], ARGV[4 * n]
  local before, try, tried, after = match(messages[n] or '', '^(%l+ %d+ %d+ )(%d+) %d+ (%d+)( .*)$')
  if match(accounts[n] or '', '^(%d+) 1 ') ~= fence or not before then
    out[n] = 0
  else
    out[n] = 1
    if tried ~= fence then add(records, id, before .. raised(try) .. ' ' .. now .. ' ' .. fence .. after) end
  end
end
put('HSET', KEYS[2], records)
return out
