-- Ends a poll: everything or, when its lease was lost, nothing.
-- KEYS: 1 poll, 2 fences, 3 states, 4 memory:SOURCE, 5 posts:SOURCE, 6 own:SOURCE,
--   7 group:TOP ('' name when the source has no slash: then not used), 8 all, 9 shelf, 10 revision,
--   11 recent, 12 names, 13 messages, 14 bodies, 15 queue, 16 held, 17 past, 18 told, 19 once,
--   20 seq, 21 accounts, 22 due, then story:SOURCE and stream:ACCOUNT as ARGV says.
-- ARGV: counts and values in the order in which they are read below.
-- Returns {0} when the lease was lost, else {1, what}: what became of each
--   message, a letter each: q queued, r replaced what it was to replace, k known,
--   t taken, - nothing.
--
-- The append-only file may keep any prefix of these writes. So what a redo
-- looks at to see that something was done is written after the thing itself:
-- the hint in due, the place in the queue and the body before the message's
-- record (by which an id is known); all messages before memory (by which a post
-- is known); memory before state; state before the fence, by which the commit is
-- known. What is cut off behind it is the time of the next poll: the source is
-- then due when the lease would have ended.
local at = 0
local function arg()
  at = at + 1
  return ARGV[at]
end

local now, source, fence, nextpoll = arg(), arg(), arg(), arg()
local hasstate, state = arg(), arg()
local keep, channel, mostrecent, moststory, day = tonumber(arg()), arg(), arg(), arg(), arg()

local lease = redis.call('HGET', KEYS[2], source)
if lease ~= fence and lease ~= '-' .. fence then return {0} end
local fresh = lease == fence
local told, woken = {}, false

-- What is to be written for the messages that are queued, all of a kind at once.
local dues, onces, tolds, queued, held, bodies, opened, records = {}, {}, {}, {}, {}, {}, {}, {}
-- What was cancelled, and the places that it leaves.
local over, left = {}, {}

-- hint lets Claim look at an account at the given time (13 digits) or earlier.
local hints = {}
local function hint(name, ms)
  local was = hints[name]
  if not was or was > ms then hints[name] = ms end
  woken = true
end

-- about lists an id among those about its post.
local listed, lists, changed = {}, {}, {}
local function about(field, id)
  local was, ids = listed[field], lists[field]
  if was and find('\n' .. was .. '\n', '\n' .. id .. '\n', 1, true) then return end
  lists[field] = ids and ids .. '\n' .. id or id
  changed[field] = true
end

-- flush writes. The records come after what they tell of: by them an id is known.
local function flush()
  for name, ms in pairs(hints) do add(dues, ms, name) end
  for field in pairs(changed) do add(tolds, field, lists[field]) end
  put('ZADD', KEYS[22], dues, 'LT')
  put('HSET', KEYS[19], onces)
  put('HSET', KEYS[18], tolds)
  put('ZADD', KEYS[15], queued)
  put('ZADD', KEYS[16], held)
  put('HSET', KEYS[14], bodies)
  put('HSET', KEYS[21], opened)
  put('HSET', KEYS[13], records)
  put('RPUSH', KEYS[17], over)
  for set, places in pairs(left) do put('ZREM', set, places) end
  over, left = {}, {}
  dues, onces, tolds, queued, held, bodies, opened, records, hints, changed = {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
end

-- blank is try, attempted, tried and since of what this commit brings.
local blank = ' 0 0 0 ' .. now .. ' '

-- record is that of a message that this commit brings.
local function record(q, state, receipt, reason)
  return state .. ' ' .. q.due .. ' ' .. q.seq .. blank .. q.priority .. '\n' .. q.account .. '\n' .. q.told .. '\n' .. receipt .. '\n' .. reason
end

local seq
local function newseq()
  seq = seq + 1
  return format('%013d', seq)
end

-- untried gives the message of an id, and its account, if it was never attempted
-- and may be changed.
local function untried(id)
  local m = message(redis.call('HGET', KEYS[13], id))
  if not m or (m.state ~= 'waiting' and m.state ~= 'held') then return end
  local a = account(redis.call('HGET', KEYS[21], m.account))
  begun(m, a, id)
  if m.attempted == '0' and m.try == '0' then return m, a end
end

-- without gives the account of a message that changes: its lease on it ends, and
-- it is not its head any more if it moves. nil if that changes nothing.
local function without(a, id, moved)
  if a.head ~= id or (a.leased == '0' and not moved) then return nil end
  if a.leased ~= '0' then
    a.fence, a.leased, a.till = raised(a.fence), '0', '0'
  end
  if moved then a.head = '' end
  return kept(a)
end

-- instead gives the message q.instead another body or cancels it. The one write
-- that does it also tells that q is done with.
local function instead(q)
  local id = q.instead
  local m, a = untried(id)
  if not m then return false end
  local moved = q.mode == 'cancel' or (q.newdue ~= '' and q.newdue ~= m.due)
  hint(m.account, format('%013d', now))
  about(q.told, q.id)
  flush()
  local text = without(a, id, moved)
  if text then redis.call('HSET', KEYS[21], m.account, text) end
  local set = m.state == 'held' and KEYS[16] or KEYS[15]
  local old = member(m, id)
  q.seq = newseq()
  local mine = record(q, 'dropped', '', 'told by ' .. id .. ': ' .. q.why)
  if q.mode == 'cancel' then
    m.state, m.since, m.reason = 'dropped', now, q.why
    redis.call('HSET', KEYS[13], id, written(m), q.id, mine)
    redis.call('HSET', KEYS[14], q.id, q.body)
    redis.call('RPUSH', KEYS[17], id, q.id)
    redis.call('ZREM', set, old)
    return true
  end
  if moved then
    m.due = q.newdue
    redis.call('ZADD', set, 0, member(m, id))
    redis.call('HSET', KEYS[13], id, written(m))
    redis.call('ZREM', set, old)
  end
  redis.call('HSET', KEYS[14], id, q.newbody, q.id, '=' .. q.body)
  redis.call('HSET', KEYS[13], q.id, mine)
  redis.call('RPUSH', KEYS[17], q.id)
  return true
end

-- only does what q, which has no id of its own, does to another. Nothing is left
-- to tell that it was done. So a new body goes first, and a redo finds a message
-- that says what it should; and what is cancelled is written together with the
-- records of what is queued, as a digest and the messages in it.
local function only(q)
  local id = q.instead
  local m, a = untried(id)
  if not m then return false end
  local set = m.state == 'held' and KEYS[16] or KEYS[15]
  local old = member(m, id)
  hint(m.account, format('%013d', now))
  if q.mode == 'cancel' then
    local text = without(a, id, true)
    if text then add(opened, m.account, text) end
    m.state, m.since, m.reason = 'dropped', now, q.why
    add(records, id, written(m))
    over[#over + 1] = id
    left[set] = left[set] or {}
    table.insert(left[set], old)
    return true
  end
  local moved = q.newdue ~= '' and q.newdue ~= m.due
  flush()
  redis.call('HSET', KEYS[14], id, q.newbody)
  local text = without(a, id, moved)
  if text then redis.call('HSET', KEYS[21], m.account, text) end
  if moved then
    m.due = q.newdue
    redis.call('ZADD', set, 0, member(m, id))
    redis.call('HSET', KEYS[13], id, written(m))
    redis.call('ZREM', set, old)
  end
  return true
end

-- place finds an id for the stream's next entry.
local function place(stream, ask)
  local last = '0-0'
  if ask then
    local info = redis.pcall('XINFO', 'STREAM', stream)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then last = info[i + 1] end
    end
  else
    local top = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
    if top[1] then last = top[1][1] end
  end
  local ms, n = match(last, '^(%d+)-(%d+)$')
  if tonumber(now) > tonumber(ms) then return now .. '-0' end
  return ms .. '-' .. raised(n)
end

-- hand gives a message to the consumers of its account. Its record first says
-- which entry it is to become, so that a redo can see whether it is there.
local function hand(q, was)
  local m = was or message(record(q, 'waiting', '', ''))
  local entry = was and match(m.receipt, '"id":"([^"]+)"')
  if not (entry and redis.call('XRANGE', q.stream, entry, entry)[1]) then
    for try = 1, 2 do
      entry = place(q.stream, try == 2)
      m.state, m.receipt = 'streaming', '{"id":"' .. entry .. '","at":"' .. q.stamp .. '"}'
      redis.call('HSET', KEYS[13], q.id, written(m))
      local added = redis.pcall('XADD', q.stream, entry, unpack(q.fields))
      if type(added) ~= 'table' then break end
      if try == 2 then return added end
    end
  end
  redis.call('RPUSH', KEYS[17], q.id)
  local a = account(redis.call('HGET', KEYS[21], q.account))
  a.sent = raised(a.sent)
  redis.call('HSET', KEYS[21], q.account, kept(a))
  m.state = 'sent'
  redis.call('HSET', KEYS[13], q.id, written(m))
end

-- Each message has seven arguments: id, account, due, the post that it is about,
-- what it takes once or '', body, and how many there are beside these.
local function extra(at)
  local q = {id = ARGV[at + 1], account = ARGV[at + 2], due = ARGV[at + 3], told = ARGV[at + 4], body = ARGV[at + 6],
    priority = ARGV[at + 8], hold = ARGV[at + 9], instead = ARGV[at + 10], mode = ARGV[at + 11], newbody = ARGV[at + 12],
    newdue = ARGV[at + 13], why = ARGV[at + 14], stamp = ARGV[at + 16], fields = {}}
  local stream = tonumber(ARGV[at + 15])
  q.stream = stream > 0 and KEYS[stream]
  for i = 17, 7 + tonumber(ARGV[at + 7]) do q.fields[i - 16] = ARGV[at + i] end
  return q
end

local places, ids, fields, wanted, names, accounts, leased = {}, {}, {}, {}, {}, {}, {}
for n = 1, tonumber(arg()) do
  local name, once = ARGV[at + 2], ARGV[at + 5]
  places[n], ids[n], fields[n] = at, ARGV[at + 1], ARGV[at + 4]
  if accounts[name] == nil then
    accounts[name] = false
    names[#names + 1] = name
  end
  if once ~= '' then wanted[#wanted + 1] = once end
  at = at + 7 + tonumber(ARGV[at + 7])
end
-- known is true, and not a record, for what this commit brought or changed.
local known, owners = {}, {}
for i, raw in ipairs(get(KEYS[13], ids)) do known[ids[i]] = raw or nil end
for i, id in ipairs(get(KEYS[19], wanted)) do owners[wanted[i]] = id end
for i, text in ipairs(get(KEYS[18], fields)) do listed[fields[i]], lists[fields[i]] = text, text end
for i, raw in ipairs(get(KEYS[21], names)) do
  accounts[names[i]] = raw
  -- Whoever leases an account looks at its queue when the lease ends.
  leased[names[i]] = raw and not find(raw, '^%d+ 0 ')
end
if fresh and #ids > 0 then seq = redis.call('INCRBY', KEYS[20], #ids) - #ids end

-- queue queues what was never seen.
local function queue(id, name, due, told, body, priority, hold)
  about(told, id)
  add(bodies, id, body)
  if not accounts[name] then
    accounts[name] = none
    add(opened, name, none)
  end
  local seq, state = newseq(), 'waiting '
  if hold == '' then
    if not leased[name] then hint(name, due) end
    add(queued, 0, name .. '\n' .. due .. seq .. id)
  else
    state = 'held '
    add(held, 0, name .. '\n' .. due .. seq .. id)
  end
  add(records, id, state .. due .. ' ' .. seq .. blank .. priority .. '\n' .. name .. '\n' .. told .. '\n\n' .. hold)
end

-- take does what a message says and returns the letter that tells it, or an error.
local function take(at)
  local id, once = ARGV[at + 1], ARGV[at + 5]
  local was, owner = known[id], once ~= '' and owners[once]
  local q = ARGV[at + 7] ~= '0' and extra(at)
  if q and fresh and not was and known[q.instead] == true then flush() end
  if id == '' then
    if not fresh or not q or q.instead == '' or not only(q) then return '-' end
    known[q.instead] = true
    return 'r'
  elseif was then
    local m = q and was ~= true and message(was)
    local bad = m and m.state == 'streaming' and q.stream and hand(q, m)
    return bad or 'k'
  elseif owner and owner ~= id and (known[owner] or redis.call('HEXISTS', KEYS[13], owner) == 1) then
    return 't'
  elseif not fresh then
    return '-'
  end
  known[id] = true
  if q and q.instead ~= '' then
    local merged = redis.call('HGET', KEYS[14], id)
    if merged and sub(merged, 1, 1) == '=' then
      q.seq = newseq()
      redis.call('RPUSH', KEYS[17], id)
      redis.call('HSET', KEYS[13], id, record(q, 'dropped', '', 'told by ' .. q.instead .. ': ' .. q.why))
      return 'k'
    elseif instead(q) then
      return 'r'
    end
  end
  if once ~= '' then
    owners[once] = id
    add(onces, once, id)
  end
  if not q then
    queue(id, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 6], '0', '')
  elseif not q.stream then
    queue(id, q.account, q.due, q.told, q.body, q.priority, q.hold)
  else
    about(q.told, id)
    q.seq = newseq()
    add(bodies, id, q.body)
    flush()
    return hand(q) or 'q'
  end
  return 'q'
end

for n, at in ipairs(places) do
  told[n] = take(at)
  if type(told[n]) ~= 'string' then return told[n] end
end
flush()
local out = {1, concat(told)}
if not fresh then return out end

local grouped = arg() == '1'
local posts, anew = tonumber(arg()), false
for _ = 1, posts do
  local key, age, body = arg(), arg(), arg()
  anew = true
  redis.call('HSET', KEYS[5], key, body)
  redis.call('ZADD', KEYS[6], age, key)
  if grouped then redis.call('ZADD', KEYS[7], age, key .. '\n' .. source) end
  redis.call('ZADD', KEYS[8], age, key .. '\n' .. source)
end
local function unshelve(key)
  redis.call('ZREM', KEYS[8], key .. '\n' .. source)
  if grouped then redis.call('ZREM', KEYS[7], key .. '\n' .. source) end
  redis.call('HDEL', KEYS[5], key)
  redis.call('ZREM', KEYS[6], key)
end
for _ = 1, tonumber(arg()) do
  anew = true
  unshelve(arg())
end
if anew then
  redis.call('ZADD', KEYS[9], 0, source)
  if posts > 0 then
    for _, key in ipairs(redis.call('ZRANGE', KEYS[6], keep, -1)) do unshelve(key) end
  end
  redis.call('INCR', KEYS[10])
end

-- A word that is known by two posts holds both: lines of source, tab, key under the day.
local words, lines, kept_words = {}, {}, {}
for n = 1, tonumber(arg()) do words[n], lines[n] = arg(), arg() end
local found = get(KEYS[12], words)
for n, word in ipairs(words) do
  local whose, was = lines[n], found[n]
  local rest = ''
  if was then rest = sub(was, find(was, '\n', 1, true), -1) end
  if not find(rest .. '\n', '\n' .. whose .. '\n', 1, true) then rest = rest .. '\n' .. whose end
  if day .. rest ~= was then add(kept_words, word, day .. rest) end
end
put('HSET', KEYS[12], kept_words)
for _ = 1, tonumber(arg()) do
  local story, lines = KEYS[tonumber(arg())], {}
  for i = 1, tonumber(arg()) do
    lines[#lines + 1] = arg()
    if i % 1000 == 0 then
      redis.call('RPUSH', story, unpack(lines))
      redis.call('LPUSH', KEYS[11], unpack(lines))
      lines = {}
    end
  end
  if #lines > 0 then
    redis.call('RPUSH', story, unpack(lines))
    redis.call('LPUSH', KEYS[11], unpack(lines))
  end
  redis.call('LTRIM', story, -tonumber(moststory), -1)
  redis.call('LTRIM', KEYS[11], 0, tonumber(mostrecent) - 1)
end

local function batched(command, key, width)
  local n = tonumber(arg())
  while n > 0 do
    local some, m = {}, math.min(n, 1000)
    for i = 1, m * width do some[i] = arg() end
    redis.call(command, key, unpack(some))
    n = n - m
  end
end
batched('HSET', KEYS[4], 2)
batched('HDEL', KEYS[4], 1)
if hasstate == '1' then redis.call('HSET', KEYS[3], source, state) end
redis.call('HSET', KEYS[2], source, '-' .. fence)
redis.call('ZADD', KEYS[1], nextpoll, source)
if woken then redis.pcall('PUBLISH', channel, '') end
return out
