-- Counts calls of one kind before they come. KEYS after the meters: the allotment's record. ARGV after the meters': how many are wanted, which part of what
-- is left may be taken at most (4: a quarter), for how many ms the record is kept, what it says
-- of the meters; it ends with how many were counted.
-- Answers how many were counted, then every meter's sum; 0 alone when that would be fewer than two; -1 alone when the record is there already.
local record, wanted, part = KEYS[meters + 1], tonumber(ARGV[at]), tonumber(ARGV[at + 1])
if redis.call('EXISTS', record) == 1 then return { -1 } end
for i = 1, meters do
  read(i)
  local most = math.floor((limits[i] - sums[i]) / part)
  if most < wanted then wanted = most end
end
if wanted < 2 then return { 0 } end
local answer = { wanted }
for i = 1, meters do
  count(i, wanted)
  answer[#answer + 1] = sums[i]
end
write()
redis.call('SET', record, text(now) .. ' ' .. text(now) .. '\n' .. ARGV[at + 3] .. '\n\n' .. text(wanted), 'PX', ARGV[at + 2])
return answer
