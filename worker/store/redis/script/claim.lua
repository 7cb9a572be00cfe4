-- Leases accounts that have a message to send now, with the message.
-- KEYS: 1 due, 2 accounts, 3 rates, 4 queue, 5 messages, 6 bodies, 7 over.
-- ARGV: now, until, max, then the accounts that the worker can send for.
-- Returns {when to ask again or '', account, fence, id, try, attempted, priority, body, rate or false, …}.
-- due only hints: it is never later than the truth. The account's record and
-- the messages tell, and what is wrong in due and queue is put right here.
local now, till, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local mine = {}
for i = 4, #ARGV do mine[ARGV[i]] = true end

-- look returns what the account is to send next and from when on; nil if nothing.
local function look(name)
  local a = account(redis.call('HGET', KEYS[2], name))
  if a.stopped ~= '' then return nil end
  if a.head ~= '' then
    local m = message(redis.call('HGET', KEYS[5], a.head))
    if m and m.state == 'waiting' then
      return {name = name, a = a, m = m, id = a.head,
        from = a.leased == '1' and tonumber(a.till) or math.max(tonumber(m.due), tonumber(a.notbefore))}
    end
  end
  while true do
    local first = redis.call('ZRANGEBYLEX', KEYS[4], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
    if not first then return nil end
    local id = string.sub(first, #name + 28)
    local m = message(redis.call('HGET', KEYS[5], id))
    if m and m.state == 'waiting' and member(m, id) == first then
      return {name = name, a = a, m = m, id = id, from = math.max(tonumber(m.due), tonumber(a.notbefore))}
    end
    -- A write that was cut short left it: it was never queued, or it is over.
    if m and (m.state == 'sent' or m.state == 'dropped') then redis.call('ZADD', KEYS[7], m.since, m.seq .. id) end
    redis.call('ZREM', KEYS[4], first)
  end
end

local ready, exact = {}, {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  if mine[name] then
    local c = look(name)
    exact[name] = true
    if not c then
      redis.call('ZREM', KEYS[1], name)
    elseif c.from > now then
      redis.call('ZADD', KEYS[1], string.format('%d', c.from), name)
    else
      ready[#ready + 1] = c
    end
  end
end
table.sort(ready, function(x, y)
  if x.from ~= y.from then return x.from < y.from end
  return x.name < y.name
end)
local out = {''}
for i, c in ipairs(ready) do
  if i > most then break end
  c.a.fence, c.a.leased, c.a.till, c.a.head = raised(c.a.fence), '1', till, c.id
  redis.call('HSET', KEYS[2], c.name, kept(c.a))
  redis.call('ZADD', KEYS[1], till, c.name)
  for _, v in ipairs({c.name, c.a.fence, c.id, c.m.try, c.m.attempted, c.m.priority,
    redis.call('HGET', KEYS[6], c.id), redis.call('HGET', KEYS[3], c.name)}) do
    out[#out + 1] = v
  end
end
if #ready > most then
  out[1] = ARGV[1]
else
  while true do
    local first, whose
    for name in pairs(mine) do
      local at = redis.call('ZSCORE', KEYS[1], name)
      if at and (not first or tonumber(at) < first) then first, whose = tonumber(at), name end
    end
    if not first then break end
    if exact[whose] then
      out[1] = string.format('%d', first)
      break
    end
    local c = look(whose)
    exact[whose] = true
    if c then
      redis.call('ZADD', KEYS[1], string.format('%d', c.from), whose)
    else
      redis.call('ZREM', KEYS[1], whose)
    end
  end
end
return out
