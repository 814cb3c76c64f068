/**
 * The last answer of a case, kept with it: asking the same of the same evidence does the work once.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { parseObject } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { keepMeta, readMeta } from '../store/meta.ts'

const FACT = 'answer'

/** Changes with every change to what an answer says of the same evidence. */
const RULES = 9

/** What an answer depends on, as one text: any difference is another question. */
export function questionOf(...parts: readonly unknown[]): string {
  const spelled = JSON.stringify([RULES, ...parts], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return createHash('sha256').update(spelled).digest('hex')
}

/** The kept answer to a question, as JSON, or undefined. Throws as `Session.rows`. */
export async function keptAnswer(session: Session, question: string): Promise<unknown> {
  const kept = parseObject((await readMeta(session, FACT)) ?? '')
  return kept?.['question'] === question ? kept['answer'] : undefined
}

/** Keeps an answer in place of the last one. Throws as `Session.command`. */
export async function keepAnswer(
  session: Session,
  question: string,
  answer: unknown,
): Promise<void> {
  await keepMeta(session, FACT, JSON.stringify({ question, answer }))
}
