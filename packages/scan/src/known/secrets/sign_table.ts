/** Words that identify public halves, near which their secrets may be. @module */
import type { ConjugateKernel, WordTable } from '../../slices/conjugate.ts'
import { stepFor, wordsFrom } from '../values/spaced_words.ts'
import type { SecretGroup } from './secret_groups.ts'

/** Words that identify the public halves of all groups, entered into a kernel. */
export interface SignTable {
  readonly words: WordTable
  readonly list: readonly bigint[]
  /** Of the words of a public half that is anywhere, one is at a multiple of it. */
  readonly step: number
  /** For each word the groups that it identifies, and its offset in their public half. */
  readonly heads: readonly (readonly { readonly group: number; readonly wordAt: number }[])[]
}

/** @param mostStep that of other words, to be searched for along with these */
export function signTable(
  kernel: ConjugateKernel,
  groups: readonly SecretGroup[],
  mostStep: number,
): SignTable {
  const step = stepFor(
    groups.flatMap(({ signs }) => signs),
    mostStep,
  )
  const byWord = new Map<bigint, { group: number; wordAt: number }[]>()
  for (const [group, { signs }] of groups.entries()) {
    for (const sign of signs) {
      for (const [wordAt, word] of wordsFrom(sign, 0, step).entries()) {
        const existing = byWord.get(word) ?? []
        byWord.set(word, [...existing, { group, wordAt }])
      }
    }
  }
  const list = [...byWord.keys()]
  return { words: kernel.enterWords(list), list, step, heads: [...byWord.values()] }
}
