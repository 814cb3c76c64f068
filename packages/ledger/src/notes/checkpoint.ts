/**
 * Checkpoints: the head of a tree as the text of a signed note.
 * Source: C2SP tlog-checkpoint v1.0.0. Extension lines are ignored and never written.
 */
import { base64, MintmarkError, parseObject, readBase64, text as textAt } from '@mintmark/core'
import { HASH_BYTES, isEqualHash } from '../tree/tree.ts'
import { formatNote, type Note, type NoteSigner, parseNote } from './note.ts'

export interface Head {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export interface Checkpoint {
  readonly head: Head
  readonly note: Note
}

export function formatHead({ origin, size, root }: Head): string {
  return `${origin}\n${size}\n${base64(root)}\n`
}

export function parseHead(text: string): Head | undefined {
  if (!text.endsWith('\n')) return undefined
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n')
  const hash = readBase64(root)
  const count = parseSize(size)
  if (origin === '' || count === undefined || hash?.length !== HASH_BYTES) return undefined
  return extensions.includes('') ? undefined : { origin, size: count, root: hash }
}

export function parseSize(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

export function parseCheckpoint(text: string): Checkpoint | undefined {
  const note = parseNote(text)
  const head = note && parseHead(note.text)
  return head && { head, note }
}

export function signHead(head: Head, signer: NoteSigner): string {
  const text = formatHead(head)
  return formatNote(text, [signer.named(head.origin).sign(text)])
}

/**
 * Heads that verifiers, witnesses or an earlier run saw: lines of JSON (`origin`, `size`, `root`).
 * A ledger without one of them lost entries (restored back-up), or was forked (stolen key).
 */

/** As a witness reports it: perhaps the size alone. */
export interface SeenHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array | undefined
  /** Days for which the ledger said to keep the shard; null: for ever; undefined: not noted. */
  readonly retentionDays?: number | null | undefined
}

export function formatHeads(heads: Iterable<SeenHead>): string {
  let lines = ''
  for (const { origin, size, root, retentionDays } of heads)
    lines += `${JSON.stringify({ origin, size, root: root && base64(root), retentionDays })}\n`
  return lines
}

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.line` */
export function parseHeads(source: string): SeenHead[] {
  return source
    .split('\n')
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const record = parseObject(line)
      const origin = record && textAt(record, 'origin')
      const size = record?.['size']
      const encoded = record && textAt(record, 'root')
      const root = encoded === undefined ? undefined : readBase64(encoded)
      const isWhole = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0
      const isRoot = encoded === undefined || root?.length === HASH_BYTES
      const retentionDays = record?.['retentionDays']
      const isRetention = retentionDays === undefined || isDays(retentionDays)
      if (origin === undefined || !isWhole || !isRoot || !isRetention)
        throw new MintmarkError('INPUT_INVALID', `line ${number} is no head`, { line: number })
      return { origin, size, root, retentionDays }
    })
}

const isDays = (value: unknown): value is number | null =>
  value === null || (typeof value === 'number' && value >= 0)

/** The largest head of each origin; of equal ones, one with a retention. */
export function highestHeads<T extends SeenHead>(heads: Iterable<T>): Map<string, T> {
  const highest = new Map<string, T>()
  for (const head of heads) {
    const known = highest.get(head.origin)
    const isNoted = known?.retentionDays === undefined && head.retentionDays !== undefined
    if (known === undefined || head.size > known.size || (head.size === known.size && isNoted))
      highest.set(head.origin, head)
  }
  return highest
}

/**
 * @param own undefined if there is no such shard
 * @throws {MintmarkError} `LEDGER_BEHIND` with `facts.origin`, `facts.seen` and `facts.size`
 */
export async function assertContains(
  seen: SeenHead,
  own:
    | { readonly size: number; readonly rootAt: (size: number) => Promise<Uint8Array> }
    | undefined,
): Promise<void> {
  const size = own?.size ?? 0
  const facts = { origin: seen.origin, seen: seen.size, size }
  if (own === undefined || size < seen.size) {
    const message = `${seen.origin} has ${size} entries, but ${seen.size} were seen: this is an older copy of the ledger`
    throw new MintmarkError('LEDGER_BEHIND', message, facts)
  }
  if (seen.root === undefined || isEqualHash(await own.rootAt(seen.size), seen.root)) return
  const message = `${seen.origin} at ${seen.size} entries is not what was seen: the ledger was forked`
  throw new MintmarkError('LEDGER_BEHIND', message, facts)
}
