-- Settles a lease.
-- KEYS: 1 accounts, 2 rates, 3 due, 4 queue, 5 held, 6 dead, 7 over, 8 messages,
--   9 counts, 10 recent, 11 story:SOURCE.
-- ARGV: 1 account, 2 fence, 3 id, 4 now, 5 result, 6 receipt, 7 reason, 8 next,
--   9 1 if there is a rate, 10 rate, 11 why the account is stopped or '', 12 1 if
--   it may be out, 13 decision or '', 14 most in a story, 15 most recent, 16 channel.
-- Returns 1, or 0 when the lease was lost.
-- The message's record is written before it leaves the queue, and the account's,
-- which ends the lease, at last: cut off anywhere, the message is settled or
-- leased and never both waiting and out.
local name, fence, id, now, result = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local a = account(redis.call('HGET', KEYS[1], name))
if a.fence ~= fence then return 0 end
if a.leased ~= '1' then return 1 end
local m = message(redis.call('HGET', KEYS[8], id))
if not m then return 0 end
local place = member(m, id)
local stays = result == 'retry' or result == 'defer' or result == 'doubt'
local ours = m.tried == fence
if result == 'sent' then
  m.state, m.since, m.receipt, m.reason = 'sent', now, ARGV[6], ''
  redis.call('HSET', KEYS[8], id, written(m))
  redis.call('ZADD', KEYS[7], now, m.seq .. id)
  redis.call('HINCRBY', KEYS[9], name, 1)
else
  m.reason = ARGV[7]
  if result == 'retry' then
    m.attempted = '0'
  elseif result == 'defer' and ours then
    m.try, m.attempted, m.tried = string.format('%d', tonumber(m.try) - 1), '0', '0'
  elseif result == 'dead' and ours and ARGV[12] ~= '1' then
    m.attempted = '0'
  end
  if not stays then
    m.state, m.since = result, now
    redis.call('ZADD', result == 'held' and KEYS[5] or KEYS[6], 0, place)
  end
  redis.call('HSET', KEYS[8], id, written(m))
end
if ARGV[13] ~= '' then
  redis.call('RPUSH', KEYS[11], ARGV[13])
  redis.call('LTRIM', KEYS[11], -tonumber(ARGV[14]), -1)
  redis.call('LPUSH', KEYS[10], ARGV[13])
  redis.call('LTRIM', KEYS[10], 0, tonumber(ARGV[15]) - 1)
end
if not stays then redis.call('ZREM', KEYS[4], place) end
if ARGV[9] == '1' then
  redis.call('HSET', KEYS[2], name, ARGV[10])
else
  redis.call('HDEL', KEYS[2], name)
end
a.leased, a.till, a.notbefore = '0', '0', ARGV[8]
a.head = stays and id or ''
if ARGV[11] ~= '' then a.stopped = ARGV[11] end
redis.call('HSET', KEYS[1], name, kept(a))
local first = stays and place or redis.call('ZRANGEBYLEX', KEYS[4], '[' .. name .. '\n', '(' .. name .. '\11', 'LIMIT', 0, 1)[1]
if first and a.stopped == '' then
  local due = tonumber(string.sub(first, #name + 2, #name + 14))
  redis.call('ZADD', KEYS[3], string.format('%d', math.max(due, tonumber(a.notbefore))), name)
  redis.pcall('PUBLISH', ARGV[16], '')
else
  redis.call('ZREM', KEYS[3], name)
end
return 1
