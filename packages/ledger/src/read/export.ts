/**
 * A ledger as issuance evidence: `mintmark-issuance/1`, one line a token.
 * Users come from openings alone, each checked against its commitments first.
 * Source: docs/schema/plain-ndjson.md; docs/ledger-format.md, section "Openings of entries".
 */
import { isoOf, type Json, MintmarkError, parseObject, readJti, text } from '@mintmark/core'
import { type Blinded, blindedOf, commit, readSalt, SALT_CLAIM } from '../notes/signing_input.ts'
import type { Issuance } from '../tree/entry.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { LedgerReader } from './reader.ts'
import { type LinkedShard, verifiedEntries, walkShards } from './walk.ts'

const OPENING_SCHEMA = 'mintmark-opening/1'
const PERIOD_SCHEMA = 'mintmark-issuance-period/1'

interface TokenOpening {
  readonly blinded: Blinded
  readonly salt: Uint8Array
}

/** An issuer may store this line to open its entries later. Personal data. */
export function openingLine(payload: Json): string {
  const { subject, client, audience, tenant } = blindedOf(payload)
  const salt = payload[SALT_CLAIM]
  const { tokenId } = readJti(payload['jti'])
  const line = { schema: OPENING_SCHEMA, tokenId, salt, subject, client, audience, tenant }
  return `${JSON.stringify(line)}\n`
}

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.line` for a line that is no opening */
export function parseOpenings(source: string): Map<string, TokenOpening> {
  const openings = new Map<string, TokenOpening>()
  for (const [i, line] of source.split('\n').entries()) {
    if (line.trim() === '') continue
    const record = parseObject(line)
    const salt = record && readSalt(record['salt'])
    const tokenId = record && text(record, 'tokenId')
    if (record?.['schema'] !== OPENING_SCHEMA || salt === undefined || tokenId === undefined)
      throw new MintmarkError('INPUT_INVALID', `line ${i + 1} is no opening`, { line: i + 1 })
    const audience = record['audience']
    const blinded = {
      subject: text(record, 'subject'),
      client: text(record, 'client'),
      audience: Array.isArray(audience) ? audience.map(String) : undefined,
      tenant: text(record, 'tenant'),
    }
    openings.set(tokenId, { blinded, salt })
  }
  return openings
}

interface ExportOptions {
  /** By alias, where the openings name no tenant; `''` for all others. */
  readonly tenants: ReadonlyMap<string, string>
  readonly openings: ReadonlyMap<string, TokenOpening>
}

export interface ExportCount {
  issuances: number
  opened: number
  /** Openings that do not match their token's commitments: not used. */
  refused: number
  pruned: number
}

/**
 * All issuances of one issuer after the other, oldest first. @param count is updated on the way
 * @throws {MintmarkError} `LEDGER_DAMAGED` before any line of a shard that misses its checkpoint
 */
export async function* exportLines(
  reader: LedgerReader,
  options: ExportOptions,
  count: ExportCount,
): AsyncGenerator<string, void, void> {
  const { issuers, skewMs } = reader.description
  for (const [alias, issuer] of issuers) {
    const chain: LinkedShard[] = []
    for await (const linked of walkShards(reader, alias)) chain.unshift(linked)
    let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { shard, opening } of chain) {
      if (opening === undefined) {
        count.pruned++
        continue
      }
      fromMs = Math.min(fromMs, opening.openedAtMs + skewMs)
      for await (const { entry, index } of verifiedEntries(shard)) {
        if (entry.kind !== 'issuance') continue
        count.issuances++
        const opened = openedOf(entry, options, count)
        toMs = Math.max(toMs, entry.issuedAtMs - 2 * skewMs)
        const tenant = opened?.tenant ?? options.tenants.get(alias) ?? options.tenants.get('')
        yield lineOf(entry, `${shard.head.origin}#${index}`, { ...opened, tenant })
      }
    }
    if (toMs > fromMs) yield periodLine(issuer, fromMs, toMs)
  }
}

/**
 * The period for which every token is in the export, or was not signed.
 * Clocks may differ by the skew: it starts one skew late, and ends two before the newest entry.
 */
function periodLine(issuer: string, fromMs: number, toMs: number): string {
  const [from, to] = [isoOf(fromMs), isoOf(toMs)]
  return `${JSON.stringify({ schema: PERIOD_SCHEMA, issuer, from, to })}\n`
}

function openedOf(
  entry: Issuance,
  options: ExportOptions,
  count: ExportCount,
): Partial<Blinded> | undefined {
  const opening = options.openings.get(entry.tokenId)
  if (opening === undefined) return undefined
  const made = commit(opening.blinded, opening.salt)
  const names = ['subject', 'client', 'audience', 'tenant'] as const
  if (!names.every((name) => isEqualHash(made[name], entry.commitments[name]))) {
    count.refused++
    return undefined
  }
  count.opened++
  return opening.blinded
}

function lineOf(entry: Issuance, id: string, opened: Partial<Blinded>): string {
  const { tokenId, issuedAtMs, expiresMs, issuer, kid, alg } = entry
  const line = {
    schema: 'mintmark-issuance/1',
    id,
    at: isoOf(issuedAtMs),
    outcome: 'issued',
    tokenId,
    principalId: opened.subject,
    tenant: opened.tenant,
    appId: opened.client,
    resourceId: opened.audience?.[0],
    issuer,
    detail: { kid, alg, expires: isoOf(expiresMs) },
  }
  return `${JSON.stringify(line)}\n`
}
