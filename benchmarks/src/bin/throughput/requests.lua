-- What wrk sends, and what it saw, in one line that a program reads.
--
--   wrk .. -s requests.lua ADDRESS                      the same request again and again
--   wrk .. -s requests.lua ADDRESS -- FILE LENGTH COUNT  requests from a file, one after the other, and then from its start

function init(arguments)
  if #arguments == 0 then return end
  local file = assert(io.open(arguments[1], "rb"))
  local length, count = tonumber(arguments[2]), tonumber(arguments[3])
  file:setvbuf("full", 1048576)
  local sent = 0
  function request()
    if sent == count then
      file:seek("set", 0)
      sent = 0
    end
    sent = sent + 1
    return file:read(length)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
