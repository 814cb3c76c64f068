/** What a container's reader finds; entries may overlap or be past the end: see `arrange.ts`. */
import { type ErrorFacts, type Reader, safeText } from '@mintmark/core'
import type { DumpFile } from './dump_file.ts'
import { endOf } from './ranges.ts'
import type { Container, Flaw, Owner, Range, Segment } from './segment.ts'

/** Limit of segments of one dump, some 60 MB. The bytes of others get no address. */
export const MAX_SEGMENTS: number = 1 << 19
/** Limit of short runs that do not go on from the one before. No honest dump has as many. */
export const SHORT_BYTES = 512
export const MAX_SHORT: number = 1 << 14
const MAX_RANGES = 1 << 18
const MAX_FLAWS = 64
/** Rows of a table read at a time: bounds memory for a table of any size. */
const PAGE_BYTES = 1 << 18

export interface Mapping {
  readonly from: bigint
  readonly to: bigint
  readonly owner: Owner
}

export interface StackPoint {
  readonly address: bigint
  readonly name: string
}

export class Layout {
  readonly file: DumpFile
  container: Container = 'raw'
  isLittleEndian = true
  readonly memory: Segment[] = []
  readonly headers: Range[] = []
  readonly tables: Range[] = []
  readonly mappings: Mapping[] = []
  readonly stacks: StackPoint[] = []
  readonly vectorRegisters: Range[] = []
  readonly wideRegisters: Range[] = []
  readonly generalRegisters: Range[] = []
  readonly contexts: Range[] = []
  readonly about: Record<string, string | number> = {}
  readonly flaws: Flaw[] = []
  readonly #reported = new Set<string>()
  #short = 0

  constructor(file: DumpFile) {
    this.file = file
  }

  reader(offset: number, length: number): Reader {
    return this.file.reader(offset, length, this.isLittleEndian)
  }

  /** Visits each whole row in order until `visit` gives `false`; gives the rows visited. */
  eachRow(
    offset: number,
    rowBytes: number,
    rows: number,
    visit: (row: Reader, index: number) => unknown,
  ): number {
    const pageRows = Math.max(1, Math.floor(PAGE_BYTES / rowBytes))
    for (let first = 0; first < rows; first += pageRows) {
      const wanted = Math.min(pageRows, rows - first)
      const reader = this.reader(offset + first * rowBytes, wanted * rowBytes)
      const present = Math.floor(reader.left / rowBytes)
      for (let index = 0; index < present; index++) {
        if (visit(reader.seek(index * rowBytes), first + index) === false) return first + index
      }
      if (present < wanted) return first + present
    }
    return rows
  }

  get isFull(): boolean {
    return this.memory.length >= MAX_SEGMENTS
  }

  /** A run of memory as the container lists it: it may be longer than the file. */
  addMemory(offset: number, length: number, address?: bigint, owner?: Owner): void {
    const present = Math.min(length, Number.MAX_SAFE_INTEGER - offset)
    if (present <= 0 || this.isFull) return
    const isShort = address !== undefined && present < SHORT_BYTES
    if (isShort && !goesOn(this.memory.at(-1), offset, address) && this.#isShortFull()) return
    this.memory.push({ offset, length: present, address, owner })
    if (this.memory.length < MAX_SEGMENTS) return
    const facts = { kept: MAX_SEGMENTS }
    this.addFlaw('table-cut', 'as many segments as are kept; others have no address', facts)
  }

  #isShortFull(): boolean {
    if (++this.#short <= MAX_SHORT) return false
    this.reportShort(MAX_SHORT)
    return true
  }

  reportShort(kept: number): void {
    const message = `more runs shorter than ${SHORT_BYTES} bytes than are kept; the rest have no address`
    this.addFlaw('table-cut', message, { kept })
  }

  dropShort(length: number): void {
    const kept = this.memory.filter((segment) => segment.length >= length)
    this.memory.length = 0
    for (const segment of kept) this.memory.push(segment)
  }

  /** Bytes of the container's own frame: never memory, whatever a table says. */
  addHeader(offset: number, length: number): void {
    addRange(this.headers, offset, length)
  }

  /** Bytes that describe the dump; memory, if a table claims them as memory too. */
  addTable(offset: number, length: number): void {
    addRange(this.tables, offset, length)
  }

  addMapping(from: bigint, to: bigint, owner: Owner): void {
    if (from < to) addOne(this.mappings, { from, to, owner })
  }

  addStack(address: bigint, name: string): void {
    addOne(this.stacks, { address, name })
  }

  addRegisters(kind: 'vector' | 'wide' | 'general', ranges: readonly Range[]): void {
    for (const { offset, length } of ranges) addOne(this[`${kind}Registers`], { offset, length })
  }

  /** Where a minidump keeps the registers of a thread: a table. */
  addContext(context: Range): void {
    this.addTable(context.offset, context.length)
    addOne(this.contexts, context)
  }

  /** For people: made safe to show. The first value of a name stays. */
  addFact(name: string, value: string | number): void {
    this.about[name] ??= typeof value === 'string' ? safeText(value, 100) : value
  }

  /** Once, however often it occurs. */
  addFlaw(code: Flaw['code'], message: string, facts: ErrorFacts = {}): void {
    if (this.#reported.has(message) || this.flaws.length >= MAX_FLAWS) return
    this.#reported.add(message)
    this.flaws.push({ code, message, facts })
  }
}

function addOne<T>(all: T[], one: T): void {
  if (all.length < MAX_RANGES) all.push(one)
}

function addRange(ranges: Range[], offset: number, length: number): void {
  const present = Math.min(length, Number.MAX_SAFE_INTEGER - offset)
  if (present <= 0) return
  const last = ranges.at(-1)
  if (last !== undefined && endOf(last) === offset)
    ranges[ranges.length - 1] = { offset: last.offset, length: last.length + present }
  else addOne(ranges, { offset, length: present })
}

/** Whether memory at `offset` and `address` is what comes next in the file and in the process. */
function goesOn(last: Segment | undefined, offset: number, address: bigint): boolean {
  if (last?.address === undefined || endOf(last) !== offset) return false
  return last.address + BigInt(last.length) === address
}
