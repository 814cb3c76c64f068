/** Lifetimes of tokens and keys. Of several receipts of one id the worst counts. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseObject, readJti, text, unreadable, utcMs } from '@mintmark/core'
import { type Entry, type LedgerReader, verifiedEntries, walkShards } from '@mintmark/ledger/log'

export interface TokenLifetimes {
  readonly tokens: number
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** By kid: first and last issuance, milliseconds since 1970-01-01 UTC. */
  readonly keys: ReadonlyMap<string, { readonly firstMs: number; readonly lastMs: number }>
  readonly isPruned: boolean
  readonly shown: ShownShare | undefined
}

export interface ShownShare {
  readonly tokens: number
  readonly bound: number
  readonly missing: ReadonlyMap<string, number>
  /** Revoked tokens that the guard refused later; and those that it admitted more than a minute later. */
  readonly refusedRevoked: number
  readonly admittedRevoked: number
  readonly unrecorded: number
  readonly silentReceipts: number
}

const REVOCATION_LAG_MS = 60_000

/** Every entry is verified against its checkpoint on the way. @throws {MintmarkError} `LEDGER_DAMAGED` */
export async function lifetimesIn(
  reader: LedgerReader,
  receipts?: Receipts,
): Promise<TokenLifetimes> {
  const counts = new Map<number, number>()
  const keys = new Map<string, { readonly firstMs: number; readonly lastMs: number }>()
  const count = receipts && new ShownCount(receipts)
  let isPruned = false
  for (const alias of reader.description.issuers.keys())
    for await (const linked of walkShards(reader, alias)) {
      if (linked.opening === undefined) {
        isPruned = true
        continue
      }
      for await (const { entry } of verifiedEntries(linked.shard)) {
        count?.add(entry)
        if (entry.kind !== 'issuance') continue
        const { kid, issuedAtMs, expiresMs } = entry
        const seconds = Math.round((expiresMs - issuedAtMs) / 1000)
        counts.set(seconds, (counts.get(seconds) ?? 0) + 1)
        const { firstMs = issuedAtMs, lastMs = issuedAtMs } = keys.get(kid) ?? {}
        const [from, to] = [Math.min(firstMs, issuedAtMs), Math.max(lastMs, issuedAtMs)]
        keys.set(kid, { firstMs: from, lastMs: to })
      }
    }
  const sorted = [...counts].toSorted(([a], [b]) => a - b)
  const tokens = sorted.reduce((sum, [, n]) => sum + n, 0)
  return {
    tokens,
    p50: percentile(sorted, tokens * 0.5),
    p99: percentile(sorted, tokens * 0.99),
    longest: sorted.at(-1)?.[0] ?? 0,
    keys,
    isPruned,
    shown: count?.share(),
  }
}

class ShownCount {
  readonly #receipts: Receipts
  readonly #recorded = new Set<ShownToken>()
  readonly #missing: number[] = ELEMENTS.map(() => 0)
  #bound = 0
  #refused = 0
  #admitted = 0

  constructor(receipts: Receipts) {
    this.#receipts = receipts
  }

  add(entry: Entry): void {
    if (entry.kind === 'opening') return
    const token = this.#receipts.tokens.get(entry.tokenId)
    if (token === undefined) return
    if (entry.kind === 'revocation') {
      if (token.admittedMs > entry.revokedAtMs + REVOCATION_LAG_MS) this.#admitted++
      else if (token.refusedMs > entry.revokedAtMs) this.#refused++
      return
    }
    if (this.#recorded.has(token)) return
    this.#recorded.add(token)
    if (!token.isUnbound) this.#bound++
    for (const n of ELEMENTS.keys())
      if ((token.missing & (1 << n)) !== 0) this.#missing[n] = (this.#missing[n] ?? 0) + 1
  }

  share(): ShownShare {
    const missing = ELEMENTS.map(([name = ''], n) => [name, this.#missing[n] ?? 0] as const)
    return {
      tokens: this.#recorded.size,
      bound: this.#bound,
      missing: new Map(missing.filter(([, n]) => n > 0)),
      refusedRevoked: this.#refused,
      admittedRevoked: this.#admitted,
      unrecorded: this.#receipts.tokens.size - this.#recorded.size,
      silentReceipts: this.#receipts.silent,
    }
  }
}

function percentile(sorted: readonly (readonly [number, number])[], rank: number): number {
  let below = 0
  for (const [seconds, count] of sorted) {
    below += count
    if (below >= rank) return seconds
  }
  return 0
}

/** NIST IR 8587 (draft), 5.2.1.1, by the claims that have them. `act` is of delegated tokens alone, and not asked for. */
const ELEMENTS: readonly (readonly string[])[] = [
  ...['iss', 'aud', 'sub', 'iat', 'exp', 'jti'].map((claim) => [claim]),
  ['client_id', 'azp', 'appid'],
  ['auth_time'],
  ['acr'],
]

interface ShownToken {
  /** Bit n: a receipt names none of the n-th of {@link ELEMENTS}. */
  missing: number
  isUnbound: boolean
  /** Milliseconds since 1970-01-01 UTC; 0 for never. */
  admittedMs: number
  refusedMs: number
}

interface Receipts {
  readonly tokens: ReadonlyMap<string, ShownToken>
  /** Receipts that name no claims: of a guard of an earlier version. */
  readonly silent: number
  /** Lines that are no receipt, and receipts of tokens that there was no room for. */
  readonly unread: number
}

/** Some 150 bytes each. */
const MOST_TOKENS = 4_000_000

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

function receiptIn(line: string) {
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
  { atMs, isAdmitted }: { readonly atMs: number; readonly isAdmitted: boolean },
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
