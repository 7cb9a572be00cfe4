-- Settles leases.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 over, 7 messages, 8 bodies,
--   9 recent, then story:SOURCE as ARGV says.
-- ARGV: most in a story, most recent, channel; then again and again: 1 account,
--   2 its record, 3 id, 4 the message's new record, 5 its place in the queue,
--   6 number of the key of the set that it goes to or '' if it stays, 7 now,
--   8 fence, 9 and 10 what stands in the account's new record between the end of
--   the lease and the head, and behind the head, 11 until when the account waits,
--   - if it is stopped, 12 the end of the lease on the next message or '' if none
--   is to be leased, 13 decision or '', 14 number of the story's key, 15 1 if the
--   attempt of the next message begins.
-- Returns for each: 0 when the account's record is another, else 1, or what was
--   leased as {id, record, body}.
-- A message's record is written before it leaves the queue, and the account's,
-- which ends the lease, after that: cut off anywhere, the message is settled or
-- leased and never both waiting and out. An attempt that begins comes last: cut
-- off before it, nobody was told to send.
local width = 15
local names = {}
for at = 3, #ARGV - 1, width do names[#names + 1] = ARGV[at + 1] end
local accounts = get(KEYS[1], names)

local out, ended = {}, {}
local records, over, held, dead, gone, stories, recent = {}, {}, {}, {}, {}, {}, {}
for i, name in ipairs(names) do
  local at = 3 + (i - 1) * width
  out[i] = 0
  if not ended[name] and accounts[i] == ARGV[at + 2] then
    out[i], ended[name] = 1, i
    local place, set = ARGV[at + 5], ARGV[at + 6]
    add(records, ARGV[at + 3], ARGV[at + 4])
    if set == '6' then
      add(over, ARGV[at + 7], sub(place, #name + 15))
    elseif set ~= '' then
      add(set == '4' and held or dead, 0, place)
    end
    if set ~= '' then gone[#gone + 1] = place end
    if ARGV[at + 13] ~= '' then
      local story = KEYS[tonumber(ARGV[at + 14])]
      stories[story] = stories[story] or {}
      table.insert(stories[story], ARGV[at + 13])
      recent[#recent + 1] = ARGV[at + 13]
    end
  end
end
put('ZADD', KEYS[4], held)
put('ZADD', KEYS[5], dead)
put('HSET', KEYS[7], records)
put('ZADD', KEYS[6], over)
for story, lines in pairs(stories) do
  put('RPUSH', story, lines)
  redis.call('LTRIM', story, -tonumber(ARGV[1]), -1)
end
if #recent > 0 then
  put('LPUSH', KEYS[9], recent)
  redis.call('LTRIM', KEYS[9], 0, tonumber(ARGV[2]) - 1)
end
put('ZREM', KEYS[3], gone)

-- What each account is to send next, and when.
local changed, dues, idle, nexts, which = {}, {}, {}, {}, {}
local more = false
local function free(at, name)
  add(changed, name, ARGV[at + 8] .. ' 0 0 ' .. ARGV[at + 9] .. (ARGV[at + 6] == '' and ARGV[at + 3] or '') .. ARGV[at + 10])
end
for name, i in pairs(ended) do
  local at = 3 + (i - 1) * width
  local first
  if ARGV[at + 11] ~= '-' then
    first = ARGV[at + 6] == '' and ARGV[at + 5] or
      redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
  end
  if not first then
    idle[#idle + 1] = name
    free(at, name)
  else
    local from = math.max(tonumber(sub(first, #name + 2, #name + 14)), tonumber(ARGV[at + 11]))
    if ARGV[at + 12] ~= '' and from <= tonumber(ARGV[at + 7]) then
      nexts[#nexts + 1], which[#which + 1] = first, i
    else
      add(dues, format('%d', from), name)
      free(at, name)
      more = true
    end
  end
end
local wanted, begun = {}, {}
for n, i in ipairs(which) do wanted[n] = sub(nexts[n], #names[i] + 28) end
local texts, bodies = get(KEYS[7], wanted), get(KEYS[8], wanted)
for n, i in ipairs(which) do
  local at, name, id = 3 + (i - 1) * width, names[i], wanted[n]
  local due, seq = match(texts[n] or '', '^waiting (%d+) (%d+) ')
  if due and bodies[n] and sub(nexts[n], #name + 2, #name + 27) == due .. seq then
    local text = texts[n]
    if ARGV[at + 15] == '1' then
      local before, try, rest = match(text, '^(waiting %d+ %d+ )(%d+) 0 %d+( .*)$')
      if before then
        text = before .. raised(try) .. ' ' .. ARGV[at + 7] .. ' ' .. raised(ARGV[at + 8]) .. rest
        add(begun, id, text)
      end
    end
    out[i] = {id, text, bodies[n]}
    add(changed, name, raised(ARGV[at + 8]) .. ' 2 ' .. ARGV[at + 12] .. ' ' .. ARGV[at + 9] .. id .. ARGV[at + 10])
    add(dues, ARGV[at + 12], name)
  else
    -- A write that was cut short left it: Claim puts that right.
    free(at, name)
    add(dues, ARGV[at + 7], name)
    more = true
  end
end
put('HSET', KEYS[1], changed)
put('ZADD', KEYS[2], dues)
put('ZREM', KEYS[2], idle)
put('HSET', KEYS[7], begun)
if more then redis.pcall('PUBLISH', ARGV[3], '') end
return out
