-- The rate law for one act (domain::rate), its state being the moment at which the bucket is full again.
-- ARGV: now, how far ahead that moment may lie for the act to pass, how far the act moves it on, how far ahead it can come
-- to lie, all in microseconds; how much longer the key is kept, in milliseconds.
-- Answers how far that moment lay ahead; if the act passes, it is moved on. A moment further ahead than it can come to lie, of
-- a clock that was set back or of a lower rate, is moved back.

local now, slack, price, furthest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = tonumber(redis.call('GET', KEYS[1]) or '')
local ahead = 0
if stored then ahead = math.min(math.max(stored - now, 0), furthest) end
local next
if ahead <= slack then
  next = now + ahead + price
elseif stored > now + furthest then
  next = now + furthest
end
if next then
  local lives = math.ceil((next - now) / 1000) + tonumber(ARGV[5])
  redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', lives))
end
return ahead
