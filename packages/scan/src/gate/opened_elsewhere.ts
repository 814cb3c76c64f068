/**
 * Whether some process may still write to a file.
 *
 * Source: proc(5), `/proc/PID/fd` and `/proc/PID/fdinfo`.
 *
 * @module
 */
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'

/** `O_WRONLY | O_RDWR`. */
const MAY_WRITE = 0o3

/**
 * Whether another process has the file open for writing.
 *
 * Sees the processes that this one may look into: root, all of its own namespace. Without `/proc` it sees none.
 */
export function isWrittenElsewhere(file: Pick<Stats, 'dev' | 'ino'>): boolean {
  const ids = names('/proc').filter((name) => /^\d+$/.test(name))
  return ids.some((id) => Number(id) !== process.pid && writes(id, file))
}

function writes(pid: string, { dev, ino }: Pick<Stats, 'dev' | 'ino'>): boolean {
  return names(`/proc/${pid}/fd`).some((fd) => {
    try {
      const opened = statSync(`/proc/${pid}/fd/${fd}`)
      if (opened.dev !== dev || opened.ino !== ino) return false
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))
      return (Number.parseInt(flags?.[1] ?? '0', 8) & MAY_WRITE) !== 0
    } catch {
      // It was closed meanwhile.
      return false
    }
  })
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
