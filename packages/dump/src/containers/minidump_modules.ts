/**
 * The modules that a minidump lists, with their names.
 *
 * @module
 */
import type { Layout } from '../memory/layout.ts'
import { ask, askReader, type Reading } from '../memory/reading.ts'
import type { Owner, Range } from '../memory/segment.ts'
import { eachListed, readLocation } from './minidump_lists.ts'

const MODULE_BYTES = 108
const MAX_MODULES = 1 << 16
/** Windows paths have at most 32,767 letters; names are shown far shorter. */
const MAX_NAME_BYTES = 2048
const MAX_RECORD_BYTES = 1 << 16

interface Module {
  readonly from: bigint
  readonly to: bigint
  readonly nameOffset: number
}

export function* readModuleList(stream: Range, layout: Layout): Reading<void> {
  const modules: Module[] = []
  const records: Range[] = []
  yield* eachListed(stream, MODULE_BYTES, 'ModuleList', layout, (row) => {
    if (modules.length >= MAX_MODULES) return
    const start = row.at
    const from = row.u64()
    const to = from + BigInt(row.u32())
    const nameOffset = row.skip(8).u32()
    row.seek(start + 76) // checksum, time and version come before the debug records
    records.push(readLocation(row), readLocation(row))
    modules.push({ from, to, nameOffset })
  })
  layout.addFact('modules', modules.length)
  for (const { offset, length } of records)
    if (offset > 0 && length <= MAX_RECORD_BYTES) layout.addTable(offset, length)
  for (const module of modules.toSorted((one, other) => one.nameOffset - other.nameOffset))
    yield* nameModule(module, layout)
}

function* nameModule(module: Module, layout: Layout): Reading<void> {
  const name = yield* readString(module.nameOffset, layout)
  if (name === undefined)
    layout.addFlaw('names-damaged', 'a module has no name where it should', {
      offset: module.nameOffset,
    })
  const owner: Owner = { kind: 'module', name: name ?? 'module without a name' }
  layout.addMapping(module.from, module.to, owner)
}

/** A `MINIDUMP_STRING`: a length in bytes, and UTF-16 in the dump's byte order, and a NUL that is not counted. */
function* readString(offset: number, layout: Layout): Reading<string | undefined> {
  const head = yield* askReader(offset, 4, layout.isLittleEndian)
  if (offset === 0 || head.left < 4) return undefined
  const length = head.u32()
  if (length === 0 || length % 2 === 1 || length > MAX_RECORD_BYTES) return undefined
  const bytes = yield* ask(offset + 4, Math.min(length, MAX_NAME_BYTES))
  if (bytes.length < Math.min(length, MAX_NAME_BYTES)) return undefined
  layout.addTable(offset, 4 + length + 2)
  const letters = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let name = ''
  for (let at = 0; at + 2 <= bytes.length; at += 2)
    name += String.fromCharCode(letters.getUint16(at, layout.isLittleEndian))
  return name
}
