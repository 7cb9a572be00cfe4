-- Moves a message as a person says.
-- KEYS: 1 accounts, 2 due, 3 queue, 4 held, 5 dead, 6 past, 7 messages.
-- ARGV: 1 id, 2 now, 3 verb (requeue, drop, hold), 4 reason, 5 now with 13 digits, 6 channel.
-- Returns 1, or 0 when the message is in no state for it.
-- The new place is written before the record, the old one taken away after it;
-- whoever reads a place believes the record. An attempt that stands in the
-- account's record is in the message's before that changes.
local id, now, verb = ARGV[1], ARGV[2], ARGV[3]
local m = message(redis.call('HGET', KEYS[7], id))
if not m then return 0 end
local places = {waiting = KEYS[3], held = KEYS[4], dead = KEYS[5]}
local old, place = places[m.state], member(m, id)
if not old or (verb == 'requeue' and m.state == 'waiting') or (verb == 'hold' and m.state ~= 'waiting') then return 0 end
local a = account(redis.call('HGET', KEYS[1], m.account))
if a.head == id and m.state == 'waiting' then
  if a.leased ~= '0' then
    if tonumber(a.till) > tonumber(now) then return 0 end
    if #a.leased > 1 then
      begun(m, a, id)
      redis.call('HSET', KEYS[7], id, written(m))
    end
    a.fence = raised(a.fence)
  end
  a.leased, a.till, a.head = '0', '0', ''
end
local hint = redis.call('ZSCORE', KEYS[2], m.account)
if not hint or tonumber(hint) > tonumber(now) then redis.call('ZADD', KEYS[2], now, m.account) end
redis.call('HSET', KEYS[1], m.account, kept(a))
m.since, m.reason = now, ARGV[4]
if verb == 'requeue' then
  m.state, m.try = 'waiting', '0'
  if m.due > ARGV[5] then m.due = ARGV[5] end
  redis.call('ZADD', KEYS[3], 0, member(m, id))
elseif verb == 'hold' then
  m.state = 'held'
  redis.call('ZADD', KEYS[4], 0, place)
else
  m.state = 'dropped'
  redis.call('RPUSH', KEYS[6], id)
end
redis.call('HSET', KEYS[7], id, written(m))
redis.call('ZREM', old, place)
redis.pcall('PUBLISH', ARGV[6], '')
return 1
