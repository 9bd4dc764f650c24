-- The generic cell rate algorithm for several limits at once: takes all of them or none.
--
-- KEYS: one for each limit. Its value is when the next request would be due at the limit's rate, in microseconds.
-- ARGV: for each limit the time between two requests, that time multiplied by the burst, both in microseconds, and 1 to
-- take one request, or 0 to ask whether there is room for one.
--
-- Returns {0, remaining, ..} if there is room in all limits, else {index of the first without, microseconds to wait}.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local outcome, due = {0}, {}
for index, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[3 * index - 2])
  local burst = tonumber(ARGV[3 * index - 1])
  local stored = tonumber(redis.call('GET', key)) or now
  -- Not before now, and not later than a full burst ahead, should the clock have been set back or the limit been changed.
  local base = math.min(math.max(stored, now), now + burst)
  local next = base + interval
  local room = burst - (next - now)
  -- Half a microsecond for rounding.
  if room < -0.5 then return {index, math.ceil(-room)} end
  due[index] = next
  outcome[index + 1] = math.floor((room + 0.5) / interval)
end
for index, key in ipairs(KEYS) do
  if ARGV[3 * index] == '1' then
    local left = math.ceil((due[index] - now) / 1000)
    redis.call('SET', key, string.format('%.0f', due[index]), 'PX', math.max(left, 1))
  end
end
return outcome
