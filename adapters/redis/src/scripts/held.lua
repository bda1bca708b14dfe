-- ARGV: now, time to live. Answers last use and record of each memory held, in no order. Writes nothing.

local now, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local index = read_index()
if not index then return {} end
local fields, held = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #fields, 2 do
  local entry = index[fields[i]]
  if entry and expires(entry, ttl) > now then held[#held + 1] = {entry[2], fields[i + 1]} end
end
return held
