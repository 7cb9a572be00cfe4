-- Settles leases.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 over, 7 messages, 8 recent,
--   then story:SOURCE as ARGV says.
-- ARGV: most in a story, most recent, channel; then again and again: 1 account,
--   2 fence, 3 id, 4 now, 5 result, 6 receipt, 7 reason, 8 next, 9 1 if there is
--   a rate, 10 rate, 11 why the account is stopped or '', 12 1 if it may be out,
--   13 decision or '', 14 number of the story's key.
-- Returns a number for each: 1, or 0 when the lease was lost.
-- A message's record is written before it leaves the queue, and the account's,
-- which ends the lease, after that: cut off anywhere, the message is settled or
-- leased and never both waiting and out.
local width, n = 14, (#ARGV - 3) / 14
local names, ids = {}, {}
for i = 1, n do names[i], ids[i] = ARGV[3 + (i - 1) * width + 1], ARGV[3 + (i - 1) * width + 3] end
local accounts, messages = {}, {}
for i, raw in ipairs(get(KEYS[1], names)) do accounts[names[i]] = account(raw) end
for i, raw in ipairs(get(KEYS[7], ids)) do messages[i] = message(raw) end

local out, ended = {}, {}
local records, over, held, dead, gone, stories, recent = {}, {}, {}, {}, {}, {}, {}
for i = 1, n do
  local at = 3 + (i - 1) * width
  local name, fence, id, now, result = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  local a, m = accounts[name], messages[i]
  if a.fence ~= fence or (a.leased == '1' and not m) then
    out[i] = 0
  elseif a.leased ~= '1' then
    out[i] = 1
  else
    out[i] = 1
    local place = member(m, id)
    local stays = result == 'retry' or result == 'defer' or result == 'doubt'
    local ours = m.tried == fence
    if result == 'sent' then
      if m.state ~= 'sent' then a.sent = raised(a.sent) end
      m.state, m.since, m.receipt, m.reason = 'sent', now, ARGV[at + 6], ''
      add(over, now, m.seq .. id)
    else
      m.reason = ARGV[at + 7]
      if result == 'retry' then
        m.attempted = '0'
      elseif result == 'defer' and ours then
        m.try, m.attempted, m.tried = format('%d', tonumber(m.try) - 1), '0', '0'
      elseif result == 'dead' and ours and ARGV[at + 12] ~= '1' then
        m.attempted = '0'
      end
      if not stays then
        m.state, m.since = result, now
        add(result == 'held' and held or dead, 0, place)
      end
    end
    add(records, id, written(m))
    if not stays then gone[#gone + 1] = place end
    if ARGV[at + 13] ~= '' then
      local story = KEYS[tonumber(ARGV[at + 14])]
      stories[story] = stories[story] or {}
      table.insert(stories[story], ARGV[at + 13])
      recent[#recent + 1] = ARGV[at + 13]
    end
    a.leased, a.till, a.notbefore = '0', '0', ARGV[at + 8]
    a.head = stays and id or ''
    a.rate = ARGV[at + 9] == '1' and ARGV[at + 10] or nil
    if ARGV[at + 11] ~= '' then a.stopped = ARGV[at + 11] end
    a.place = stays and place
    ended[name] = a
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
  put('LPUSH', KEYS[8], recent)
  redis.call('LTRIM', KEYS[8], 0, tonumber(ARGV[2]) - 1)
end
put('ZREM', KEYS[3], gone)
local changed, dues, idle, more = {}, {}, {}, false
for name, a in pairs(ended) do
  add(changed, name, kept(a))
  local first = a.place
  if a.stopped == '' and not first then
    first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
  end
  if a.stopped == '' and first then
    add(dues, format('%d', math.max(tonumber(string.sub(first, #name + 2, #name + 14)), tonumber(a.notbefore))), name)
    more = true
  else
    idle[#idle + 1] = name
  end
end
put('HSET', KEYS[1], changed)
put('ZADD', KEYS[2], dues)
put('ZREM', KEYS[2], idle)
if more then redis.pcall('PUBLISH', ARGV[3], '') end
return out
