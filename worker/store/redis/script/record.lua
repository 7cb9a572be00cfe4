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
-- An account in the hash "accounts" is three lines:
--   fence leased until notbefore
--   head (id of the message that stays first, or empty)
--   why it is stopped (the rest, empty if it is not)

local function message(raw)
  if not raw then return nil end
  local m = {}
  local head
  head, m.account, m.source, m.post, m.receipt, m.reason =
    string.match(raw, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
  m.state, m.due, m.seq, m.try, m.attempted, m.tried, m.since, m.priority =
    string.match(head, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  return m
end

local function written(m)
  return table.concat({
    table.concat({m.state, m.due, m.seq, m.try, m.attempted, m.tried, m.since, m.priority}, ' '),
    m.account, m.source, m.post, m.receipt, m.reason}, '\n')
end

-- member is how the message stands in queue, held and dead.
local function member(m, id)
  return m.account .. '\n' .. m.due .. m.seq .. id
end

local function account(raw)
  local a = {fence = '0', leased = '0', till = '0', notbefore = '0', head = '', stopped = ''}
  if raw then
    a.fence, a.leased, a.till, a.notbefore, a.head, a.stopped =
      string.match(raw, '^(%S+) (%S+) (%S+) (%S+)\n([^\n]*)\n(.*)$')
  end
  return a
end

local function kept(a)
  return table.concat({a.fence, ' ', a.leased, ' ', a.till, ' ', a.notbefore, '\n', a.head, '\n', a.stopped})
end

local function raised(fence)
  return string.format('%d', tonumber(fence) + 1)
end
