-- Reads all counters that are kept, at one moment, and begins a new epoch. Of the calls only those of this very millisecond: the others are read afterwards
-- by their time, since there may be very many, and the store does nothing else meanwhile.
-- KEYS: the counters, the set of leases, the set of kept counters, the epoch. ARGV: the expected epoch, the new one, how long a lease is in ms.
-- Answers nothing when another counter has come meanwhile; else the time in ms, the calls that ended just now, those that began just now, then
-- for each counter how long it lives in ms and its fields.
local n = #KEYS - 3
local leases, known, epoch = KEYS[n + 1], KEYS[n + 2], KEYS[n + 3]
if tonumber(redis.call('GET', epoch) or '0') < tonumber(ARGV[1]) then return redis.error_reply('COUNTERSLOST an older epoch') end
if redis.call('SCARD', known) ~= n then return {} end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local at = function(score) return redis.call('ZRANGEBYSCORE', leases, string.format('%d', score), string.format('%d', score)) end
local answer = { string.format('%d', now), at(-now), at(now + tonumber(ARGV[3])) }
for i = 1, n do
  answer[#answer + 1] = redis.call('PTTL', KEYS[i])
  answer[#answer + 1] = redis.call('HGETALL', KEYS[i])
end
redis.call('SET', epoch, ARGV[2])
return answer
