-- Leases accounts that have a message to send now, with the message.
-- KEYS: 1 due, 2 accounts, 3 queue, 4 messages, 5 bodies, 6 over.
-- ARGV: now, until, max, then the accounts that the worker can send for.
-- Returns {when to ask again or '', account, fence, id, try, attempted, priority, body, rate or false, …}.
-- due only hints: it is never later than the truth. The account's record and
-- the messages tell, and what is wrong in due and queue is put right here.
local now, till, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local mine = {}
for i = 4, #ARGV do mine[ARGV[i]] = true end

-- head returns the first message of an account's queue.
local function head(name)
  while true do
    local first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
    if not first then return nil end
    local id = string.sub(first, #name + 28)
    local m = message(redis.call('HGET', KEYS[4], id))
    if m and m.state == 'waiting' and member(m, id) == first then return m, id end
    -- A write that was cut short left it: it was never queued, or it is over.
    if m and (m.state == 'sent' or m.state == 'dropped') then redis.call('ZADD', KEYS[6], m.since, m.seq .. id) end
    redis.call('ZREM', KEYS[3], first)
  end
end

-- look returns what the account is to send next and from when on; nil if nothing.
local function look(name, raw)
  local a = account(raw)
  if a.stopped ~= '' then return nil end
  if a.head ~= '' then
    local m = message(redis.call('HGET', KEYS[4], a.head))
    if m and m.state == 'waiting' then
      return {name = name, a = a, m = m, id = a.head,
        from = a.leased == '1' and tonumber(a.till) or math.max(tonumber(m.due), tonumber(a.notbefore))}
    end
  end
  local m, id = head(name)
  return m and {name = name, a = a, m = m, id = id, from = math.max(tonumber(m.due), tonumber(a.notbefore))}
end

local names, ready, exact, times = {}, {}, {}, {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  if mine[name] then names[#names + 1] = name end
end
local raws = get(KEYS[2], names)
for i, name in ipairs(names) do
  local c = look(name, raws[i])
  exact[name] = true
  if not c then
    redis.call('ZREM', KEYS[1], name)
  elseif c.from > now then
    add(times, format('%d', c.from), name)
  else
    ready[#ready + 1] = c
  end
end
table.sort(ready, function(x, y)
  if x.from ~= y.from then return x.from < y.from end
  return x.name < y.name
end)
local out, leases, ids = {''}, {}, {}
for i = 1, math.min(#ready, most) do
  local c = ready[i]
  c.a.fence, c.a.leased, c.a.till, c.a.head = raised(c.a.fence), '1', till, c.id
  add(leases, c.name, kept(c.a))
  add(times, till, c.name)
  ids[i] = c.id
end
put('HSET', KEYS[2], leases)
put('ZADD', KEYS[1], times)
for i, body in ipairs(get(KEYS[5], ids)) do
  local c = ready[i]
  for _, v in ipairs({c.name, c.a.fence, c.id, c.m.try, c.m.attempted, c.m.priority, body, c.a.rate or false}) do out[#out + 1] = v end
end
if #ready > most then
  out[1] = ARGV[1]
  return out
end
-- The hint of an account that was not looked at may be too early.
local list = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
while true do
  local first, whose
  for i = 1, #list, 2 do
    local at = tonumber(list[i + 1] or nil)
    if at and mine[list[i]] and (not first or at < first) then first, whose = at, i end
  end
  if not first then break end
  local name = list[whose]
  if exact[name] then
    out[1] = format('%d', first)
    break
  end
  local c = look(name, redis.call('HGET', KEYS[2], name))
  exact[name] = true
  if c then
    list[whose + 1] = format('%d', c.from)
    redis.call('ZADD', KEYS[1], list[whose + 1], name)
  else
    list[whose + 1] = false
    redis.call('ZREM', KEYS[1], name)
  end
end
return out
