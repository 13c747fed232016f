-- Checks calls that came together, each on its own: all of its common meters, then the first candidate whose own meters pass; all or nothing.
-- KEYS after the meters: the set of leases, then a record for each call that reserves.
-- ARGV after the meters': how long a lease is in ms; then for each group of like calls: how many, the place of its record in KEYS (0: none; a group that
-- has one is a single call), how many common meters, each as (place, what must fit, what is counted), how many candidates, for each its number of
-- meters and those; with a record also what it is to say of the common meters, and of each candidate's.
-- Answers a list for each group: how many passed, the place of the meter that refuses the others (0: there are none), its sum and the ms until it would
-- pass, the candidate taken (0: there are none), how many were passed over, the meter that refused each, then the sums of the common meters.
local lease = tonumber(ARGV[at])
at = at + 1

-- The first of the meters at `from` that does not fit.
local refuser = function(from, several)
  for j = 0, several - 1 do
    local i = tonumber(ARGV[from + 3 * j])
    read(i)
    if sums[i] + tonumber(ARGV[from + 3 * j + 1]) > limits[i] then return i, tonumber(ARGV[from + 3 * j + 1]) end
  end
end

local answer, begun = {}, {}
while ARGV[at] do
  local wanted, record, common = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local mine = at + 3
  local passed, refusing, refused = wanted, 0, 0
  for j = 0, common - 1 do
    local i, needed, counted = tonumber(ARGV[mine + 3 * j]), tonumber(ARGV[mine + 3 * j + 1]), tonumber(ARGV[mine + 3 * j + 2])
    read(i)
    local room, fit = limits[i] - sums[i] - needed, wanted
    if room < 0 then
      fit = 0
    elseif counted > 0 then
      fit = math.floor(room / counted) + 1
    end
    if fit < passed then passed, refusing, refused = fit, i, needed end
  end
  at = mine + 3 * common

  local candidates, chosen, theirs, several = tonumber(ARGV[at]), 0, 0, 0
  local excluded, soonest = {}, nil
  at = at + 1
  for c = 1, candidates do
    local number = tonumber(ARGV[at])
    if passed > 0 and chosen == 0 then
      local full, needed = refuser(at + 1, number)
      if full then
        excluded[#excluded + 1] = full
        local patience = wait(full, needed)
        if not soonest or patience < soonest then refusing, refused, soonest = full, needed, patience end
      else
        chosen, theirs, several = c, at + 1, number
      end
    end
    at = at + 1 + 3 * number
  end
  if candidates > 0 and chosen == 0 then
    passed = 0
  elseif chosen > 0 then
    refusing = 0
  end

  -- A record that is there already: the check came before, and its answer was lost; or it was held up until its call had ended. It counts once.
  local counts = passed
  if record > 0 then
    if passed > 0 then
      local said = text(now) .. ' ' .. text(now) .. '\n' .. ARGV[at]
      if chosen > 0 then said = said .. '\n' .. ARGV[at + chosen] end
      if redis.call('SET', KEYS[record], said, 'PX', text(2 * lease), 'NX') then
        begun[#begun + 1] = text(now + lease)
        begun[#begun + 1] = KEYS[record]
      else
        counts, several = 0, 0
      end
    end
    at = at + 1 + candidates
  end

  local group = { passed, refusing, 0, 0, chosen, #excluded, many(excluded) }
  for j = 0, common - 1 do
    local i = tonumber(ARGV[mine + 3 * j])
    count(i, counts * tonumber(ARGV[mine + 3 * j + 2]))
    group[#group + 1] = sums[i]
  end
  for j = 0, several - 1 do count(tonumber(ARGV[theirs + 3 * j]), tonumber(ARGV[theirs + 3 * j + 2])) end
  if refusing > 0 then group[3], group[4] = sums[refusing], wait(refusing, refused) end
  answer[#answer + 1] = group
end
write()
if #begun > 0 then redis.call('ZADD', KEYS[meters + 1], many(begun)) end
return answer
