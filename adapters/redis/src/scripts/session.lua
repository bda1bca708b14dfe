-- A session is one hash. Field '~' is its index, every other field is the id of a memory and holds its record.
-- index[id] = {salience without recency, last use, the memory's own end or false, namespace}
-- Moments are microseconds since 1970, those of the caller: Redis's clock counts for the key's time to live only.
-- Doubles hold them exactly from 1685 to 2255; earlier and later ones are off by microseconds.

local INDEX = '~'

-- nil: there is no session, or one that is not ours to read.
local function read_index()
  local packed = redis.call('HGET', KEYS[1], INDEX)
  if not packed then return nil end
  local read, index = pcall(cmsgpack.unpack, packed)
  if read and type(index) == 'table' then return index end
  return nil
end

local function write_index(index)
  if next(index) == nil then
    redis.call('DEL', KEYS[1])
  else
    redis.call('HSET', KEYS[1], INDEX, cmsgpack.pack(index))
  end
end

local function live_for(ttl)
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, math.ceil(ttl / 1000))))
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
