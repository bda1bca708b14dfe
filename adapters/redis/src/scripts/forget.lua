-- ARGV: 'memories' and ids, or 'namespace' and its name. The key's time to live stays as it is.
-- Of a session that cannot be read nothing stays: what was to be forgotten might be in it.

local index = read_index()
if not index then
  drop()
  return 0
end
local forgotten = 0
local function forget(id)
  let_go(index, id)
  forgotten = forgotten + 1
end
if ARGV[1] == 'namespace' then
  for id, entry in pairs(index) do
    if entry[4] == ARGV[2] then forget(id) end
  end
else
  for i = 2, #ARGV do
    if index[ARGV[i]] then forget(ARGV[i]) end
  end
end
if forgotten > 0 then write_index(index) end
return forgotten
