/** Space that the spool leaves free: a service that keeps crashing must not fill the disk. */
import { MintmarkError } from '@mintmark/core'
import type { Spool } from './spool.ts'

export type DiskBound = number | 'auto'

const AUTO_SHARE = 1 / 10
const AUTO_MOST = 4 * 2 ** 30

/** @throws {MintmarkError} `DISK_FULL` if fewer bytes are free than are to stay free */
export function refuseFullDisk(spool: Spool, bound: DiskBound): void {
  const { freeBytes, totalBytes } = spool.room()
  const keptBytes = bound === 'auto' ? Math.min(AUTO_MOST, totalBytes * AUTO_SHARE) : bound
  if (freeBytes >= keptBytes) return
  const [free, kept] = [freeBytes, keptBytes].map((bytes) => Math.floor(bytes / 2 ** 20))
  const message = `the spool's disk has ${free} MiB left, of which ${kept} are to stay free`
  throw new MintmarkError('DISK_FULL', message)
}
