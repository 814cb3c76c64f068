/** A gate for tests: its scrub erases given ranges, and its spool is in a folder that is removed. */
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Range } from '@mintmark/dump'
import { Inlet } from '@mintmark/scan/buffer/drain'
import { type Arrival, type Gate, GateLog, type Scrub, Spool } from '../src/index.ts'

export const world: string = mkdtempSync(join(tmpdir(), 'gate-world-'))
after(() => rmSync(world, { recursive: true, force: true }))
let worlds = 0

/** A new empty folder. */
export const place = (name: string): string => join(world, `${name}-${worlds++}`)

export const erasing =
  (...erased: readonly Range[]): Scrub =>
  () =>
    Promise.resolve({ erased, report: { made: 'by a test' }, isClean: true, counts: 'nothing' })

export function gateWith(options: Partial<Gate> & { readonly scrub?: Scrub } = {}): Gate {
  const spool = Spool.open(place('spool'), { isMade: true })
  const { scrub = erasing(), ...rest } = options
  return {
    spool,
    log: new GateLog(spool.folder),
    limits: { maxMemoryBytes: 1 << 24, maxSizeBytes: 1 << 30, maxAtOnce: 4, keepFreeBytes: 0 },
    compression: 'gzip',
    loadScrub: () => Promise.resolve(scrub),
    ...rest,
  }
}

/** Bytes that arrive as a core. */
export function arrivalOfBytes(bytes: Uint8Array, name = 'core.test.1'): Arrival {
  const file = place('core')
  writeFileSync(file, bytes)
  return { inlet: new Inlet(openSync(file, 'r')), program: 'test', name }
}

export const logOf = (gate: Pick<Gate, 'spool'>): string =>
  read(join(gate.spool.folder, 'gate.log'))

const read = (file: string) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Every file of the spool but its log, hidden ones included. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name !== 'gate.log' && !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

export function unpacked(file: string): Buffer {
  if (file.endsWith('.gz')) return gunzipSync(readFileSync(file))
  return zstdDecompressSync(readFileSync(file))
}
