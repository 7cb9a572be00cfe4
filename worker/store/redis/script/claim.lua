-- Leases accounts that have a message to send now, with the message.
-- KEYS: 1 due, 2 accounts, 3 queue, 4 messages, 5 bodies, 6 past.
-- ARGV: now, until, max, then the accounts that the worker can send for.
-- Returns {when to ask again or '', account, its record, id, its record, body, …}.
-- due only hints: it is never later than the truth. The account's record and
-- the messages tell, and what is wrong in due and queue is put right here.
local now, till, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local mine = {}
for i = 4, #ARGV do mine[ARGV[i]] = true end

-- first returns the member at the top of an account's queue, and its id.
local function first(name)
  local top = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
  return top, top and sub(top, #name + 28)
end

-- look returns an account with the id that seems to be at its head; nil if there
-- is none, or the account is stopped.
local function look(name, raw)
  local fence, leased, till, notbefore, sent, why, size, id, rate =
    match(raw or none, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)\n([^\n]*)\n(.*)$')
  if why ~= '0' then return nil end
  local top
  if id == '' then top, id = first(name) end
  return id and {name = name, fence = fence, leased = leased, till = till, notbefore = notbefore, sent = sent,
    size = size, rate = rate, id = id, top = top, from = 0, text = ''}
end

-- judge adds to an account when it is to send what; text is the record of the
-- message at its head. nil if nothing waits.
local function judge(a, text)
  while a.id do
    local state, due, seq = match(text or '', '^(%l+) (%d+) (%d+) ')
    if state == 'waiting' and (not a.top or sub(a.top, #a.name + 2, #a.name + 27) == due .. seq) then
      if not a.top and a.leased ~= '0' then
        a.from = tonumber(a.till)
      else
        a.from = math.max(tonumber(due), tonumber(a.notbefore))
      end
      a.text = text
      return a
    end
    -- A write that was cut short left it: it was never queued, or it is over.
    if a.top then
      if state == 'sent' or state == 'dropped' then redis.call('RPUSH', KEYS[6], a.id) end
      redis.call('ZREM', KEYS[3], a.top)
    else
      -- Nobody looks at what a leased account has: this one is not.
      redis.call('HSET', KEYS[2], a.name, a.fence .. ' 0 0 ' .. a.notbefore .. ' ' .. a.sent .. ' 0 ' .. a.size .. '\n\n' .. a.rate)
    end
    a.top, a.id = first(a.name)
    text = a.id and redis.call('HGET', KEYS[4], a.id)
  end
end

local exact, times, seen, ids = {}, {}, {}, {}
local names = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  if mine[name] then names[#names + 1] = name end
end
for i, raw in ipairs(get(KEYS[2], names)) do
  local a = look(names[i], raw)
  exact[names[i]] = true
  if a then
    seen[#seen + 1], ids[#ids + 1] = a, a.id
  else
    redis.call('ZREM', KEYS[1], names[i])
  end
end
local ready, sorted = {}, true
local function before(x, y)
  if x.from ~= y.from then return x.from < y.from end
  return x.name < y.name
end
for i, text in ipairs(get(KEYS[4], ids)) do
  local a = judge(seen[i], text)
  if not a then
    redis.call('ZREM', KEYS[1], seen[i].name)
  elseif a.from > now then
    add(times, format('%d', a.from), a.name)
  else
    sorted = sorted and (#ready == 0 or before(ready[#ready], a))
    ready[#ready + 1] = a
  end
end
if not sorted then table.sort(ready, before) end
local out, leases, records = {''}, {}, {}
ids = {}
for i = 1, math.min(#ready, most) do
  local a = ready[i]
  if not a.top and #a.leased > 1 then
    local m = message(a.text)
    begun(m, {head = a.id, leased = a.leased, fence = a.fence}, a.id)
    a.text = written(m)
    add(records, a.id, a.text)
  end
  a.record = raised(a.fence) .. ' 1 ' .. till .. ' ' .. a.notbefore .. ' ' .. a.sent .. ' 0 ' .. a.size .. '\n' .. a.id .. '\n' .. a.rate
  add(leases, a.name, a.record)
  add(times, till, a.name)
  ids[i] = a.id
end
put('HSET', KEYS[4], records)
put('HSET', KEYS[2], leases)
put('ZADD', KEYS[1], times)
for i, body in ipairs(get(KEYS[5], ids)) do
  local a, n = ready[i], #out
  out[n + 1], out[n + 2], out[n + 3], out[n + 4], out[n + 5] = a.name, a.record, a.id, a.text, body
end
if #ready > most then
  out[1] = ARGV[1]
  return out
end
-- The hint of an account that was not looked at may be too early.
local from, width = 0, 16
while true do
  local page = redis.call('ZRANGE', KEYS[1], from, from + width - 1, 'WITHSCORES')
  local name, at
  for i = 1, #page, 2 do
    if mine[page[i]] then
      name, at = page[i], page[i + 1]
      break
    end
  end
  if name and exact[name] then
    out[1] = format('%d', tonumber(at))
    break
  elseif name then
    local a = look(name, redis.call('HGET', KEYS[2], name))
    a = a and judge(a, redis.call('HGET', KEYS[4], a.id))
    exact[name] = true
    if a then
      redis.call('ZADD', KEYS[1], format('%d', a.from), name)
    else
      redis.call('ZREM', KEYS[1], name)
    end
    from = 0
  elseif #page < 2 * width then
    break
  else
    from = from + width
  end
end
return out
