-- Changes what calls count, each on its own: a failover's move, a settlement, a release. All or nothing, and only if the call's record still says what is
-- expected. What can be refused comes alone: nothing is taken back of what came before it.
-- KEYS after the meters: the set of leases, then each call's record.
-- ARGV after the meters', for each call: what the record must say ('': there must be none), what it shall say, for how many ms, until when its lease runs
-- (0: it has none), how many changes; for each of them: the meter's place, when what is changed was counted (ms; 0: now), when its budget's period began,
-- how much is taken back, what must fit then (0: nothing is checked), how much is added.
-- Answers a list for each call: 1, then every changed meter's sum before and after; -1: the record says something else; -2 and the meter that refuses, its
-- sum, ms to wait.
local leases = KEYS[meters + 1]

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

local older = {} -- counts of buckets before the newest, by meter and slot
local change = function(i, place, amount)
  if ends[i] or place == buckets[i] then
    local base = sums[i]
    if held[i] then base = held[i] end
    if base + amount < 0 then amount = -base end
    count(i, amount)
    return
  end
  local slot = place % 60
  local known = i * 60 + slot
  local base = older[known]
  if not base then base = tonumber(redis.call('HMGET', KEYS[i], text(slot))[1] or 0) end
  if base + amount < 0 then amount = -base end
  if amount ~= 0 then
    older[known] = base + amount
    sums[i] = sums[i] + amount
    isDirty[i] = true
  end
end

-- First all that is taken back, then what is added: a meter may be in both.
local adjust = function(first, changes)
  local answer = { 1 }
  for pass = 1, 2 do
    for from = first, first + 6 * (changes - 1), 6 do
      local i, moment, start = tonumber(ARGV[from]), tonumber(ARGV[from + 1]), tonumber(ARGV[from + 2])
      local back, needed, added = tonumber(ARGV[from + 3]), tonumber(ARGV[from + 4]), tonumber(ARGV[from + 5])
      if pass == 1 then
        read(i)
        if needed == 0 then
          local place, isKept = placeOf(i, moment, start)
          answer[#answer + 1] = sums[i]
          if place then
            if not isKept then back = 0 end -- a store that lost its data holds nothing to take back
            change(i, place, added - back)
          end
          answer[#answer + 1] = sums[i]
        end
      elseif needed > 0 then
        if sums[i] + needed > limits[i] then return { -2, i, sums[i], wait(i, needed) } end
        answer[#answer + 1] = sums[i]
        count(i, added)
        answer[#answer + 1] = sums[i]
      end
    end
  end
  return answer
end

local answers, scores, gone, record = {}, {}, {}, meters + 1
while ARGV[at] do
  record = record + 1
  local key, said, keep, lease, changes = KEYS[record], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4])
  local answer = { -1 }
  if (redis.call('GET', key) or '') == ARGV[at] then answer = adjust(at + 5, changes) end
  answers[#answers + 1] = answer
  if answer[1] == -2 then return answers end
  if answer[1] == 1 then
    redis.call('SET', key, said, 'PX', keep)
    if said == '-' then
      lease = '-' .. text(now) -- below 0: when it ended, for a while
    end
    if lease == '0' then
      gone[#gone + 1] = key
    else
      scores[#scores + 1] = lease
      scores[#scores + 1] = key
    end
  end
  at = at + 5 + 6 * changes
end

for known, amount in pairs(older) do
  local slot = known % 60
  redis.call('HSET', KEYS[(known - slot) / 60], text(slot), text(amount))
end
write()
if #scores > 0 then redis.call('ZADD', leases, many(scores)) end
if #gone > 0 then redis.call('ZREM', leases, many(gone)) end
return answers
