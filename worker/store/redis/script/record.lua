-- How messages and accounts are written down. Put before every script that
-- reads or writes them.
--
-- A message in the hash "messages" is six lines:
--   state due seq try attempted tried since priority
--   account
--   source
--   post
--   receipt (JSON, empty if it was not sent)
--   reason (the rest)
-- due and seq have 13 digits, so that their text sorts as they do.
--
-- An account in the hash "accounts" is two lines and a tail:
--   fence leased until notbefore sent stopped rate
--   head (id of the message that stays first, or empty)
--   why it is stopped, then its rate state; stopped and rate above are their
--   lengths in bytes, rate is - when there is none; leased is 0, 1, 2 when the
--   lease came from settling the one before it, or, when the attempt of the
--   message at its head began with that, the time of it, which the message's own
--   record then does not tell

-- none is an account of which nothing is known.
local none = '0 0 0 0 0 0 -\n\n'

local function message(raw)
  if not raw then return nil end
  local m = {}
  m.state, m.due, m.seq, m.try, m.attempted, m.tried, m.since, m.priority, m.account, m.about, m.receipt, m.reason =
    match(raw, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)\n([^\n]*)\n([^\n]*\n[^\n]*)\n([^\n]*)\n(.*)$')
  return m
end

-- about is the lines of source and post.
local function written(m)
  return concat({m.state, ' ', m.due, ' ', m.seq, ' ', m.try, ' ', m.attempted, ' ', m.tried, ' ', m.since, ' ', m.priority, '\n',
    m.account, '\n', m.about, '\n', m.receipt, '\n', m.reason})
end

-- member is how the message stands in queue, held and dead.
local function member(m, id)
  return m.account .. '\n' .. m.due .. m.seq .. id
end

local function account(raw)
  local a = {}
  local why, rate, tail
  a.fence, a.leased, a.till, a.notbefore, a.sent, why, rate, a.head, tail =
    match(raw or none, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)\n([^\n]*)\n(.*)$')
  why = tonumber(why)
  a.stopped = sub(tail, 1, why)
  if rate ~= '-' then a.rate = sub(tail, why + 1) end
  return a
end

local function kept(a)
  return concat({a.fence, ' ', a.leased, ' ', a.till, ' ', a.notbefore, ' ', a.sent, ' ', #a.stopped, ' ', a.rate and #a.rate or '-', '\n',
    a.head, '\n', a.stopped, a.rate or ''})
end

local function raised(n)
  return format('%d', tonumber(n) + 1)
end

-- begun gives a message the attempt that stands in its account's record.
local function begun(m, a, id)
  if a.head == id and #a.leased > 1 and m.tried ~= a.fence then
    m.try, m.attempted, m.tried = raised(m.try), a.leased, a.fence
  end
end

