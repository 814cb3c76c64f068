/**
 * The script that the kernel runs for each core. A pattern has room for 127 bytes and no environment.
 *
 * Its limit on cores stays as the kernel set it: 1 byte, by which the kernel knows its own helpers and does not call
 * one for the crash of another. A limit of 0 would allow that.
 *
 * Source: core(5); `umh_coredump_setup` in `fs/coredump.c`.
 *
 * @module
 */
import path from 'node:path'
import { LOG_NAME } from './gate_log.ts'

/** By which a script of this kind is known. */
export const SCRIPT_MARK = '# mintmark gate'

/** Absolute paths. */
export interface Programs {
  readonly node: string
  readonly mintmark: string
}

export function receiveScript(programs: Programs, stateFolder: string, spool: string): string {
  const call = [programs.node, programs.mintmark].map(quoted).join(' ')
  const state = quoted(stateFolder)
  return `#!/bin/sh
${SCRIPT_MARK}: written by "mintmark gate install", which replaces it.
[ "$1" = --check ] && exec ${call} gate receive --state ${state} --check
log=${quoted(path.join(spool, LOG_NAME))}
PATH=/usr/bin:/bin
# The dying process waits until nobody holds its pipe: this shell must not.
exec 3<&0 </dev/null
${call} gate receive --state ${state} -- "$@" <&3 3<&- >/dev/null 2>&1 &
exec 3<&-
wait $!
code=$?
# Up to 3 it has told everything itself. Above, it was ended from outside.
[ $code -le 3 ] && exit $code
line="problem [$$] process $1: no core, what received it ended with $code"
printf '%s %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$line" >> "$log"
logger -p daemon.err -t mintmark-gate --socket-errors=on -- "$line" ||
  printf '<27>mintmark-gate: %s\\n' "$line" > /dev/kmsg
exit 3
`
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
