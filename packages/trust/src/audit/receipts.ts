/**
 * Reads a guard's receipts: which claims tokens have, whether a key binds them, and when they were admitted.
 *
 * Of several receipts of one token id the worst counts: reusing an id can make the answer worse, never better.
 *
 * Source: docs/schema/plain-ndjson.md, `mintmark-access/1`.
 *
 * @module
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseObject, readJti, text, unreadable, utcMs } from '@mintmark/core'

/** NIST IR 8587 (draft), 5.2.1.1, by the claims that have them. `act` is of delegated tokens alone, and not asked for. */
export const ELEMENTS: readonly (readonly string[])[] = [
  ['iss'],
  ['aud'],
  ['sub'],
  ['iat'],
  ['exp'],
  ['jti'],
  ['client_id', 'azp', 'appid'],
  ['auth_time'],
  ['acr'],
]

export interface ShownToken {
  /** Bit n: a receipt names none of the n-th of {@link ELEMENTS}. */
  missing: number
  isUnbound: boolean
  /** Milliseconds since 1970-01-01 UTC; 0 for never. */
  admittedMs: number
  refusedMs: number
}

export interface Receipts {
  /** By token id, in its canonical text. */
  readonly tokens: ReadonlyMap<string, ShownToken>
  /** Receipts that name no claims: of a guard of an earlier version. */
  readonly silent: number
  /** Lines that are no receipt, and receipts of tokens that there was no room for. */
  readonly unread: number
}

/** Some 150 bytes each. */
const MOST_TOKENS = 4_000_000

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function readReceipts(file: string): Promise<Receipts> {
  const tokens = new Map<string, ShownToken>()
  let [silent, unread] = [0, 0]
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (line === '') continue
      const receipt = receiptIn(line)
      const known = receipt && tokens.get(receipt.tokenId)
      if (receipt === undefined || (known === undefined && tokens.size >= MOST_TOKENS)) unread++
      else if (receipt.claims === undefined) silent++
      else tokens.set(receipt.tokenId, merged(known, receipt, receipt.claims))
    }
  } catch (cause) {
    throw unreadable(file, cause)
  }
  return { tokens, silent, unread }
}

interface Receipt {
  readonly tokenId: string
  readonly atMs: number
  readonly isAdmitted: boolean
  readonly claims: ReadonlySet<unknown> | undefined
}

function receiptIn(line: string): Receipt | undefined {
  const row = parseObject(line)
  if (row?.['schema'] !== 'mintmark-access/1') return undefined
  const { tokenId } = readJti(row['tokenId'])
  const atMs = utcMs(row['at'])
  if (tokenId === '' || atMs === undefined) return undefined
  const claims = Array.isArray(row['claims']) ? new Set<unknown>(row['claims']) : undefined
  return { tokenId, atMs, isAdmitted: text(row, 'outcome') === 'succeeded', claims }
}

function merged(
  known: ShownToken | undefined,
  { atMs, isAdmitted }: Receipt,
  claims: ReadonlySet<unknown>,
): ShownToken {
  const token = known ?? { missing: 0, isUnbound: false, admittedMs: 0, refusedMs: 0 }
  for (const [n, names] of ELEMENTS.entries())
    if (!names.some((name) => claims.has(name))) token.missing |= 1 << n
  token.isUnbound ||= !claims.has('cnf')
  if (isAdmitted) token.admittedMs = Math.max(token.admittedMs, atMs)
  else token.refusedMs = Math.max(token.refusedMs, atMs)
  return token
}
