-- Reads all counters that are kept, at one moment, and begins a new epoch.
-- KEYS: the counters, the set of leases, the set of kept counters, the epoch. ARGV: the expected epoch, the new one, how far to look back in ms.
-- Answers nothing when another counter has come meanwhile; else the time in ms, the calls that ended lately, those under way with their leases' ends, then
-- for each counter how long it lives in ms and its fields.
local n = #KEYS - 3
local leases, known, epoch = KEYS[n + 1], KEYS[n + 2], KEYS[n + 3]
if tonumber(redis.call('GET', epoch) or '0') < tonumber(ARGV[1]) then return redis.error_reply('COUNTERSLOST an older epoch') end
if redis.call('SCARD', known) ~= n then return {} end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local ended = redis.call('ZRANGEBYSCORE', leases, '-inf', string.format('%d', tonumber(ARGV[3]) - now))
local underWay = redis.call('ZRANGEBYSCORE', leases, '0', '+inf', 'WITHSCORES')
local answer = { string.format('%d', now), ended, underWay }
for i = 1, n do
  answer[#answer + 1] = redis.call('PTTL', KEYS[i])
  answer[#answer + 1] = redis.call('HGETALL', KEYS[i])
end
redis.call('SET', epoch, ARGV[2])
return answer
