-- The rate law for one act (domain::rate), its state being the moment at which the bucket is full again.
-- ARGV: now, interval times what the act counts as, interval times burst, all in microseconds; slack in milliseconds.
-- Answers how far that moment lay ahead, 0 to interval times burst; if the act fits, it is moved on. A moment further
-- ahead, of a clock that was set back or of a lower rate, is moved back.

local now, price, span, slack = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = tonumber(redis.call('GET', KEYS[1]) or '')
local ahead = 0
if stored then ahead = math.min(math.max(stored - now, 0), span) end
local wanted = ahead + price
local next
if wanted <= span then
  next = now + wanted
elseif stored > now + span then
  next = now + span
end
if next then
  local lives = math.ceil((next - now) / 1000) + slack
  redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', lives))
end
return ahead
