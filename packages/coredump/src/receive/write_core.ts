/** A core that was read to its end: scrubbed, and only then written. */
import { closeSync, fsyncSync, writeFileSync } from 'node:fs'
import { MintmarkError, safeJson } from '@mintmark/core'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { GateReport, ReceivedBytes } from '../spool/gate_report.ts'
import { slotMs, takeSlot, within } from '../spool/scrub_slots.ts'
import type { SpoolEntry } from '../spool/spool.ts'
import { sha256OfBuffered } from './compress.ts'
import { contentOf } from './content.ts'
import type { Arrival, Content, CoreOutcome, Gate } from './gate.ts'

interface ReadCore {
  readonly entry: SpoolEntry
  readonly buffer: CoreBuffer
  readonly newBuffer: () => CoreBuffer
  readonly received: ReceivedBytes
}

const NOT_CLEAN = 'the scrub could not make sure that no key is left'

export async function writeCore(
  gate: Gate,
  arrival: Arrival,
  read: ReadCore,
): Promise<CoreOutcome> {
  const { log, spool } = gate
  const { entry, received } = read
  const left = spool.removeLeftovers()
  if (left > 0)
    log.problem(`cores that were being received when what received them was ended: ${left}`)
  if (received.bytes === 0) throw new MintmarkError('INPUT_INVALID', 'the core is empty')
  const content = await contentOf(gate, arrival, read)
  const lastsMs = (gate.slotMs ?? slotMs)(content.input.size)
  await takeSlot(spool, entry, lastsMs)
  return await within(lastsMs, scrubbed(gate, arrival, { entry, received, content }))
}

interface ToScrub {
  readonly entry: SpoolEntry
  readonly received: ReceivedBytes
  readonly content: Content
}

async function scrubbed(
  { log, loadScrub }: Gate,
  { name, crash, source }: Arrival,
  { entry, received: read, content }: ToScrub,
): Promise<CoreOutcome> {
  const { input } = content
  const received = { ...read, bytes: content.coreBytes, bufferedInFile: content.spilledBytes }
  const before = input.spill === undefined ? undefined : sha256OfBuffered(input)
  const scrub = await loadScrub()
  const { erased, report: scrubReport, isClean, counts, remainders = [] } = await scrub(input, name)
  const facts = { schema: 'mintmark-gate/1', crash, source, received, scrub: scrubReport } as const
  const write = isClean ? await content.ready(erased, scrub) : undefined
  if (typeof write !== 'function') {
    const why = [NOT_CLEAN, ...remainders, ...(write === undefined ? [] : [write])].join(': ')
    const folder = publish(entry, name, { ...facts, core: undefined, why })
    log.problem(`${name}: no core, ${why}`)
    return { outcome: 'unclean', folder }
  }
  const core = `${name}.${content.suffix}`
  const out = entry.create(core)
  try {
    const { bytes, sha256, rawSha256, bufferedSha256 } = await write(out)
    if (before !== undefined && before !== bufferedSha256)
      throw new MintmarkError('INPUT_UNREADABLE', 'the temporary file of its buffer was changed')
    const written = { file: core, compression: content.compression, bytes, sha256, rawSha256 }
    const folder = publish(entry, name, { ...facts, core: written, why: undefined })
    log.note(`${name}: written, ${bytes} bytes, ${erased.length} ranges erased`)
    return { outcome: 'core', folder, erasedRanges: erased.length, counts }
  } finally {
    closeSync(out)
  }
}

function publish(entry: SpoolEntry, name: string, report: GateReport): string {
  const file = entry.create(`${name}.report.json`)
  try {
    writeFileSync(file, `${safeJson(report, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return entry.publish(name)
}
