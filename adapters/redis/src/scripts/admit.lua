-- ARGV: now, time to live, capacity, weight of recency, half-life in seconds; then five per memory: id, salience
-- without recency, own end or '', namespace, record.
-- Answers per memory: whether it is held now (1, 0), and the ids that had to go for it, least salient first.

local now, ttl, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local weight, half_life = tonumber(ARGV[4]), tonumber(ARGV[5])

local index = read_index()
if not index then
  redis.call('DEL', KEYS[1])
  index = {}
end
expire(index, now, ttl)

local salience, count = {}, 0
local function rate(id)
  local age = math.max(0, (now - index[id][2]) / 1e6)
  salience[id] = math.min(1, index[id][1] + weight * 2 ^ (-age / half_life))
end
for id in pairs(index) do
  rate(id)
  count = count + 1
end

local function leaves_before(a, b)
  if salience[a] ~= salience[b] then return salience[a] < salience[b] end
  if index[a][2] ~= index[b][2] then return index[a][2] < index[b][2] end
  return a < b
end

local function least_salient()
  local least
  for id in pairs(index) do
    if not least or leaves_before(id, least) then least = id end
  end
  return least
end

local records = {}
local function leave(id)
  let_go(index, id)
  records[id] = nil
  count = count - 1
end

local function admit(id, base, own_end, namespace, record)
  local before = index[id]
  local used = now
  if before then used = math.max(before[2], now) else count = count + 1 end
  index[id] = {base, used, own_end or false, namespace}
  if expires(index[id], ttl) <= now then
    leave(id)
    return {0, {}}
  end
  records[id] = record
  rate(id)
  local admitted, evicted = 1, {}
  while count > capacity do
    local gone = least_salient()
    leave(gone)
    if gone == id then admitted = 0 else evicted[#evicted + 1] = gone end
  end
  return {admitted, evicted}
end

local answers = {}
for i = 6, #ARGV, 5 do
  answers[#answers + 1] = admit(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3], ARGV[i + 4])
end
for id, record in pairs(records) do redis.call('HSET', KEYS[1], id, record) end
write_index(index)
live_for(ttl)
return answers
