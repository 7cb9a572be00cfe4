-- Writes down that messages are about to go out.
-- KEYS: accounts, messages. ARGV: account, its record, id, the message's new
--   record or '' if it stays, again and again.
-- Returns a number for each: 1, or 0 when the account's record is another. While
-- that stays as it was when it was leased, so does its message's.
local names = {}
for i = 1, #ARGV, 4 do names[#names + 1] = ARGV[i] end
local out, records = {}, {}
for n, text in ipairs(get(KEYS[1], names)) do
  local at = 4 * n - 4
  out[n] = 0
  if text == ARGV[at + 2] then
    out[n] = 1
    if ARGV[at + 4] ~= '' then add(records, ARGV[at + 3], ARGV[at + 4]) end
  end
end
put('HSET', KEYS[2], records)
return out
