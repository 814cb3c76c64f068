/** One core: buffered (encrypted on disk), scrubbed, written. A failure leaves no core. */
import path from 'node:path'
import { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import { drain, type Inlet } from '@mintmark/scan/buffer/drain'
import type { Crash } from '../spool/crash.ts'
import { refuseFullDisk } from '../spool/free_space.ts'
import type { DroppedFile, ReceivedBytes } from '../spool/gate_report.ts'
import { MemoryPool } from '../spool/memory_pool.ts'
import { reasonOf } from '../spool/reason.ts'
import { renice } from '../spool/renice.ts'
import { coreName, type Spool, type SpoolEntry, safeName } from '../spool/spool.ts'
import type { Arrival, CoreOutcome, Gate } from './gate.ts'

export function arrivalOf(crash: Crash, inlet: Inlet): Arrival {
  const program = safeName(`${crash.executable}-${crash.uid ?? ''}`)
  return { inlet, crash, program, name: coreName([crash.executable, crash.pid], crash.timeMs) }
}

export function arrivalOfFile(source: DroppedFile, inlet: Inlet): Arrival {
  const { member } = source
  const names = [path.basename(source.path), ...(member === undefined ? [] : [member])]
  const name = coreName(names, source.modifiedMs)
  return { inlet, source, program: safeName(path.basename(source.path)), name }
}

/** Never throws: failures are logged, and there is no core. */
export async function receiveCore(gate: Gate, arrival: Arrival): Promise<CoreOutcome> {
  const { spool, log, limits } = gate
  let entry: SpoolEntry | undefined
  const buffers: CoreBuffer[] = []
  try {
    if (arrival.crash?.wantsNone === true) return respect('the process asked for none (limit 0)')
    entry = spool.begin(arrival.program)
    const crowd = tooMany(spool, arrival, limits.maxAtOnce)
    if (crowd !== undefined) return lose(crowd)
    refuseFullDisk(spool, limits.keepFreeBytes)
    const { folder } = entry
    const memory = new MemoryPool(spool, entry, limits.maxMemoryBytes)
    const newBuffer = (): CoreBuffer => {
      const made = new CoreBuffer({ folder, memory })
      buffers.push(made)
      return made
    }
    const buffer = newBuffer()
    const received = await readFrom(gate, arrival, buffer)
    memory.giveBack()
    if (received === undefined) return lose(`it is larger than ${limits.maxSizeBytes} bytes`)
    const { writeCore } = await import('./write_core.ts')
    return await writeCore(gate, arrival, { entry, buffer, newBuffer, received })
  } catch (error) {
    return lose(reasonOf(error))
  } finally {
    attempt(() => arrival.inlet.close())
    for (const each of buffers) attempt(() => each.wipe())
    attempt(() => entry?.discard())
  }

  function attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      log.problem(`${arrival.name}: not cleared up, ${reasonOf(error)}`)
    }
  }

  function lose(why: string): CoreOutcome {
    // Logging takes a while; the dying process need not wait for it.
    attempt(() => arrival.inlet.close())
    log.problem(`${arrival.name}: no core, ${why}`)
    return { outcome: 'lost', why }
  }

  function respect(why: string): CoreOutcome {
    log.note(`${arrival.name}: no core, ${why}`)
    return { outcome: 'lost', why }
  }
}

/** One program that keeps crashing leaves room for others. */
function tooMany(spool: Spool, { program }: Arrival, most: number): string | undefined {
  const ofOne = Math.ceil(most / 2)
  if (spool.countOf() > most) return `${most} cores are being received already`
  if (spool.countOf(program) > ofOne)
    return `${ofOne} cores of this program are being received already`
  return undefined
}

async function readFrom(
  gate: Gate,
  arrival: Arrival,
  buffer: CoreBuffer,
): Promise<ReceivedBytes | undefined> {
  const { inlet, source, name } = arrival
  if (source?.member === undefined) return readAll(gate, arrival, buffer)
  const { spool, limits, log } = gate
  const { readZipMember } = await import('./zip_archive.ts')
  const received = await readZipMember(inlet.file, source.member, buffer, {
    maxSizeBytes: limits.maxSizeBytes,
    check: () => refuseFullDisk(spool, limits.keepFreeBytes),
  })
  inlet.close()
  renice()
  if (received !== undefined)
    log.note(`${name}: unpacked, ${received.bytes} bytes in ${received.readMs} ms`)
  return received
}

function readAll(
  { limits, spool, log }: Gate,
  { inlet, name }: Arrival,
  buffer: CoreBuffer,
): ReceivedBytes | undefined {
  const startMs = performance.now()
  const end = drain(inlet, buffer, limits.maxSizeBytes, () => {
    refuseFullDisk(spool, limits.keepFreeBytes)
  })
  const readMs = Math.round(performance.now() - startMs)
  inlet.close()
  renice()
  if (end === 'too-large') return undefined
  log.note(`${name}: read, ${buffer.size} bytes in ${readMs} ms`)
  return { bytes: buffer.size, bufferedInFile: buffer.spilledBytes, readMs }
}
