-- Sliding windows of 60 buckets, checked and counted atomically.
-- KEYS: one hash a rule. Fields: '0'..'59' the ring of buckets, 's' their sum, 'h' the newest bucket's number.
-- ARGV: for each rule its bucket width in ms and its limit.
-- Answers {1, sum, sum, …} with every rule counted, or {0, rule, sum, retry_ms} with none.
-- Only buckets that ran out since the last call are touched, so the cost does not grow with the window.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local many = unpack or table.unpack
local text = function(n) return string.format('%d', n) end
local sums, buckets, heads = {}, {}, {}

for i = 1, #KEYS do
  local width, limit = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local bucket, sum, head = math.floor(now / width), 0, nil
  local state = redis.call('HMGET', KEYS[i], 'h', 's')
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
    else
      bucket = head -- the clock stepped back: count into the newest bucket
    end
  end

  if sum + 1 > limit then
    local slots, retry, surplus = {}, width * 60, sum + 1 - limit
    for b = bucket - 59, bucket do slots[#slots + 1] = text(b % 60) end
    local counts = redis.call('HMGET', KEYS[i], many(slots))
    for j = 1, 60 do
      if counts[j] then surplus = surplus - tonumber(counts[j]) end
      if surplus <= 0 then
        retry = (bucket - 59 + j - 1 + 60) * width - now
        break
      end
    end
    return { 0, i, sum, retry }
  end

  sums[i], buckets[i], heads[i] = sum + 1, bucket, head
end

local answer = { 1 }
for i = 1, #KEYS do
  redis.call('HINCRBY', KEYS[i], text(buckets[i] % 60), 1)
  if heads[i] == buckets[i] then
    redis.call('HINCRBY', KEYS[i], 's', 1)
  else
    redis.call('HSET', KEYS[i], 's', text(sums[i]), 'h', text(buckets[i]))
    redis.call('PEXPIRE', KEYS[i], tonumber(ARGV[2 * i - 1]) * 61)
  end
  answer[i + 1] = sums[i]
end
return answer
