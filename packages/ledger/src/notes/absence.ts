/**
 * A ledger's signed statement that it has not recorded a token.
 * A token is recorded before anybody can ask, so no true answer from before exists to replay.
 * Source: docs/ledger-format.md, section "HTTP".
 */
import { formatSignature, type NoteSigner, openNote, parseNote, type VerifierKey } from './note.ts'

export interface Absence {
  readonly alias: string
  readonly id: Uint8Array
  readonly inputHash: Uint8Array
  /** `other`: another token has the id. */
  readonly state: 'other' | 'unknown'
  /** How far the ledger was recorded; undefined if the issuer has no entry. */
  readonly recorded: { readonly shard: string; readonly size: number } | undefined
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function textOf(name: string, { alias, id, inputHash, state, recorded }: Absence): string {
  const reach = recorded === undefined ? '' : ` ${recorded.shard} ${recorded.size}`
  return `mintmark-absence/1\n${name}/${alias}\n${hex(id)}\n${hex(inputHash)}\n${state}${reach}\n`
}

export function signAbsence(absence: Absence, signer: NoteSigner): string {
  return formatSignature(signer.sign(textOf(signer.key.name, absence))).trim()
}

export function isSignedAbsence(absence: Absence, signature: string, key: VerifierKey): boolean {
  const note = parseNote(`${textOf(key.name, absence)}\n${signature}\n`)
  const verified = note === undefined ? [] : openNote(note, [key])
  return verified !== 'bad-signature' && verified.length > 0
}
