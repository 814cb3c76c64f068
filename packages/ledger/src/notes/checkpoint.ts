/**
 * Checkpoints: the head of a tree as the text of a signed note.
 *
 * Source: C2SP tlog-checkpoint v1.0.0. Extension lines are read over and never written.
 *
 * @module
 */

import { HASH_BYTES } from '../tree/tree.ts'
import { base64, readBase64 } from './base64.ts'
import { formatNote, type Note, type NoteSigner, parseNote } from './note.ts'

export interface Head {
  /** Name of the log: for a ledger, that of the shard. */
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

/** The head that the text of a note states; undefined if it states none. */
export function parseHead(text: string): Head | undefined {
  if (!text.endsWith('\n')) return undefined
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n')
  const hash = readBase64(root)
  const count = parseSize(size)
  if (origin === '' || count === undefined || hash?.length !== HASH_BYTES) return undefined
  return extensions.includes('') ? undefined : { origin, size: count, root: hash }
}

/** A decimal without leading zeros, up to 2^53 − 1. */
export function parseSize(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

/** A checkpoint, not verified; undefined if it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const note = parseNote(text)
  const head = note && parseHead(note.text)
  return head && { head, note }
}

/** A checkpoint, signed by the log's key under the log's name. */
export function signHead(head: Head, signer: NoteSigner): string {
  const text = formatHead(head)
  return formatNote(text, [signer.named(head.origin).sign(text)])
}
