/**
 * Takes out of a core what gcore writes and the kernel leaves out: memory that was reserved and never written to. A
 * runtime reserves gigabytes, and each pass over a core reads or hashes all of them.
 */
import { closeSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs'

const HEADER_BYTES = 64
const ENTRY_BYTES = 56
const PT_LOAD = 1
const PAGE = 4096
const COPIED = 1 << 16
const ZEROS = Buffer.alloc(COPIED)
/** A line of `/proc/PID/smaps` that begins a mapping: its range, whether it is private, its inode and its file's name. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) ...([ps]) \S+ \S+ (\d+) *(.*)$/

/**
 * Addresses at which private memory of no file begins of which no page was ever written.
 * @param smaps the content of `/proc/PID/smaps`. Source: proc_pid_smaps(5)
 */
export function untouchedIn(smaps: string): ReadonlySet<bigint> {
  const untouched = new Set<bigint>()
  let from: bigint | undefined
  for (const line of smaps.split('\n')) {
    const [, begin, , sharing, inode, name] = MAPPING.exec(line) ?? []
    if (begin !== undefined) {
      from = sharing === 'p' && inode === '0' && name === '' ? BigInt(`0x${begin}`) : undefined
      if (from !== undefined) untouched.add(from)
    } else if (from !== undefined && /^(Anonymous|Swap): +[1-9]/.test(line)) untouched.delete(from)
  }
  return untouched
}

/**
 * Writes a 64-bit little-endian core anew, without the bytes of these segments: their headers stay, as the kernel
 * writes them.
 * @param untouched addresses at which they begin
 */
export function leaveOut(path: string, untouched: ReadonlySet<bigint>): void {
  const source = openSync(path, 'r')
  const target = openSync(`${path}.new`, 'w', 0o600)
  try {
    const header = bytesAt(source, 0, HEADER_BYTES)
    const table = bytesAt(
      source,
      Number(header.readBigUInt64LE(32)),
      header.readUInt16LE(56) * ENTRY_BYTES,
    )
    let end = HEADER_BYTES + table.length
    for (let at = 0; at < table.length; at += ENTRY_BYTES) {
      const entry = table.subarray(at, at + ENTRY_BYTES)
      const isLoad = entry.readUInt32LE(0) === PT_LOAD
      if (isLoad && untouched.has(entry.readBigUInt64LE(16))) entry.writeBigUInt64LE(0n, 32)
      const [from, length] = [Number(entry.readBigUInt64LE(8)), Number(entry.readBigUInt64LE(32))]
      const to = isLoad ? Math.ceil(end / PAGE) * PAGE : end
      entry.writeBigUInt64LE(BigInt(to), 8)
      copy(source, from, target, to, length)
      end = to + length
    }
    ftruncateSync(target, end)
    writeSync(target, table, 0, table.length, HEADER_BYTES)
    header.writeBigUInt64LE(BigInt(HEADER_BYTES), 32)
    // A core of the kernel has no sections.
    header.fill(0, 40, 48)
    header.fill(0, 58, 64)
    writeSync(target, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(source)
    closeSync(target)
  }
  renameSync(`${path}.new`, path)
}

/** Holes stay holes. */
function copy(source: number, from: number, target: number, to: number, length: number): void {
  const buffer = Buffer.alloc(COPIED)
  for (let done = 0; done < length; ) {
    const held = readSync(source, buffer, 0, Math.min(COPIED, length - done), from + done)
    if (held === 0) throw new Error('a core is shorter than its headers say')
    const bytes = buffer.subarray(0, held)
    if (!bytes.equals(ZEROS.subarray(0, held))) writeSync(target, bytes, 0, held, to + done)
    done += held
  }
}

function bytesAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
}
