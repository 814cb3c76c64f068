/**
 * The answer cache of a case: the last answer to the whole case and, apart from it, the last one to a selection.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { parseObject } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { insertMeta, readMeta } from '../store/meta.ts'

/** Names of the facts. What somebody selected once must not displace what every command asks. */
export type AnswerSlot = 'answer' | 'answer-selected'

/** Changes with every change to what an answer says of the same evidence. */
const RULES = 10

/** What an answer depends on, as one text: any difference is another question. */
export function questionOf(...parts: readonly unknown[]): string {
  const spelled = JSON.stringify([RULES, ...parts], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return createHash('sha256').update(spelled).digest('hex')
}

/** The stored answer to a question, as JSON, or undefined. */
export async function cachedAnswer(
  session: Session,
  slot: AnswerSlot,
  question: string,
): Promise<unknown> {
  const stored = parseObject((await readMeta(session, slot)) ?? '')
  return stored?.['question'] === question ? stored['answer'] : undefined
}

/** Stores an answer in place of the last one. */
export async function cacheAnswer(
  session: Session,
  slot: AnswerSlot,
  question: string,
  answer: unknown,
): Promise<void> {
  await insertMeta(session, slot, JSON.stringify({ question, answer }))
}
