-- Settles leases.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 past, 7 messages, 8 bodies,
--   9 recent, then story:SOURCE as ARGV says.
-- ARGV: most in a story, most recent, channel, number of leases; then for each: 1
--   account, 2 its record, 3 the message's new record, 4 its place in the queue, 5
--   number of the key of the list or set that it goes to or '' if it stays, 6 now,
--   7 the account's new record if nothing is leased after it, 8 and 9 what stands
--   before and behind the head in its record if the next message is leased, ''
--   before it if none is to be; then the decisions: number of the lease, number of
--   the story's key, decision, again and again.
-- Returns for each: 0 when the account's record is another, else 1, or what was
--   leased as {id, record, body}.
-- A message's record is written before it leaves the queue, and the account's,
-- which ends the lease, after that: cut off anywhere, the message is settled or
-- leased and never both waiting and out. An attempt that begins is part of the
-- account's record: cut off before it, nobody was told to send. The hint in due
-- of an account that goes on stays: it is as old as the lease that ends.
local first, width = 4, 9
local behind = first + width * tonumber(ARGV[first])
local names = {}
for at = first + 1, behind, width do names[#names + 1] = ARGV[at] end

local out, ended = {}, {}
local records, past, held, dead, gone = {}, {}, {}, {}, {}
for i, raw in ipairs(get(KEYS[1], names)) do
  local at, name = first + (i - 1) * width, names[i]
  if raw ~= ARGV[at + 2] or ended[name] then
    out[i] = 0
  else
    out[i], ended[name] = 1, at
    local place, set = ARGV[at + 4], ARGV[at + 5]
    local id = sub(place, #name + 28)
    add(records, id, ARGV[at + 3])
    if set ~= '' then
      gone[#gone + 1] = place
      if set == '6' then
        past[#past + 1] = id
      else
        add(set == '4' and held or dead, 0, place)
      end
    end
  end
end
put('ZADD', KEYS[4], held)
put('ZADD', KEYS[5], dead)
put('HSET', KEYS[7], records)
put('RPUSH', KEYS[6], past)
if #ARGV > behind then
  local stories, recent = {}, {}
  for at = behind + 1, #ARGV, 3 do
    if out[tonumber(ARGV[at])] == 1 then
      local story = KEYS[tonumber(ARGV[at + 1])]
      stories[story] = stories[story] or {}
      table.insert(stories[story], ARGV[at + 2])
      recent[#recent + 1] = ARGV[at + 2]
    end
  end
  for story, lines in pairs(stories) do
    put('RPUSH', story, lines)
    redis.call('LTRIM', story, -tonumber(ARGV[1]), -1)
  end
  put('LPUSH', KEYS[9], recent)
  redis.call('LTRIM', KEYS[9], 0, tonumber(ARGV[2]) - 1)
end
put('ZREM', KEYS[3], gone)

-- What each account is to send next, and when.
local changed, dues, idle, wanted, whose = {}, {}, {}, {}, {}
local places, times = {}, {}
for i, name in ipairs(names) do
  local at = first + (i - 1) * width
  if ended[name] == at then
    local wait, stopped = '0', '0'
    if ARGV[at + 8] == '' then wait, stopped = match(ARGV[at + 7], '^%d+ %d+ %d+ (%d+) %d+ (%d+)') end
    local place
    if stopped == '0' then
      place = ARGV[at + 5] == '' and ARGV[at + 4] or
        redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
    end
    local due = place and sub(place, #name + 2, #name + 14)
    if not place then
      idle[#idle + 1] = name
      add(changed, name, ARGV[at + 7])
    elseif ARGV[at + 8] ~= '' and tonumber(due) <= tonumber(ARGV[at + 6]) then
      local n = #wanted + 1
      wanted[n], places[n], times[n], whose[n] = sub(place, #name + 28), place, due, i
    else
      add(dues, format('%d', math.max(tonumber(due), tonumber(wait))), name)
      add(changed, name, ARGV[at + 7])
    end
  end
end
local more = #dues > 0
local texts, bodies = get(KEYS[7], wanted), get(KEYS[8], wanted)
for n, i in ipairs(whose) do
  local at, name, text, body = first + (i - 1) * width, names[i], texts[n], bodies[n]
  local seq = sub(places[n], #name + 15, #name + 27)
  if text and body and find(text, 'waiting ', 1, true) == 1 and find(text, times[n], 9, true) == 9 and find(text, seq, 23, true) == 23 then
    out[i] = {wanted[n], text, body}
    local before = ARGV[at + 8]
    -- Of a doubt the attempt does not begin.
    if not find(text, '^%d+ 0 ', 37) then before = string.gsub(before, ' %d+', ' 2', 1) end
    add(changed, name, before .. wanted[n] .. ARGV[at + 9])
  else
    -- A write that was cut short left it: Claim puts that right.
    add(dues, ARGV[at + 6], name)
    add(changed, name, ARGV[at + 7])
    more = true
  end
end
put('HSET', KEYS[1], changed)
put('ZADD', KEYS[2], dues)
put('ZREM', KEYS[2], idle)
if more then redis.pcall('PUBLISH', ARGV[3], '') end
return out
