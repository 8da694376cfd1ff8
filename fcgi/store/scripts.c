/*
 * The Lua scripts' texts. A script is used only where a MULTI is not enough, because what is written depends
 * on what is read in the same step. Scripts stay short: Redis serves nobody else while one runs.
 */
#include "fcgi/store/scripts.h"

/*
 * Takes log entries of one node: they are numbered, kept, trimmed and published, unless the batch is the one
 * taken last. KEYS: the node's batch, the node's logs, log_seq, log_sources:nodes, log_sources:loggers, the
 * logs' bytes. ARGV: node, batch ("" is never a repeat), entries kept, seconds kept, channel, now in ms,
 * bytes kept, number of loggers, the loggers, then the entries as JSON without their closing brace. The bytes
 * are counted as entries come and go; all of them are counted only where no count is kept. Answers {entries
 * added, entries kept now}.
 */
static const char ADD_LOGS[] =
	"local function size(entries)\n"
	"  local bytes = 0\n"
	"  for _, entry in ipairs(entries) do bytes = bytes + #entry end\n"
	"  return bytes\n"
	"end\n"
	"local batch = ARGV[2]\n"
	"if batch ~= '' and redis.call('GET', KEYS[1]) == batch then\n"
	"  return {0, redis.call('LLEN', KEYS[2])}\n"
	"end\n"
	"local first = 9 + tonumber(ARGV[8])\n"
	"local added = #ARGV - first + 1\n"
	"local seq = redis.call('INCRBY', KEYS[3], added) - added\n"
	"local kept = redis.call('EXISTS', KEYS[2]) == 1 and redis.call('GET', KEYS[6])\n"
	"local bytes = tonumber(kept or size(redis.call('LRANGE', KEYS[2], 0, -1)))\n"
	"local lines = {ARGV[1]}\n"
	"for i = first, #ARGV do\n"
	"  seq = seq + 1\n"
	"  local entry = ARGV[i] .. ',\"seq\":' .. string.format('%.0f', seq) .. '}'\n"
	"  lines[#lines + 1] = entry\n"
	"  redis.call('LPUSH', KEYS[2], entry)\n"
	"  bytes = bytes + #entry\n"
	"end\n"
	"local excess = redis.call('LLEN', KEYS[2]) - ARGV[3]\n"
	"if excess > 0 then bytes = bytes - size(redis.call('RPOP', KEYS[2], excess)) end\n"
	"while bytes > tonumber(ARGV[7]) do\n"
	"  local oldest = redis.call('RPOP', KEYS[2])\n"
	"  bytes = oldest and bytes - #oldest or 0\n"
	"end\n"
	"redis.call('SET', KEYS[6], bytes, 'EX', ARGV[4])\n"
	"redis.call('EXPIRE', KEYS[2], ARGV[4])\n"
	"if batch ~= '' then redis.call('SET', KEYS[1], batch, 'EX', ARGV[4]) end\n"
	"redis.call('ZADD', KEYS[4], ARGV[6], ARGV[1])\n"
	"for i = 9, first - 1 do redis.call('ZADD', KEYS[5], ARGV[6], ARGV[i]) end\n"
	"redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -1001)\n" /* the thousand that wrote last */
	"redis.call('PUBLISH', ARGV[5], table.concat(lines, '\\n'))\n"
	"return {added, redis.call('LLEN', KEYS[2])}\n";

/*
 * Removes a node that has been silent since a given time, with all that is kept about it but its logs.
 * KEYS: nodes, then the keys to delete. ARGV: node, the newest time last seen (ms) that still counts as
 * silent, channel. Answers 1 if the node was removed, 0 if there is none or it has reported meanwhile.
 */
static const char REMOVE_NODE[] = "local seen = redis.call('ZSCORE', KEYS[1], ARGV[1])\n"
				  "if not seen or tonumber(seen) > tonumber(ARGV[2]) then return 0 end\n"
				  "redis.call('ZREM', KEYS[1], ARGV[1])\n"
				  "for i = 2, #KEYS do redis.call('DEL', KEYS[i]) end\n"
				  "redis.call('PUBLISH', ARGV[3], ARGV[1])\n"
				  "return 1\n";

/*
 * Replaces a user's record if it still is what the caller read; the last admin stays one.
 * KEYS: users. ARGV: name, the record that was read ("" for none), the new one ("" to remove), channel,
 * what is published ("" for nothing). Answers 1: done, 0: changed meanwhile, -1: it is the last admin.
 */
static const char PUT_USER[] =
	"local function is_admin(user) return user:find('\"role\":\"admin\"', 1, true) ~= nil end\n"
	"if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end\n"
	"if is_admin(ARGV[2]) and not is_admin(ARGV[3]) then\n"
	"  local admins = 0\n"
	"  for _, user in ipairs(redis.call('HVALS', KEYS[1])) do\n"
	"    if is_admin(user) then admins = admins + 1 end\n"
	"  end\n"
	"  if admins == 1 then return -1 end\n"
	"end\n"
	"if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1])\n"
	"else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end\n"
	"if ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[4], ARGV[5]) end\n"
	"return 1\n";

/*
 * Changes the counters of login attempts; each counter ends by itself, since it is made with its end.
 * KEYS: the counters. ARGV: the change, seconds that a new one lasts. Answers {count, seconds left} of each.
 * It runs in a full Redis, too: people can log in there, and guesses are still counted. What it adds is small
 * and gone after a minute, and the web server bounds how often one client asks.
 */
static const char COUNT_LOGIN[] = "#!lua flags=allow-oom\n"
				  "local counted = {}\n"
				  "for i, counter in ipairs(KEYS) do\n"
				  "  redis.call('SET', counter, 0, 'EX', ARGV[2], 'NX')\n"
				  "  local count = redis.call('INCRBY', counter, ARGV[1])\n"
				  "  counted[i] = {count, redis.call('TTL', counter)}\n"
				  "end\n"
				  "return counted\n";

/*
 * Puts an action before the others that were done to a service, of which the newest are kept.
 * KEYS: the node's hash of actions. ARGV: service, the action as JSON, how many are kept. Answers how many.
 */
static const char KEEP_ACTION[] = "local actions = {ARGV[2]}\n"
				  "local before = redis.call('HGET', KEYS[1], ARGV[1]) or ''\n"
				  "for action in before:gmatch('[^\\n]+') do\n"
				  "  if #actions == tonumber(ARGV[3]) then break end\n"
				  "  actions[#actions + 1] = action\n"
				  "end\n"
				  "redis.call('HSET', KEYS[1], ARGV[1], table.concat(actions, '\\n'))\n"
				  "return #actions\n";

const char *const SCRIPTS[SCRIPT_COUNT] = {
	[SCRIPT_ADD_LOGS] = ADD_LOGS,	    [SCRIPT_REMOVE_NODE] = REMOVE_NODE, [SCRIPT_PUT_USER] = PUT_USER,
	[SCRIPT_COUNT_LOGIN] = COUNT_LOGIN, [SCRIPT_KEEP_ACTION] = KEEP_ACTION,
};
