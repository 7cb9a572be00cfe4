-- Settles leases.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 over, 7 messages, 8 recent,
--   then story:SOURCE as ARGV says.
-- ARGV: most in a story, most recent, channel; then again and again: 1 account,
--   2 fence, 3 id, 4 now, 5 result, 6 receipt, 7 reason, 8 next, 9 length of the
--   rate or -, 10 rate, 11 why the account is stopped or '', 12 1 if it may be out,
--   13 decision or '', 14 number of the story's key.
-- Returns a number for each: 1, or 0 when the lease was lost.
-- A message's record is written before it leaves the queue, and the account's,
-- which ends the lease, after that: cut off anywhere, the message is settled or
-- leased and never both waiting and out.
local width, n = 14, (#ARGV - 3) / 14
local names, ids = {}, {}
for i = 1, n do names[i], ids[i] = ARGV[14 * i - 10], ARGV[14 * i - 8] end
local accounts, messages = get(KEYS[1], names), get(KEYS[7], ids)

local out, ended, places = {}, {}, {}
local records, over, held, dead, gone, stories, recent = {}, {}, {}, {}, {}, {}, {}
for i, name in ipairs(names) do
  local at, id = 14 * i - 11, ids[i]
  local fence, now, result = ARGV[at + 2], ARGV[at + 4], ARGV[at + 5]
  local last, leased, sent, why = match(accounts[i] or '', '^(%d+) (%d) %d+ %d+ (%d+) (%d+) ')
  local state, due, seq, try, attempted, tried, tail = match(messages[i] or '', '^(%l+) (%d+) (%d+) (%d+) (%d+) (%d+) %d+ (.*)$')
  if last ~= fence or (leased == '1' and not state) then
    out[i] = 0
  elseif leased ~= '1' or ended[name] then
    out[i] = 1
  else
    out[i] = 1
    local place, reason, receipt = name .. '\n' .. due .. seq .. id, ARGV[at + 7], ''
    local stays = result == 'retry' or result == 'defer' or result == 'doubt'
    local since = now
    if result == 'sent' then
      if state ~= 'sent' then sent = raised(sent) end
      state, receipt, reason = 'sent', ARGV[at + 6], ''
      add(over, now, seq .. id)
    else
      local m = message(messages[i])
      receipt = m.receipt
      if result == 'retry' then
        attempted = '0'
      elseif result == 'defer' and tried == fence then
        try, attempted, tried = format('%d', tonumber(try) - 1), '0', '0'
      elseif result == 'dead' and tried == fence and ARGV[at + 12] ~= '1' then
        attempted = '0'
      end
      if stays then
        since = m.since
      else
        state = result
        add(result == 'held' and held or dead, 0, place)
      end
    end
    -- Of the old record the lines of the priority, account, source and post stay.
    local cut = 0
    for _ = 1, 4 do cut = find(tail, '\n', cut + 1, true) end
    add(records, id, state .. ' ' .. due .. ' ' .. seq .. ' ' .. try .. ' ' .. attempted .. ' ' .. tried .. ' ' .. since .. ' ' ..
      sub(tail, 1, cut) .. receipt .. '\n' .. reason)
    if not stays then gone[#gone + 1] = place end
    if ARGV[at + 13] ~= '' then
      local story = KEYS[tonumber(ARGV[at + 14])]
      stories[story] = stories[story] or {}
      table.insert(stories[story], ARGV[at + 13])
      recent[#recent + 1] = ARGV[at + 13]
    end
    local stopped = ARGV[at + 11]
    if stopped == '' and why ~= '0' then stopped = account(accounts[i]).stopped end
    ended[name] = fence .. ' 0 0 ' .. ARGV[at + 8] .. ' ' .. sent .. ' ' .. #stopped .. ' ' .. ARGV[at + 9] .. '\n' ..
      (stays and id or '') .. '\n' .. stopped .. ARGV[at + 10]
    places[name] = {idle = stopped ~= '', due = stays and due, notbefore = ARGV[at + 8]}
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
local changed, dues, idle = {}, {}, {}
for name, text in pairs(ended) do
  add(changed, name, text)
  local p = places[name]
  local due = p.due
  if not p.idle and not due then
    local first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
    due = first and sub(first, #name + 2, #name + 14)
  end
  if due and not p.idle then
    add(dues, format('%d', math.max(tonumber(due), tonumber(p.notbefore))), name)
  else
    idle[#idle + 1] = name
  end
end
put('HSET', KEYS[1], changed)
put('ZADD', KEYS[2], dues)
put('ZREM', KEYS[2], idle)
if #dues > 0 then redis.pcall('PUBLISH', ARGV[3], '') end
return out
