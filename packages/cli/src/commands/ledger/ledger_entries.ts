/** What is in a ledger: its keys, its newest entries, all of its issuances. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, isoOf, safeJson, safeText } from '@mintmark/core'
import * as ledger from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { type Handler, invalid } from '../../process/call.ts'
import { DONE, NOT_ANSWERED } from '../../process/exit_codes.ts'

/** The newest shard first: clients of other tlogs take one key a name, and each shard is a log. */
export const ledgerKeys: Handler = async (call, location = '') => {
  const reader = await openReader(location)
  const { key, issuers } = reader.description
  for (const alias of issuers.keys())
    for await (const { shard } of ledger.walkShards(reader, alias)) {
      const { origin } = shard.head
      const vkey = ledger.formatVerifierKey(ledger.verifierKey(origin, 'log', key.publicKey))
      await call.print({ origin, vkey }, () => `${vkey}\n`)
    }
  return DONE
}

const POLL_MS = 500

export const ledgerTail: Handler = async (call, location = '') => {
  const lines = call.number('lines', { least: 0, most: 1_000_000 }) ?? 10
  const tail = await ledger.LedgerTail.open(await openReader(location), lines)
  const lineOf = call.isJson ? jsonLine : textLine
  const printNew = async () => {
    for await (const entries of tail.next()) await call.out(entries.map(lineOf).join(''))
  }
  await printNew()
  while (call.flag('follow')) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await sleep(POLL_MS)
    // oxlint-disable-next-line no-await-in-loop -- the same
    await printNew()
  }
  return DONE
}

const jsonLine = ({ shard, index, entry }: ledger.TailEntry): string =>
  `${safeJson({ shard, index, ...plain(entry) })}\n`

const textLine = ({ shard, index, entry }: ledger.TailEntry): string =>
  `${shard} ${String(index).padStart(8)}  ${safeText(summary(entry))}\n`

/** Hashes as hexadecimal text, times as ISO 8601. */
function plain(record: object): object {
  const members = Object.entries(record).map(([name, value]: [string, unknown]) => {
    if (value instanceof Uint8Array) return [name, Buffer.from(value).toString('hex')]
    return [name, isObject(value) ? plain(value) : value]
  })
  return Object.fromEntries(members)
}

function summary(entry: ledger.Entry): string {
  if (entry.kind === 'revocation') return `${isoOf(entry.revokedAtMs)} revoked ${entry.tokenId}`
  if (entry.kind === 'opening')
    return `${isoOf(entry.openedAtMs)} opened after ${entry.previousOrigin || 'nothing'}`
  const { issuedAtMs, expiresMs, tokenId, alg, kid } = entry
  return `${isoOf(issuedAtMs)} issued ${tokenId} until ${isoOf(expiresMs)} ${alg} ${kid}`
}

const LINES_AT_ONCE = 512

export const ledgerExport: Handler = async (call, location = '') => {
  const reader = await openReader(location)
  const tenants = tenantsOf(call.list('tenant'), new Set(reader.description.issuers.keys()))
  const source = await call.file('openings')
  const openings = source === undefined ? new Map() : ledger.parseOpenings(source)
  const count: ledger.ExportCount = { issuances: 0, opened: 0, refused: 0, pruned: 0 }
  let lines: string[] = []
  for await (const line of ledger.exportLines(reader, { tenants, openings }, count)) {
    lines.push(line)
    if (lines.length < LINES_AT_ONCE) continue
    await call.out(lines.join(''))
    lines = []
  }
  await call.out(lines.join(''))
  if (tenants.size === 0 && count.opened < count.issuances)
    call.err('mintmark: no --tenant: accesses that name a tenant will match no issuance\n')
  if (count.pruned > 0) call.err(`mintmark: entries of ${count.pruned} or more shards are pruned\n`)
  if (count.refused === 0) return DONE
  call.err(`mintmark: ${count.refused} openings do not match their tokens, and were not used\n`)
  // The issuances are written, but without what these openings should have added.
  return NOT_ANSWERED
}

/** `TENANT` for all issuers, or `ALIAS=TENANT` for one. */
function tenantsOf(rows: readonly string[], aliases: ReadonlySet<string>): Map<string, string> {
  const tenants = new Map<string, string>()
  for (const row of rows) {
    const at = row.indexOf('=')
    const alias = at === -1 ? '' : row.slice(0, at)
    if ((alias !== '' && !aliases.has(alias)) || tenants.has(alias))
      throw invalid('tenant', '--tenant takes TENANT, or ALIAS=TENANT once for each')
    tenants.set(alias, row.slice(at + 1))
  }
  return tenants
}
