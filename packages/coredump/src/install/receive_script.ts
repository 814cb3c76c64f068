/**
 * The script that the kernel runs for each core: a pattern has 127 bytes and no environment. Its
 * core limit stays 1 byte, by which the kernel knows a helper's own crash. Source: core(5);
 * `umh_coredump_setup` in `fs/coredump.c`.
 */
import path from 'node:path'
import { LOG_NAME } from '../spool/gate_log.ts'

export const SCRIPT_MARK = '# mintmark gate'

/** A receiver is killed where nothing has come for so long, or twice that, and more is to come. */
const STALL_SECONDS = 60

export interface Programs {
  readonly node: string
  /** `gate-receive.mjs` of the command. */
  readonly receiver: string
}

/** Before others, while a process waits; `renice.ts` lowers it. */
const NICE_FIRST = -10

export function receiveScript(programs: Programs, stateFolder: string, spool: string): string {
  const call = [programs.node, programs.receiver, stateFolder].map(quoted).join(' ')
  return `#!/bin/sh
${SCRIPT_MARK}: written by "mintmark gate install", which replaces it.
log=${quoted(path.join(spool, LOG_NAME))}
PATH=/usr/bin:/bin
[ "$1" = --check ] && exec ${call} "$@"
# The dying process waits until nobody holds its pipe: this shell must not.
exec 3<&0 </dev/null
# Others of this machine are to stay, should memory end.
echo 500 2>/dev/null > /proc/self/oom_score_adj
# Read before others run, but never in the middle of what the dying process writes: chrt -b. Lowered once it is read.
first='nice -n ${NICE_FIRST}'
command -v chrt >/dev/null && chrt -b 0 true 2>/dev/null && first="chrt -b 0 $first"
$first ${call} "$@" <&3 3<&- >/dev/null 2>&1 &
receiver=$!
exec 3<&-
# A process whose memory is in a file system that hangs must not keep its slot for ever.
{
  seen=
  while sleep ${STALL_SECONDS}; do
    case $(readlink /proc/$receiver/fd/0) in '' | /dev/null) exit ;; esac
    now=$(grep -h -e ^rchar: -e ^pos: /proc/$receiver/io /proc/$receiver/fdinfo/*)
    [ "$now" = "$seen" ] && kill -9 $receiver
    seen=$now
  done
} >/dev/null 2>&1 &
wait $receiver
code=$?
kill $! 2>/dev/null
# Then it has reported everything itself. Otherwise it was killed, or could not be loaded.
case $code in 0 | 3) exit $code ;; esac
line="problem [$$] process $1: no core, what received it ended with $code"
printf '%s %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$line" >> "$log"
logger -p daemon.err -t mintmark-gate --socket-errors=on -- "$line" ||
  printf '<27>mintmark-gate: %s\\n' "$line" > /dev/kmsg
exit 3
`
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
