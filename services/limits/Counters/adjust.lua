-- Changes what one call counts: a failover's move, a settlement, a release. All or nothing, and only if the call's record still says what is expected.
-- KEYS after the meters: the set of leases, the call's record.
-- ARGV after the meters': what the record must say ('': there must be none), what it shall say, for how many ms, until when its lease runs
-- (0: it has none), then for each change: the meter's place, when what is changed was counted (ms; 0: now), when its budget's period began, how much
-- is taken back, what must fit then (0: nothing is checked), how much is added.
-- Answers 1, then every changed meter's sum before and after; -1: the record says something else; -2 and the meter that refuses, its sum, ms to wait.
local leases, record = KEYS[meters + 1], KEYS[meters + 2]
local expected, said, keep, lease = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
local first = at + 4
if (redis.call('GET', record) or '') ~= expected then return { -1 } end

-- The bucket that a moment belongs to; nil when it has run out. Whether anything was kept of it is told by the second.
local placeOf = function(i, moment, start)
  if moment == 0 then return buckets[i], true end
  if ends[i] then
    if start ~= buckets[i] then return nil end
    return start, not isNew[i]
  end
  local bucket = math.floor(moment / widths[i])
  if bucket >= buckets[i] then return buckets[i], true end
  if bucket <= buckets[i] - 60 then return nil end
  return bucket, true
end

local slots, answer = {}, { 1 }
local change = function(i, place, amount)
  if ends[i] or place == buckets[i] then
    local base = sums[i]
    if held[i] then base = held[i] end
    if base + amount < 0 then amount = -base end
    count(i, amount)
    return
  end
  local slot = text(place % 60)
  local kept = redis.call('HMGET', KEYS[i], slot)[1]
  local base = 0
  if kept then base = tonumber(kept) end
  if base + amount < 0 then amount = -base end
  if amount ~= 0 then
    slots[#slots + 1] = { KEYS[i], slot, text(base + amount) }
    sums[i] = sums[i] + amount
    isDirty[i] = true
  end
end

for pass = 1, 2 do -- first all that is taken back, then what is added: a meter may be in both
  local from = first
  while ARGV[from] do
    local i, moment, start = tonumber(ARGV[from]), tonumber(ARGV[from + 1]), tonumber(ARGV[from + 2])
    local back, needed, added = tonumber(ARGV[from + 3]), tonumber(ARGV[from + 4]), tonumber(ARGV[from + 5])
    read(i)
    local place, isKept = placeOf(i, moment, start)
    if pass == 1 then
      if needed == 0 then answer[#answer + 1] = sums[i] end
      if place and needed == 0 then
        if not isKept then back = 0 end -- a store that lost its data holds nothing to take back
        change(i, place, added - back)
      end
      if needed == 0 then answer[#answer + 1] = sums[i] end
    elseif needed > 0 then
      if sums[i] + needed > limits[i] then return { -2, i, sums[i], wait(i, needed) } end
      answer[#answer + 1] = sums[i]
      count(i, added)
      answer[#answer + 1] = sums[i]
    end
    from = from + 6
  end
end

for j = 1, #slots do redis.call('HSET', slots[j][1], slots[j][2], slots[j][3]) end
write()
redis.call('SET', record, said, 'PX', keep)
if said == '-' then
  redis.call('ZADD', leases, '-' .. text(now), record) -- below 0: when it ended, for a while
elseif lease == '0' then
  redis.call('ZREM', leases, record)
else
  redis.call('ZADD', leases, lease, record)
end
return answer
