-- What check.lua and adjust.lua share: meters, each one hash. Read when first needed, kept in memory while the script runs, written at its end.
-- A window is a ring of 60 buckets: fields '0'..'59', 's' their sum, 'h' the newest bucket's number. A budget has 's', and in 'h' when its period began.
-- Only buckets that ran out since the last call are touched, so the cost does not grow with the window.
-- KEYS ends with the set of counters that are kept beyond the store, and the store's epoch: below the one that is expected it has lost what it counted.
-- ARGV begins: how many meters (their keys come first in KEYS), how many period numbers, the expected epoch, the period numbers (four a period: when the previous, the current, the
-- next and the one after begin, in ms), then for each meter its bucket width in ms (below 0: the budget of that period) and its limit.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local many = unpack or table.unpack
local text = function(n) return string.format('%d', n) end
if tonumber(redis.call('GET', KEYS[#KEYS]) or '0') < tonumber(ARGV[3]) then return redis.error_reply('COUNTERSLOST an older epoch') end
local meters, at = tonumber(ARGV[1]), 4
local starts = {}
for i = 1, tonumber(ARGV[2]) do starts[i] = tonumber(ARGV[at]); at = at + 1 end
local argumentsOfMeters = at - 1
at = at + 2 * meters
local widths, limits, buckets, sums, held, isNew, isDirty, ends = {}, {}, {}, {}, {}, {}, {}, {}

local readWindow = function(i, key, width)
  local bucket, sum, count, moved = math.floor(now / width), 0, 0, true
  local state = redis.call('HMGET', key, 'h', 's', text(bucket % 60))
  if state[1] then
    local head = tonumber(state[1])
    sum = tonumber(state[2])
    if bucket - head >= 60 then
      redis.call('DEL', key)
      sum = 0
    elseif bucket > head then
      local slots = {}
      for b = head + 1, bucket do slots[#slots + 1] = text(b % 60) end
      local gone = redis.call('HMGET', key, many(slots))
      for j = 1, #slots do
        if gone[j] then sum = sum - tonumber(gone[j]) end
      end
      redis.call('HDEL', key, many(slots))
      redis.call('HSET', key, 's', text(sum), 'h', text(bucket))
    elseif bucket < head then
      bucket = head -- the clock stepped back: count into the newest bucket
      local newest = redis.call('HMGET', key, text(bucket % 60))
      if newest[1] then count = tonumber(newest[1]) end
      moved = false
    else
      if state[3] then count = tonumber(state[3]) end
      moved = false
    end
  end
  buckets[i], sums[i], held[i], isNew[i] = bucket, sum, count, moved
end

local readBudget = function(i, key, period)
  local first = 4 * (period - 1)
  local start, stop = starts[first + 2], starts[first + 3]
  if now >= stop then
    start, stop = stop, starts[first + 4]
  elseif now < start then
    start, stop = starts[first + 1], start
  end
  local state = redis.call('HMGET', key, 'h', 's')
  local sum, moved = 0, true
  if state[1] then
    local head = tonumber(state[1])
    if head >= start then
      start, sum, moved = head, tonumber(state[2]), false
    end
  end
  buckets[i], sums[i], isNew[i], ends[i] = start, sum, moved, stop
end

local read = function(i)
  if sums[i] then return end
  local width = tonumber(ARGV[argumentsOfMeters + 2 * i - 1])
  widths[i], limits[i] = width, tonumber(ARGV[argumentsOfMeters + 2 * i])
  if width > 0 then readWindow(i, KEYS[i], width) else readBudget(i, KEYS[i], -width) end
end

local count = function(i, amount)
  if amount == 0 then return end
  sums[i] = sums[i] + amount
  if held[i] then held[i] = held[i] + amount end
  isDirty[i] = true
end

-- How long until that much fits under the limit, what was counted by this script included.
local wait = function(i, needed)
  if ends[i] then return ends[i] - now end
  local width, bucket = widths[i], buckets[i]
  local slots, surplus = {}, sums[i] + needed - limits[i]
  for b = bucket - 59, bucket do slots[#slots + 1] = text(b % 60) end
  local counts = redis.call('HMGET', KEYS[i], many(slots))
  for j = 1, 60 do
    if counts[j] then surplus = surplus - tonumber(counts[j]) end
    if surplus <= 0 then return (bucket + j) * width - now end
  end
  return width * 60
end

local write = function()
  local new = {}
  for i = 1, meters do
    if isDirty[i] then
      local key = KEYS[i]
      if isNew[i] and (ends[i] or widths[i] >= 60000) then new[#new + 1] = key end -- what is full again in minutes is not kept
      if ends[i] then
        redis.call('HSET', key, 's', text(sums[i]), 'h', text(buckets[i]))
        if isNew[i] then redis.call('PEXPIRE', key, text(ends[i] - now + 172800000)) end
      elseif isNew[i] then
        redis.call('HSET', key, text(buckets[i] % 60), text(held[i]), 's', text(sums[i]), 'h', text(buckets[i]))
        redis.call('PEXPIRE', key, text(widths[i] * 61))
      else
        redis.call('HSET', key, text(buckets[i] % 60), text(held[i]), 's', text(sums[i]))
      end
    end
  end
  if #new > 0 then redis.call('SADD', KEYS[#KEYS - 1], many(new)) end
end
