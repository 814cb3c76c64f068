/** Everything that `investigate` says of a case, as in `docs/schema/answer-1.schema.json`. */

import { isObject } from '@mintmark/core'
import { type KeyChain, keyChains } from '../chain/key_chains.ts'
import { trustFacts, trustMark } from '../chain/trust_facts.ts'
import { type Custody, custody } from '../dumps/custody.ts'
import { scansMark } from '../dumps/dump_scans.ts'
import { type KeyFound, keysFound } from '../dumps/keys_found.ts'
import type { Facts, Session } from '../engine/session.ts'
import type { HuntOptions, HuntResult } from '../hunts/run_hunts.ts'
import {
  type Mark,
  markConditions,
  marks,
  marksMark,
  marksTotal,
  type Note,
  notes,
} from '../scope/marks.ts'
import { type Scope, scope } from '../scope/scope.ts'
import { select, withSelected } from '../scope/select.ts'
import type { Selected } from '../scope/selected.ts'
import { isDefault, type Selection } from '../scope/selection.ts'
import { type Timeline, timeline } from '../scope/timeline.ts'
import type { Case } from '../store/case.ts'
import { type EvidenceRow, type EvidenceStatement, evidenceRows } from '../store/evidence_rows.ts'
import { unknowns } from '../unknowns/unknowns.ts'
import type { Unknown } from '../unknowns/wording.ts'
import { reconcile } from '../verdicts/reconcile.ts'
import { evidenceMark, seal } from '../verdicts/seal.ts'
import {
  comparable,
  outcomeCounts,
  type SessionVerdict,
  sessionVerdicts,
  type TokenVerdict,
  tokenVerdicts,
  type VerdictCounts,
} from '../verdicts/verdict_rows.ts'
import { type Conclusion, conclude, type Grounds } from './conclusion.ts'
import { type Lead, leadsOf } from './leads.ts'
import {
  type AnswerSlot,
  cacheAnswer,
  cachedAnswer,
  huntOnce,
  huntsMark,
  isHuntedWith,
  questionOf,
} from './prepare.ts'

const ANSWER_SCHEMA = 'mintmark-answer/1'

export interface Answer {
  readonly schema: typeof ANSWER_SCHEMA
  /** Folder or URL of the case, without a password. */
  readonly case: string
  readonly conclusion: Conclusion
  readonly evidence: readonly AnsweredEvidence[]
  readonly verdicts: VerdictCounts
  readonly reasons: Readonly<Record<string, number>>
  readonly tokens: readonly TokenVerdict[]
  readonly tokensTotal: number
  readonly sessions: readonly SessionVerdict[]
  readonly selection: { readonly isDefault: boolean; readonly accesses: number }
  readonly scope: Scope
  readonly timeline: Timeline
  readonly hunts: readonly HuntResult[]
  readonly leads: readonly Lead[]
  readonly custody: readonly Custody[]
  readonly keys: readonly KeyFound[]
  readonly chains: readonly KeyChain[]
  readonly unknowns: readonly Unknown[]
  /** What people have marked: it has a part in the default selection. The newest; `marksTotal` counts all of them. */
  readonly marks: readonly Mark[]
  readonly marksTotal: number
  readonly notes: readonly Note[]
  readonly duplicates: { readonly records: number; readonly conflicts: number }
}

export interface AnsweredEvidence
  extends Omit<EvidenceRow, 'first' | 'last' | 'sameAs' | 'statements'> {
  readonly first: string | null
  readonly last: string | null
  readonly sameAs: string | null
  readonly statements: readonly AnsweredStatement[]
}

interface AnsweredStatement extends Omit<EvidenceStatement, 'from' | 'to'> {
  readonly from: string | null
  readonly to: string | null
}

type Step = 'seal' | 'reconcile' | 'hunts' | 'scope' | 'timeline' | 'unknowns'

export interface AnswerOptions {
  readonly hunts?: HuntOptions
  readonly onStep?: (step: Step) => void
}

/** Tokens and sessions that the document lists; the others are in `verdicts --csv`. */
const LISTED = 10_000

/** @throws {MintmarkError} `INPUT_INVALID`, `HUNT_INVALID`, `ENGINE_QUERY`, `DISK_FULL` */
export async function answer(
  investigated: Case,
  selection: Selection = {},
  options: AnswerOptions = {},
): Promise<Answer> {
  const { session } = investigated
  const question = await questionAbout(investigated, selection, options.hunts)
  const slot = slotOf(selection)
  const stored = await cachedAnswer(session, slot, question)
  if (isAnswer(stored) && (await isHuntedWith(session, options.hunts)))
    return ofNow(investigated, stored)
  const made = await answerAnew(investigated, selection, options)
  await cacheAnswer(session, slot, question, made)
  return made
}

const slotOf = (selection: Selection): AnswerSlot =>
  isDefault(selection) ? 'answer' : 'answer-selected'

export async function finishedAnswer(
  investigated: Case,
  hunts: HuntOptions = {},
): Promise<Answer | undefined> {
  const { session } = investigated
  // Other hunts point at other accesses.
  if (!(await isHuntedWith(session, hunts))) return undefined
  const stored = await cachedAnswer(session, 'answer', await questionAbout(investigated, {}, hunts))
  return isAnswer(stored) ? ofNow(investigated, stored) : undefined
}

const ofNow = async ({ session, location }: Case, stored: Answer): Promise<Answer> => ({
  ...stored,
  case: location,
  notes: await notes(session),
})

async function questionAbout({ session }: Case, selection: Selection, hunts: HuntOptions = {}) {
  const found = [await scansMark(session), await trustMark(session)]
  const known = [await evidenceMark(session), ...found, await marksMark(session)]
  return questionOf(known, selection, huntsMark(hunts))
}

/** Only this module writes what it reads, so the schema's name identifies it. */
const isAnswer = (value: unknown): value is Answer =>
  isObject(value) && value['schema'] === ANSWER_SCHEMA

async function answerAnew(
  investigated: Case,
  selection: Selection,
  { hunts: huntOptions = {}, onStep = () => {} }: AnswerOptions,
): Promise<Answer> {
  const { session } = investigated
  onStep('seal')
  const sealed = await seal(investigated)
  onStep('reconcile')
  await reconcile(session)
  onStep('hunts')
  const hunts = await huntOnce(session, huntOptions)
  const tokens = await tokenVerdicts(session, { limit: LISTED })
  const keys = await keysFound(session)
  const evidence = (await evidenceRows(session)).map(answered)
  const chains = await keyChains(session, keys, await trustFacts(session), evidence)
  const known = { evidence, keys, hunts, comparable: await comparable(session) }
  onStep('scope')
  return {
    schema: ANSWER_SCHEMA,
    case: investigated.location,
    evidence,
    ...(await outcomeCounts(session)),
    tokens: tokens.rows,
    tokensTotal: tokens.total,
    sessions: await sessionVerdicts(session, { limit: LISTED }),
    ...(await withSelected(session, selection, (selected) =>
      ofSelected(session, selected, known, onStep),
    )),
    hunts,
    keys,
    chains,
    duplicates: { records: sealed.duplicates, conflicts: sealed.conflicts },
    notes: await notes(session),
  }
}

type Known = Omit<Grounds, 'unknowns'> & { readonly hunts: readonly HuntResult[] }

async function ofSelected(
  session: Session,
  selected: Selected,
  known: Known,
  onStep: (step: Step) => void = () => {},
) {
  const bounded = await scope(session, selected)
  onStep('timeline')
  const course = await timeline(session, selected)
  onStep('unknowns')
  const open = await unknowns(session, selected, {
    scope: bounded,
    timeline: course,
    keys: known.keys,
  })
  return {
    conclusion: await conclude(session, { ...known, unknowns: open }),
    leads: await leadsOf(session, known.hunts, await markConditions(session)),
    selection: { isDefault: isDefault(selected.selection), accesses: bounded.accesses },
    scope: bounded,
    timeline: course,
    custody: await custody(session, { selected }),
    unknowns: open,
    ...(await markedIn(session)),
  }
}

const markedIn = async (session: Session): Promise<Pick<Answer, 'marks' | 'marksTotal'>> => ({
  marks: await marks(session),
  marksTotal: await marksTotal(session),
})

/** Takes from `before` what marks do not change; the caller closes the selection. */
export async function answerMarked(
  investigated: Case,
  before: Answer,
  { hunts, facts }: Pick<AnswerOptions, 'hunts'> & { readonly facts?: Facts | undefined } = {},
): Promise<{ readonly answer: Answer; readonly selected: Selected }> {
  const { session } = investigated
  // Before the selection: a mark that comes meanwhile makes another question.
  const question = await questionAbout(investigated, {}, hunts)
  const { evidence, keys } = before
  const known = { evidence, keys, hunts: before.hunts, comparable: before.conclusion.comparable }
  const selected = await select(session, {}, facts)
  try {
    const made = { ...before, ...(await ofSelected(session, selected, known)) }
    await cacheAnswer(session, 'answer', question, made)
    return { answer: made, selected }
  } catch (cause) {
    await selected.close()
    throw cause
  }
}

export async function answerAtOnce(
  session: Session,
  before: Answer,
  selected: Selected,
): Promise<Answer> {
  const bounded = await scope(session, selected)
  return {
    ...before,
    selection: { ...before.selection, accesses: bounded.accesses },
    scope: bounded,
    timeline: await timeline(session, selected),
    ...(await markedIn(session)),
  }
}

function answered(row: EvidenceRow): AnsweredEvidence {
  return {
    ...row,
    first: row.first ?? null,
    last: row.last ?? null,
    sameAs: row.sameAs ?? null,
    statements: row.statements.map((statement) => ({
      ...statement,
      from: statement.from ?? null,
      to: statement.to ?? null,
    })),
  }
}
