-- The requests that wrk sends. After "--" come a kind and a file of lines whose fields are separated by tabs:
--   plain       method, path, headers (name, value, …): each line is one request; the lines are sent in turn
--   create      headers; the lines are sent in turn, each request with a new name
--   regenerate  the key's name, its id, headers; the oldest key comes first, and its answer has the new id of the name
-- At the end it prints one line of JSON.

local how, lines, turn, made = nil, {}, 0, 0
local run = os.time()
local waiting, first, last = {}, 1, 0   -- regenerate: the lines whose ids are known
local byName = {}

local function headersFrom(fields, from)
   local headers = {}
   for i = from, #fields - 1, 2 do headers[fields[i]] = fields[i + 1] end
   return headers
end

local function fieldsOf(line)
   local fields = {}
   for field in line:gmatch("[^\t]+") do fields[#fields + 1] = field end
   return fields
end

local function await(entry)
   last = last + 1
   waiting[last] = entry
end

local read = {}

function read.plain(fields) return wrk.format(fields[1], fields[2], headersFrom(fields, 3)) end

function read.create(fields) return headersFrom(fields, 1) end

function read.regenerate(fields)
   local entry = { name = fields[1], id = fields[2], headers = headersFrom(fields, 3) }
   byName[entry.name] = entry
   await(entry)
   return entry
end

local function nextLine()
   turn = turn % #lines + 1
   return lines[turn]
end

local make = { plain = nextLine }

function make.create()
   made = made + 1
   return wrk.format("POST", "/api/api-keys", nextLine(), '{"name":"made ' .. run .. " " .. made .. '"}')
end

function make.regenerate()
   local entry = waiting[first]
   waiting[first] = nil
   first = first + 1
   return wrk.format("POST", "/api/api-keys/" .. entry.id, entry.headers)
end

local function learn(_, _, body)
   local entry = byName[body:match('"name":"([^"]+)"') or ""]
   if entry then
      entry.id = body:match('"id":"([^"]+)"')
      await(entry)
   end
end

function init(args)
   how = args[1]
   for line in io.lines(args[2]) do lines[#lines + 1] = read[how](fieldsOf(line)) end
   request = make[how]
   if how == "regenerate" then response = learn end
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"failed":%d,"refused":%d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
