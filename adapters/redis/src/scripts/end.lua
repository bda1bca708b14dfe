-- ARGV: now, time to live. Answers how many memories were held.

local now, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = 0
for _, entry in pairs(read_index() or {}) do
  if expires(entry, ttl) > now then held = held + 1 end
end
drop()
return held
