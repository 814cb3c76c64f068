/** Sources with random access: bytes in memory, and files. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { MintmarkError, safeText, whyUnread } from '@mintmark/core'
import { type FilePath, fsPath, pathText } from './file_path.ts'
import type { ByteSource } from './memory/segment.ts'

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, target) {
      const present = bytes.subarray(offset, offset + target.length)
      target.set(present)
      return present.length
    },
  }
}

export interface FileSource extends ByteSource {
  close(): void
}

/** At its present size, for several readers. @throws {MintmarkError} `INPUT_UNREADABLE` */
export function fileSource(path: FilePath): FileSource {
  const shown = safeText(pathText(path))
  const file = attempt(shown, () =>
    openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK),
  )
  try {
    const stats = attempt(shown, () => fstatSync(file))
    if (!stats.isFile())
      throw new MintmarkError('INPUT_UNREADABLE', `cannot read ${shown}: not a regular file`, {
        path: shown,
      })
    if (stats.size === 0) refuseUnsized(file, shown)
    return openFile(file, stats.size, shown)
  } catch (cause) {
    closeSync(file)
    throw cause
  }
}

/** Files of `/proc` claim to be empty and are not: a scan would call them clean. */
function refuseUnsized(file: number, shown: string): void {
  if (attempt(shown, () => readSync(file, new Uint8Array(1), 0, 1, 0)) === 0) return
  const message = `cannot read ${shown}: it says that it is empty, and is not (copy it first)`
  throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown })
}

function openFile(file: number, size: number, shown: string): FileSource {
  let isOpen = true
  return {
    size,
    read: (offset, target) => {
      if (isOpen) return readFully(file, offset, target, shown)
      throw new MintmarkError('INPUT_UNREADABLE', `cannot read ${shown}: it is closed`, {
        path: shown,
      })
    },
    close: () => {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

function readFully(file: number, offset: number, target: Uint8Array, shown: string): number {
  let done = 0
  while (done < target.length) {
    const from = done
    const count = attempt(shown, () =>
      readSync(file, target, from, target.length - from, offset + from),
    )
    if (count === 0) break
    done += count
  }
  return done
}

function attempt<T>(shown: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `cannot read ${shown}: ${whyUnread(errno)}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}
