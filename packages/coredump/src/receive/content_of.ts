/** Tells a core from a crash report of apport with one in it. @module */
import type { CoreHold } from '@mintmark/scan/hold/core_hold'
import { heldSource } from '@mintmark/scan/hold/held_input'
import type { HeldInput } from '@mintmark/scan/hold/hold_layout'
import { HEAD_BYTES } from '@mintmark/scan/packing/dump_head'
import { isCrashReport } from '@mintmark/scan/packing/report_fields'
import { refuseFullDisk } from '../spool/keep_free.ts'
import { SUFFIX, writeCompressed } from './compress.ts'
import type { Content } from './content.ts'
import type { Arrival, Gate } from './receive.ts'

/**
 * @param newHold a hold that the caller wipes
 * @throws {MintmarkError} `INPUT_INVALID` if it is a report that is damaged or cut
 */
export async function contentOf(
  gate: Gate,
  { source }: Arrival,
  { hold, newHold }: { readonly hold: CoreHold; readonly newHold: () => CoreHold },
): Promise<Content> {
  const input = hold.input()
  if (source === undefined || !isReport(input)) return coreContent(gate, hold)
  const { openedReport } = await import('./report_content.ts')
  return await openedReport(gate, input, newHold)
}

function isReport(input: HeldInput): boolean {
  const head = Buffer.alloc(Math.min(HEAD_BYTES, input.size))
  heldSource(input).read(0, head)
  const isOne = isCrashReport(head)
  head.fill(0)
  return isOne
}

function coreContent(gate: Gate, hold: CoreHold): Content {
  const { compression } = gate
  const input = hold.input()
  return {
    input,
    coreBytes: input.size,
    spilledBytes: hold.spilledBytes,
    suffix: SUFFIX[compression],
    compression,
    ready: (erased) =>
      Promise.resolve((file) =>
        writeCompressed(input, erased, {
          file,
          compression,
          check: () => refuseFullDisk(gate.spool, gate.limits.keepFreeBytes),
        }),
      ),
  }
}
