-- One route's circuit breaker, as all replicas see it together.
-- KEYS[1]: a hash. Fields: 's' the state (0 closed, 1 half-open, 2 open), 'at' when it opened, 'p' good probes since, 'g<bucket>' and 'f<bucket>' good
-- and failed attempts by twelfths of the window; 'l' the replica that may probe while it is half-open, 'u' until when.
-- ARGV: good, failed, good probes, failed probes since the last report; the window in ms; the least number of attempts; the percentage of failures; the rest in ms; the probes;
-- who reports; 1 when it would probe; the length of a lease in ms.
-- Answers the state, for how many ms it has been open, and for how many ms the replica may probe (0: another does, or nobody).
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local text = function(n) return string.format('%d', n) end
local good, failed, good_probes, failed_probes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local window, least, percent, rest, probes = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local replica, wants, lease = ARGV[10], ARGV[11] == '1', tonumber(ARGV[12])
local bucket = math.floor(now * 12 / window)
local state, at, seen = 0, 0, 0
local holder, until_ = '', 0
local stale = {}
local totals = { g = good, f = failed }
local fields = redis.call('HGETALL', KEYS[1])
local held = {}
for i = 1, #fields, 2 do
  local name, value = fields[i], tonumber(fields[i + 1])
  if name == 's' then state = value
  elseif name == 'at' then at = value
  elseif name == 'p' then seen = value
  elseif name == 'l' then holder = fields[i + 1]
  elseif name == 'u' then until_ = value
  else
    local number = tonumber(string.sub(name, 2))
    if number <= bucket - 12 then stale[#stale + 1] = name
    else
      local kind = string.sub(name, 1, 1)
      totals[kind] = totals[kind] + value
      held[name] = value
    end
  end
end

if state == 2 and now - at >= rest then state, seen = 1, 0 end
if state == 1 then
  if failed_probes > 0 then state, at, seen = 2, now, 0
  else
    seen = seen + good_probes
    if seen >= probes then
      redis.call('DEL', KEYS[1])
      return { 0, 0, 0 }
    end
  end
elseif state == 0 then
  local all = totals.g + totals.f
  if totals.f > 0 and all >= least and totals.f * 100 >= percent * all then state, at = 2, now end
end

-- One replica probes at a time: the first that asks, until it asks no more or falls silent.
local granted = 0
if state ~= 1 or now >= until_ or (holder == replica and not wants) then holder, until_ = '', 0 end
if state == 1 and wants and (holder == '' or holder == replica) then holder, until_, granted = replica, now + lease, lease end
for i = 1, #stale do redis.call('HDEL', KEYS[1], stale[i]) end
local g, f = 'g' .. text(bucket), 'f' .. text(bucket)
redis.call('HSET', KEYS[1], 's', text(state), 'at', text(at), 'p', text(seen), g, text((held[g] or 0) + good), f, text((held[f] or 0) + failed))
if holder == '' then redis.call('HDEL', KEYS[1], 'l', 'u') else redis.call('HSET', KEYS[1], 'l', holder, 'u', text(until_)) end
redis.call('PEXPIRE', KEYS[1], window * 2 + rest * 2)
return { state, now - at, granted }
