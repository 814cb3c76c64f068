/** One core with the truth of what is in it, taken once and shared by all checks of one victim. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Needle } from '../truth/encodings.ts'
import { type Hit, search } from '../truth/exact_search.ts'
import type { Truth } from '../truth/rsa_truth.ts'
import { type Core, type Piece, piecesOf, takeCore } from './core_file.ts'
import { FOLDER, type Victim } from './victim_process.ts'

export interface HeldCore {
  readonly core: Core
  readonly truths: readonly Truth[]
  /** Where private values of these keys lie, by exact search. */
  readonly hits: readonly Hit[]
  readonly publicHits: readonly Hit[]
  /** Files with the public keys. */
  readonly publicKeys: readonly string[]
  readonly pieces: readonly Piece[]
}

/** Takes a core of a process that goes on, and looks for every value of its keys in it. */
export function heldCore(victim: Victim, name: string, truths: readonly Truth[]): HeldCore {
  const core = takeCore(victim.pid, name)
  const publicKeys = truths.flatMap(({ keyId, publicKey }) => {
    if (publicKey === '') return []
    const path = join(FOLDER, `${keyId}.pem`)
    writeFileSync(path, publicKey)
    return [path]
  })
  const pieces = piecesOf(core.path)
  return {
    core,
    truths,
    pieces,
    publicKeys,
    hits: search(pieces, secretsOf(truths)),
    publicHits: search(
      pieces,
      truths.flatMap(({ publicNeedles }) => publicNeedles),
    ),
  }
}

export const secretsOf = (truths: readonly Truth[]): readonly Needle[] =>
  truths.flatMap(({ needles, parts }) => [...needles, ...parts])

export const removeCore = (held: HeldCore): void => rmSync(held.core.path, { force: true })

/** Options that give the public keys to a command. */
export const givenKeys = ({ publicKeys }: HeldCore): readonly string[] =>
  publicKeys.flatMap((path) => ['--public-key', path])
