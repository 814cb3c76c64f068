import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, isoOf, safeJson, safeText } from '@mintmark/core'
import { type Entry, LedgerTail, type TailEntry } from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { flag, numberOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'

const POLL_MS = 500

/** Prints the newest entries, and goes on with `--follow` until it is interrupted. */
export const ledgerTail: Handler = async ([location = ''], options, io) => {
  const lines = numberOption(options, 'lines', { least: 0, most: 1_000_000 }) ?? 10
  const tail = await LedgerTail.open(await openReader(location), lines)
  const lineOf = flag(options, 'json') ? jsonLine : textLine
  const print = async () => {
    for await (const entries of tail.next()) await io.out(entries.map(lineOf).join(''))
  }
  await print()
  while (flag(options, 'follow')) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await sleep(POLL_MS)
    // oxlint-disable-next-line no-await-in-loop -- the same
    await print()
  }
  return DONE
}

const jsonLine = ({ shard, index, entry }: TailEntry): string =>
  `${safeJson({ shard, index, ...plain(entry) })}\n`

const textLine = ({ shard, index, entry }: TailEntry): string =>
  `${shard} ${String(index).padStart(8)}  ${safeText(summary(entry))}\n`

/** Hashes as hexadecimal text, times as ISO 8601. */
function plain(record: object): object {
  const members = Object.entries(record).map(([name, value]: [string, unknown]) => {
    if (value instanceof Uint8Array) return [name, Buffer.from(value).toString('hex')]
    return [name, isObject(value) ? plain(value) : value]
  })
  return Object.fromEntries(members)
}

function summary(entry: Entry): string {
  if (entry.kind === 'revocation') return `${isoOf(entry.revokedAtMs)} revoked ${entry.tokenId}`
  if (entry.kind === 'opening')
    return `${isoOf(entry.openedAtMs)} opened after ${entry.previousOrigin || 'nothing'}`
  const { issuedAtMs, expiresMs, tokenId, alg, kid } = entry
  return `${isoOf(issuedAtMs)} issued ${tokenId} until ${isoOf(expiresMs)} ${alg} ${kid}`
}
