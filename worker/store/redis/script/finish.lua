-- Settles leases.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 past, 7 messages, 8 bodies,
--   9 recent, then story:SOURCE as ARGV says.
-- ARGV: most in a story, most recent, channel; then again and again: 1 account,
--   2 its record, 3 id, 4 the message's new record, 5 its place in the queue,
--   6 number of the key of the list or set that it goes to or '' if it stays, 7 now,
--   8 and 9 what stands in the account's new record between the end of the lease
--   and the head, and behind the head, 10 until when the account waits, - if it
--   is stopped, 11 fence of the lease on the next message or '' if none is to be
--   leased, 12 the end of that lease, 13 when the attempt of the next message
--   begins or '' if it does not, 14 decision or '', 15 number of the story's key.
-- Returns for each: 0 when the account's record is another, else 1, or what was
--   leased as {id, record, body}.
-- A message's record is written before it leaves the queue, and the account's,
-- which ends the lease, after that: cut off anywhere, the message is settled or
-- leased and never both waiting and out. An attempt that begins is part of the
-- account's record: cut off before it, nobody was told to send. The hint in due
-- of an account that goes on stays: it is as old as the lease that ends.
local width = 15
local names = {}
for at = 4, #ARGV, width do names[#names + 1] = ARGV[at] end
local accounts = get(KEYS[1], names)

local out, ended = {}, {}
local records, past, held, dead, gone, recent = {}, {}, {}, {}, {}, {}
local stories
for i, name in ipairs(names) do
  local at = 3 + (i - 1) * width
  if ended[name] or accounts[i] ~= ARGV[at + 2] then
    out[i] = 0
  else
    out[i], ended[name] = 1, i
    local id, set = ARGV[at + 3], ARGV[at + 6]
    add(records, id, ARGV[at + 4])
    if set ~= '' then
      gone[#gone + 1] = ARGV[at + 5]
      if set == '6' then
        past[#past + 1] = id
      else
        add(set == '4' and held or dead, 0, ARGV[at + 5])
      end
    end
    local decision = ARGV[at + 14]
    if decision ~= '' then
      local story = KEYS[tonumber(ARGV[at + 15])]
      stories = stories or {}
      stories[story] = stories[story] or {}
      table.insert(stories[story], decision)
      recent[#recent + 1] = decision
    end
  end
end
put('ZADD', KEYS[4], held)
put('ZADD', KEYS[5], dead)
put('HSET', KEYS[7], records)
put('RPUSH', KEYS[6], past)
if stories then
  for story, lines in pairs(stories) do
    put('RPUSH', story, lines)
    redis.call('LTRIM', story, -tonumber(ARGV[1]), -1)
  end
  put('LPUSH', KEYS[9], recent)
  redis.call('LTRIM', KEYS[9], 0, tonumber(ARGV[2]) - 1)
end
put('ZREM', KEYS[3], gone)

-- What each account is to send next, and when.
local changed, dues, idle, wanted, firsts, whose = {}, {}, {}, {}, {}, {}
local function free(name, at)
  add(changed, name, match(ARGV[at + 2], '^%d+') .. ' 0 0 ' .. ARGV[at + 8] .. (ARGV[at + 6] == '' and ARGV[at + 3] or '') .. ARGV[at + 9])
end
for name, i in pairs(ended) do
  local at = 3 + (i - 1) * width
  local wait, first = ARGV[at + 10]
  if wait == '-' then
  elseif ARGV[at + 6] == '' then
    first = ARGV[at + 5]
  else
    first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
  end
  if not first then
    idle[#idle + 1] = name
    free(name, at)
  else
    local from = math.max(tonumber(sub(first, #name + 2, #name + 14)), tonumber(wait))
    if ARGV[at + 11] ~= '' and from <= tonumber(ARGV[at + 7]) then
      local n = #wanted + 1
      wanted[n], firsts[n], whose[n] = sub(first, #name + 28), first, i
    else
      add(dues, format('%d', from), name)
      free(name, at)
    end
  end
end
local more = #dues > 0
local texts, bodies = get(KEYS[7], wanted), get(KEYS[8], wanted)
for n, i in ipairs(whose) do
  local at, name, id, first, text = 3 + (i - 1) * width, names[i], wanted[n], firsts[n], texts[n]
  local due = #name + 2 -- where it begins in a place; seq follows
  if text and bodies[n] and sub(text, 1, 36) == 'waiting ' .. sub(first, due, due + 12) .. ' ' .. sub(first, due + 13, due + 25) .. ' ' then
    out[i] = {id, text, bodies[n]}
    local began = ARGV[at + 13]
    if began == '' or not find(text, '^%d+ 0 ', 37) then began = '2' end
    add(changed, name, ARGV[at + 11] .. ' ' .. began .. ' ' .. ARGV[at + 12] .. ' ' .. ARGV[at + 8] .. id .. ARGV[at + 9])
  else
    -- A write that was cut short left it: Claim puts that right.
    add(dues, ARGV[at + 7], name)
    free(name, at)
    more = true
  end
end
put('HSET', KEYS[1], changed)
put('ZADD', KEYS[2], dues)
put('ZREM', KEYS[2], idle)
if more then redis.pcall('PUBLISH', ARGV[3], '') end
return out
