-- Put before every script that uses it.

local match, find, sub, concat, format = string.match, string.find, string.sub, table.concat, string.format

-- get reads several fields of a hash; what is not there is false.
local function get(key, fields)
  if #fields == 0 then return {} end
  if #fields <= 1000 then return redis.call('HMGET', key, unpack(fields)) end
  local out = {}
  for from = 1, #fields, 1000 do
    for i, v in ipairs(redis.call('HMGET', key, unpack(fields, from, math.min(from + 999, #fields)))) do out[from + i - 1] = v end
  end
  return out
end

-- put calls a command that takes many values, some thousand at a time.
local function put(command, key, values, option)
  for from = 1, #values, 2000 do
    local to = math.min(from + 1999, #values)
    if option then
      redis.call(command, key, option, unpack(values, from, to))
    else
      redis.call(command, key, unpack(values, from, to))
    end
  end
end

local function add(list, a, b)
  local n = #list
  list[n + 1] = a
  list[n + 2] = b
end
