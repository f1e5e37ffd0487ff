-- How many requests leave at once, and what each of them carries.
function init(arguments)
  if arguments[2] then
    wrk.method = 'POST'
    wrk.headers['Content-Type'] = 'application/json'
    wrk.body = arguments[2]
  end
  batch = string.rep(wrk.format(), tonumber(arguments[1]))
end

function request()
  return batch
end
