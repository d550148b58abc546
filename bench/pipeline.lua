-- For wrk: sends requests in batches, without waiting for the answers in between.
--   wrk -s bench/pipeline.lua http://127.0.0.1:8080/plaintext -- 16
local batch

function init(args)
  local depth = tonumber(args[1]) or 16
  local requests = {}
  for i = 1, depth do
    requests[i] = wrk.format("GET")
  end
  batch = table.concat(requests)
end

function request()
  return batch
end
