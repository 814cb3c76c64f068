/** Which files some process may still write to. Source: proc(5), `/proc/PID/fd` and `fdinfo`. */
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'

const MAY_WRITE = 0o3

/** Dumps under way are recognised by processes that have them open: checked again after this. */
const FRESH_MS = 500

type FileNumbers = Pick<Stats, 'dev' | 'ino'>

/** Sees processes of its namespace, none without `/proc`. A probe (10 ms) serves many files. */
export class OpenedElsewhere {
  #seen: ReadonlySet<string> = new Set()
  #seenMs = Number.NEGATIVE_INFINITY

  /** Whether another process has the file open for writing, or had half a second ago. */
  has(file: FileNumbers): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#seenMs > FRESH_MS) {
      this.#seen = new Set(writtenFiles())
      this.#seenMs = nowMs
    }
    return this.#seen.has(nameOf(file))
  }
}

const nameOf = ({ dev, ino }: FileNumbers): string => `${dev} ${ino}`

function* writtenFiles(): Generator<string> {
  for (const pid of names('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    for (const fd of names(`/proc/${pid}/fd`)) {
      const file = writtenAs(pid, fd)
      if (file !== undefined) yield nameOf(file)
    }
  }
}

/** The file that a descriptor writes to; undefined where it only reads, or is no file. */
function writtenAs(pid: string, fd: string): Stats | undefined {
  try {
    const opened = statSync(`/proc/${pid}/fd/${fd}`)
    if (!opened.isFile()) return undefined
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))
    return (Number.parseInt(flags?.[1] ?? '0', 8) & MAY_WRITE) === 0 ? undefined : opened
  } catch {
    return undefined
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
