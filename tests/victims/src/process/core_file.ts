/** A core of a living process, and what the kernel and the ELF headers say of it: read here, not by the code under test. */
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leaveOut, untouchedIn } from './untouched_memory.ts'
import { FOLDER, ran } from './victim_process.ts'

/** A run of a file's bytes. */
export interface Piece {
  readonly offset: number
  readonly bytes: Buffer
}

export interface Load {
  readonly offset: number
  readonly length: number
  readonly address: bigint
}

/** A line of `/proc/PID/maps`. */
export interface Mapping {
  readonly from: bigint
  readonly to: bigint
  /** Empty for memory that belongs to no file. */
  readonly name: string
}

export interface Core {
  readonly path: string
  readonly program: string
  readonly maps: readonly Mapping[]
  readonly loads: readonly Load[]
}

/** What the kernel dumps where nobody said otherwise: no pages that are a file's own. Source: core(5). */
const COREDUMP_FILTER = '0x33'

/** Takes a core with gcore that holds what the kernel's own would; the process goes on. */
export function takeCore(pid: number, name: string): Core {
  writeFileSync(`/proc/${pid}/coredump_filter`, COREDUMP_FILTER)
  const maps = mapsOf(readFileSync(`/proc/${pid}/maps`, 'latin1'))
  const untouched = untouchedIn(readFileSync(`/proc/${pid}/smaps`, 'latin1'))
  ran('gcore', ['-o', join(FOLDER, name), String(pid)])
  const path = join(FOLDER, `${name}.${pid}`)
  leaveOut(path, untouched)
  const program = maps.find((map) => map.name.startsWith('/'))?.name ?? ''
  return { path, program, maps, loads: loadsOf(path) }
}

function mapsOf(text: string): readonly Mapping[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [range = '', , , , , ...name] = line.split(/\s+/)
    const [from = '', to = ''] = range.split('-')
    return { from: BigInt(`0x${from}`), to: BigInt(`0x${to}`), name: name.join(' ') }
  })
}

/** The PT_LOAD program headers of a little-endian ELF64 file that hold bytes. */
function loadsOf(path: string): readonly Load[] {
  const header = bytesOf(path, 0, 64)
  const count = header.readUInt16LE(56)
  const table = bytesOf(path, Number(header.readBigUInt64LE(32)), count * 56)
  const loads = Array.from({ length: count }, (_, index) => table.subarray(index * 56))
    .filter((entry) => entry.readUInt32LE(0) === 1)
    .map((entry) => ({
      offset: Number(entry.readBigUInt64LE(8)),
      address: entry.readBigUInt64LE(16),
      length: Number(entry.readBigUInt64LE(32)),
    }))
  return loads.filter(({ length }) => length > 0)
}

function bytesOf(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
  } finally {
    closeSync(file)
  }
}

/** What is read at once; a part of it that holds a page of zeros and no more is left out. */
const CHUNK = 1 << 22
const GRAIN = 1 << 16
/** Zeros kept on each side of a run, so that a value with zeros at its ends is whole in the run. */
const MARGIN = 4096
const ZEROS = Buffer.alloc(GRAIN)

/** All of a file that is not zero, whatever the file system says of holes. */
export function piecesOf(path: string): readonly Piece[] {
  const { size } = statSync(path)
  const file = openSync(path, 'r')
  try {
    return filledRuns(file, size).map(({ from, to }) => {
      const offset = Math.max(0, from - MARGIN)
      const bytes = Buffer.alloc(Math.min(size, to + MARGIN) - offset)
      readSync(file, bytes, 0, bytes.length, offset)
      return { offset, bytes }
    })
  } finally {
    closeSync(file)
  }
}

function filledRuns(file: number, size: number): readonly { from: number; to: number }[] {
  const chunk = Buffer.alloc(CHUNK)
  const runs: { from: number; to: number }[] = []
  for (let start = 0; start < size; start += CHUNK) {
    const held = readSync(file, chunk, 0, CHUNK, start)
    for (let at = 0; at < held; at += GRAIN) {
      const part = chunk.subarray(at, Math.min(held, at + GRAIN))
      if (part.equals(ZEROS.subarray(0, part.length))) continue
      const last = runs.at(-1)
      if (last?.to === start + at) last.to += part.length
      else runs.push({ from: start + at, to: start + at + part.length })
    }
  }
  return runs
}
