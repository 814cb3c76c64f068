/**
 * What the kernel says of a crash (core(5)). The name is last: before Linux 5.3 it may be split.
 */
/** In the order in which {@link crashOf} reads them. */
export const SPECIFIERS = '%P %u %g %s %t %c %h %e'

export interface Crash {
  /** The thread's name as the process set it: anything at all, never safe to print raw. */
  readonly executable: string
  readonly pid: number
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly signal: number | undefined
  readonly timeMs: number
  readonly host: string | undefined
  /** The process had a limit of 0 on its cores: it asked for none. */
  readonly wantsNone: boolean
}

export function crashOf(args: readonly string[], nowMs: number): Crash {
  const [pid, uid, gid, signal, seconds, limit, host, ...name] = args
  const time = wholeNumber(seconds)
  return {
    executable: name.join(' '),
    pid: wholeNumber(pid) ?? 0,
    uid: wholeNumber(uid),
    gid: wholeNumber(gid),
    signal: wholeNumber(signal),
    timeMs: time === undefined ? nowMs : time * 1000,
    host,
    wantsNone: limit === '0',
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) : undefined
}
