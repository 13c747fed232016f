-- Sliding windows of 60 buckets, checked and counted atomically, for many requests at once.
-- KEYS: one hash a rule. Fields: '0'..'59' the ring of buckets, 's' their sum, 'h' the newest bucket's number.
-- ARGV: for each rule its bucket width in ms and its limit; then for each group of requests under the same rules: how many requests, how many
-- rules, and the rules' places in KEYS.
-- Answers a list for each group: how many of its requests passed, then for the others the rule that refuses (0: there are none), its sum and the ms
-- until it would pass, then every rule's sum. A request counts against all of its rules or none.
-- Only buckets that ran out since the last call are touched, so the cost does not grow with the window.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local many = unpack or table.unpack
local text = function(n) return string.format('%d', n) end
local widths, limits, buckets, sums, before, held, isNew = {}, {}, {}, {}, {}, {}, {}
local rules = #KEYS

for i = 1, rules do
  local width = tonumber(ARGV[2 * i - 1])
  local bucket, sum, count, head, moved = math.floor(now / width), 0, 0, nil, true
  local state = redis.call('HMGET', KEYS[i], 'h', 's', text(bucket % 60))
  if state[1] then
    head, sum = tonumber(state[1]), tonumber(state[2])
    if bucket - head >= 60 then
      redis.call('DEL', KEYS[i])
      head, sum = nil, 0
    elseif bucket > head then
      local slots = {}
      for b = head + 1, bucket do slots[#slots + 1] = text(b % 60) end
      local gone = redis.call('HMGET', KEYS[i], many(slots))
      for j = 1, #slots do
        if gone[j] then sum = sum - tonumber(gone[j]) end
      end
      redis.call('HDEL', KEYS[i], many(slots))
      redis.call('HSET', KEYS[i], 's', text(sum), 'h', text(bucket))
    elseif bucket < head then
      bucket = head -- the clock stepped back: count into the newest bucket
      local newest = redis.call('HMGET', KEYS[i], text(bucket % 60))
      if newest[1] then count = tonumber(newest[1]) end
      moved = false
    else
      if state[3] then count = tonumber(state[3]) end
      moved = false
    end
  end
  widths[i], limits[i], buckets[i], sums[i], before[i], held[i] = width, tonumber(ARGV[2 * i]), bucket, sum, sum, count
  isNew[i] = moved
end

-- How long until one more fits under the rule, sums of this call included.
local wait = function(i)
  local width, bucket = widths[i], buckets[i]
  local slots, surplus = {}, sums[i] + 1 - limits[i]
  for b = bucket - 59, bucket do slots[#slots + 1] = text(b % 60) end
  local counts = redis.call('HMGET', KEYS[i], many(slots))
  for j = 1, 60 do
    if counts[j] then surplus = surplus - tonumber(counts[j]) end
    if surplus <= 0 then return (bucket - 59 + j - 1 + 60) * width - now end
  end
  return width * 60
end

local answer, at = {}, 2 * rules + 1
while ARGV[at] do
  local wanted, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local passed, refusing = wanted, 0
  for j = 1, count do
    local i = tonumber(ARGV[at + 1 + j])
    local room = limits[i] - sums[i]
    if room < 0 then room = 0 end
    if room < passed then passed, refusing = room, j end
  end
  local group = { passed, refusing, 0, 0 }
  for j = 1, count do
    local i = tonumber(ARGV[at + 1 + j])
    sums[i] = sums[i] + passed
    group[4 + j] = sums[i]
    if j == refusing then group[3], group[4] = sums[i], wait(i) end
  end
  answer[#answer + 1] = group
  at = at + 2 + count
end

for i = 1, rules do
  local added = sums[i] - before[i]
  if added > 0 then
    local slot, count = text(buckets[i] % 60), text(held[i] + added)
    if isNew[i] then
      redis.call('HSET', KEYS[i], slot, count, 's', text(sums[i]), 'h', text(buckets[i]))
      redis.call('PEXPIRE', KEYS[i], widths[i] * 61)
    else
      redis.call('HSET', KEYS[i], slot, count, 's', text(sums[i]))
    end
  end
end
return answer
