/* oxlint-disable no-await-in-loop -- entries are read in their order, one place after the other */
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, isoOf, MintmarkError, safeJson, safeText } from '@mintmark/core'
import { decodeEntry, type Entry, type LedgerReader, TILE_WIDTH } from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { flag, numberOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'

const POLL_MS = 500

/** Where a reader stands in each issuer's newest shard. */
type Positions = Map<string, { path: string; next: number }>

/** Prints the newest entries, and goes on with `--follow` until it is interrupted. */
export const ledgerTail: Handler = async ([place = ''], options, io) => {
  const reader = await openReader(place)
  const lines = numberOption(options, 'lines', { least: 0, most: 1_000_000 }) ?? 10
  const positions: Positions = new Map()
  for (const alias of reader.description.issuers.keys()) {
    const path = await reader.newest(alias)
    const size = path === undefined ? 0 : ((await reader.shard(path))?.head.size ?? 0)
    if (path !== undefined)
      positions.set(alias, { path, next: Math.max(0, size - Math.floor(lines)) })
  }
  const isJson = flag(options, 'json')
  await advance(reader, positions, io, isJson)
  while (flag(options, 'follow')) {
    await sleep(POLL_MS)
    await advance(reader, positions, io, isJson)
  }
  return DONE
}

async function advance(
  reader: LedgerReader,
  positions: Positions,
  io: Io,
  isJson: boolean,
): Promise<void> {
  for (const alias of reader.description.issuers.keys()) {
    const newest = await reader.newest(alias)
    if (newest === undefined) continue
    const at = positions.get(alias) ?? { path: newest, next: 0 }
    // The rest of the shard that was the newest comes before the one that is.
    for (const path of new Set([at.path, newest])) {
      const next = path === at.path ? at.next : 0
      positions.set(alias, { path, next: await printFrom(reader, path, next, { io, isJson }) })
    }
  }
}

async function printFrom(
  reader: LedgerReader,
  path: string,
  from: number,
  { io, isJson }: { readonly io: Io; readonly isJson: boolean },
): Promise<number> {
  const shard = await reader.shard(path)
  if (shard === undefined) throw new MintmarkError('LEDGER_DAMAGED', `${path} has no checkpoint`)
  let next = from
  while (next < shard.head.size) {
    const bundle = Math.floor(next / TILE_WIDTH)
    const entries = (await shard.tree.bundle(bundle)).slice(next % TILE_WIDTH)
    const lines = entries.map((bytes, i) => lineOf(path, next + i, decodeEntry(bytes), isJson))
    await io.out(lines.join(''))
    next += entries.length
  }
  return next
}

function lineOf(path: string, index: number, entry: Entry, isJson: boolean): string {
  if (isJson) return `${safeJson({ shard: path, index, ...plain(entry) })}\n`
  return `${path} ${String(index).padStart(8)}  ${safeText(summary(entry))}\n`
}

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
