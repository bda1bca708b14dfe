-- ARGV: now, time to live; then ids. What is not held is passed over.

local now, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local index = read_index()
if not index then return 0 end
expire(index, now, ttl)
local touched = 0
for i = 3, #ARGV do
  local entry = index[ARGV[i]]
  if entry then
    entry[2] = math.max(entry[2], now)
    touched = touched + 1
  end
end
write_index(index)
if touched > 0 then live_for(ttl) end
return touched
