/** Brings what is derived up to the evidence (verdicts, hunts), and keeps the last answers. */

import { createHash } from 'node:crypto'
import { parseObject } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { huntList } from '../hunts/hunt_list.ts'
import { type HuntOptions, type HuntResult, huntHits, runHunts } from '../hunts/run_hunts.ts'
import type { Case } from '../store/case.ts'
import { insertMeta, readMeta, writeMeta } from '../store/meta.ts'
import { type ReconcileOptions, reconcile } from '../verdicts/reconcile.ts'
import { evidenceMark, seal } from '../verdicts/seal.ts'

/** Names of the facts. What somebody selected once must not displace what every command asks. */
export type AnswerSlot = 'answer' | 'answer-selected'

/** Changes with every change to what an answer says of the same evidence. */
const RULES = 16

/** What an answer depends on, as one text: any difference is another question. */
export function questionOf(...parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([RULES, ...parts]))
    .digest('hex')
}

export async function cachedAnswer(
  session: Session,
  slot: AnswerSlot,
  question: string,
): Promise<unknown> {
  const stored = parseObject((await readMeta(session, slot)) ?? '')
  return stored?.['question'] === question ? stored['answer'] : undefined
}

export async function cacheAnswer(
  session: Session,
  slot: AnswerSlot,
  question: string,
  made: unknown,
): Promise<void> {
  await insertMeta(session, slot, JSON.stringify({ question, answer: made }))
}

/** Evidence and, after a blank, hunts for which `hunt_hit` holds what they found. */
const HUNTED = 'hunted'

export async function prepare(investigated: Case, options: ReconcileOptions = {}): Promise<void> {
  await sealAndReconcile(investigated, options)
  if (!(await isHunted(investigated.session))) await hunt(investigated.session)
}

export async function sealAndReconcile(
  investigated: Case,
  options: ReconcileOptions = {},
): Promise<void> {
  await seal(investigated)
  await reconcile(investigated.session, options)
}

export async function hunt(session: Session, options: HuntOptions = {}): Promise<HuntResult[]> {
  const isOfAll = options.only === undefined
  const before = await isHunted(session)
  // A run that is cut leaves a part of the hits.
  await writeMeta(session, HUNTED, '')
  const results = await runHunts(session, options)
  const evidence = before ? await evidenceMark(session) : ''
  await writeMeta(session, HUNTED, isOfAll ? await huntedMark(session, options) : evidence)
  return results
}

async function isHunted(session: Session): Promise<boolean> {
  const [evidence] = ((await readMeta(session, HUNTED)) ?? '').split(' ')
  return evidence === (await evidenceMark(session))
}

export async function huntOnce(session: Session, options: HuntOptions = {}): Promise<HuntResult[]> {
  return (await isHuntedWith(session, options))
    ? await huntHits(session, options)
    : await hunt(session, options)
}

export const isHuntedWith = async (session: Session, options: HuntOptions = {}): Promise<boolean> =>
  (await readMeta(session, HUNTED)) === (await huntedMark(session, options))

const huntedMark = async (session: Session, { dirs = [] }: HuntOptions): Promise<string> =>
  `${await evidenceMark(session)} ${huntsMark({ dirs })}`

/** Equal for equal hunts, wherever their files are: a case is read on other machines, too. */
export const huntsMark = (hunts: HuntOptions): string =>
  questionOf(huntList(hunts).map((one) => Object.entries(one).filter(([name]) => name !== 'file')))
