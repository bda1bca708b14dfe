-- A session is one hash. Field '~' is its index, every other field is the id of a memory and holds its record.
-- index[id] = {salience without recency, last use, the memory's own end or false, namespace}
-- Moments are microseconds since 1970, those of the caller: Redis's clock counts for the key's time to live only.
-- Doubles hold them exactly from 1685 to 2255; earlier and later ones are off by microseconds.
-- KEYS[2] is the list of the tenant's sessions: a sorted set of their keys, each with the moment at which it expires, in
-- milliseconds of Redis's clock. A session that is not in it holds nothing: so who forgets looks at those in it only, though
-- Redis may drop the list before them.

local INDEX = '~'

-- nil: there is no session, or one that is not ours to read.
local function read_index()
  local packed = redis.call('HGET', KEYS[1], INDEX)
  if not packed or not redis.call('ZSCORE', KEYS[2], KEYS[1]) then return nil end
  local read, index = pcall(cmsgpack.unpack, packed)
  if read and type(index) == 'table' then return index end
  return nil
end

local function drop()
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], KEYS[1])
end

local function write_index(index)
  if next(index) == nil then
    drop()
  else
    redis.call('HSET', KEYS[1], INDEX, cmsgpack.pack(index))
  end
end

-- Gives the session its whole time to live, if there is one, in the list too, which lives as long as its longest.
local function live_for(ttl)
  local lives = math.max(1, math.ceil(ttl / 1000))
  if redis.call('PEXPIRE', KEYS[1], string.format('%.0f', lives)) == 0 then return end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', now))
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + lives), KEYS[1])
  if redis.call('PTTL', KEYS[2]) < lives then redis.call('PEXPIRE', KEYS[2], string.format('%.0f', lives)) end
end

-- Last use and time to live, or the memory's own end if that is earlier.
local function expires(entry, ttl)
  local idle = entry[2] + ttl
  if entry[3] and entry[3] < idle then return entry[3] end
  return idle
end

local function let_go(index, id)
  index[id] = nil
  redis.call('HDEL', KEYS[1], id)
end

local function expire(index, now, ttl)
  for id, entry in pairs(index) do
    if expires(entry, ttl) <= now then let_go(index, id) end
  end
end
