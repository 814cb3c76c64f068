/** The answer to the replayed incident beside what the replay wrote down. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Json, parseObject } from '@mintmark/core'
import {
  answerOf,
  boundsOf,
  counted,
  linesOf,
  objectOf,
  printedBy,
  rowsOf,
} from './command_answer.ts'

/** Attacker classes that reconciliation must find; replayed and mis-granted tokens were issued. */
const FORGED = new Set(['forged', 'renewed', 'reused-id'])
const STATE = '@state.example.gov'

export interface Comparison {
  readonly lines: readonly string[]
  /** Whether answer and truth agree in all that is compared. */
  readonly isRight: boolean
}

/** Replays with these options below `folder`, investigates, and compares. */
export async function comparedWithTruth(
  folder: string,
  options: readonly string[],
): Promise<Comparison> {
  const out = path.join(folder, 'replay')
  const place = path.join(folder, 'replay-case')
  await printedBy('replay', 'storm-0558', '--out', out, ...options)
  const answer = await answerOf('investigate', path.join(out, 'logs'), '--case', place)
  const truth = parseObject(readFileSync(path.join(out, 'truth.json'), 'utf8')) ?? {}
  const labels = linesOf(readFileSync(path.join(out, 'truth-accesses.ndjson'), 'utf8'))
  const judged = linesOf(
    await printedBy('sql', 'SELECT record_id, verdict FROM judged', '--case', place),
  )
  const parts = [verdictsCompared(labels, judged), scopeCompared(answer, truth)]
  return {
    lines: [
      `replay storm-0558, seed ${String(truth['seed'])}, scale ${String(truth['scale'])}`,
      ...parts.flatMap(({ lines }) => lines),
    ],
    isRight: parts.every(({ isRight }) => isRight),
  }
}

function verdictsCompared(labels: readonly Json[], judged: readonly Json[]): Comparison {
  const byId = labelsById(labels)
  const pointedAt = new Set(
    judged
      .filter(({ verdict }) => verdict === 'unissued' || verdict === 'mismatched')
      .map((row) => String(row['record_id'])),
  )
  const wanted = [...byId].filter(([, own]) =>
    own.some((label) => isForged(label) && label['determinable'] === true),
  )
  const found = wanted.filter(([id]) => pointedAt.has(id)).length
  const right = [...pointedAt].filter((id) => byId.get(id)?.some(isForged) === true).length
  const disallowed = judged.filter((row) => {
    const own = byId.get(String(row['record_id'])) ?? []
    return own.some((label) => !allowedBy(label).includes(row['verdict']))
  }).length
  const falsePositives = labels.filter(({ falsePositive }) => falsePositive !== '')
  const kinds = new Set(falsePositives.map(({ falsePositive }) => falsePositive)).size
  return {
    lines: [
      line('accesses judged', counted(judged.length)),
      line(
        'forged, determinable',
        `${counted(wanted.length)}, found ${counted(found)}: recall ${share(found, wanted.length)}`,
      ),
      line(
        'called unissued or mismatched',
        `${counted(pointedAt.size)}, forged ${counted(right)}: precision ${share(right, pointedAt.size)}`,
      ),
      line(
        'accesses in false-positive cases',
        `${counted(falsePositives.length)} of ${kinds} kinds; verdicts that a label forbids: ${disallowed}`,
      ),
    ],
    isRight: found === wanted.length && right === pointedAt.size && disallowed === 0,
  }
}

/** An id may have two: a record that comes twice with different content. */
function labelsById(labels: readonly Json[]): ReadonlyMap<string, readonly Json[]> {
  const byId = new Map<string, Json[]>()
  for (const label of labels) {
    const id = String(label['id'])
    const own = byId.get(id)
    if (own === undefined) byId.set(id, [label])
    else own.push(label)
  }
  return byId
}

function scopeCompared(answer: Json, truth: Json): Comparison {
  const scope = objectOf(answer['scope'])
  const accounts = rowsOf(scope['accounts'])
  const known = new Map(accounts.map((account) => [account['mailbox'], account]))
  const real = rowsOf(truth['accounts'])
  const held = real.filter(({ mailbox, messages }) => {
    const [lower, upper] = boundsOf(known.get(mailbox) ?? {}, 'messages')
    return lower <= Number(messages) && Number(messages) <= upper
  }).length
  const sum = (bound: 0 | 1) =>
    accounts
      .filter(({ mailbox }) => String(mailbox).endsWith(STATE))
      .reduce((all, account) => all + boundsOf(account, 'messages')[bound], 0)
  const messages = real
    .filter(({ mailbox }) => String(mailbox).endsWith(STATE))
    .reduce((all, account) => all + Number(account['messages']), 0)
  const organisations = rowsOf(truth['organisations']).filter(
    (organisation) => Number(organisation['mailboxes']) > 0,
  ).length
  const groups = rowsOf(scope['groups'])
    .filter(({ name }) => name === 'East Asia and Pacific' || name === 'Europe')
    .map((group) => `${String(group['name'])} ${String(group['mailboxes'])}`)
  return {
    lines: [
      line('organisations', `${String(scope['organisations'])}; truth ${organisations}`),
      line(
        'messages at State',
        `${counted(sum(0))} to ${counted(sum(1))}; truth ${counted(messages)}; mailboxes: ${groups.join(', ')}`,
      ),
      line('accounts whose bounds hold the truth', `${held} of ${real.length}`),
    ],
    isRight:
      held === real.length &&
      scope['organisations'] === organisations &&
      sum(0) === messages &&
      sum(1) === messages,
  }
}

function allowedBy(label: Json): readonly unknown[] {
  const allowed: unknown = label['verdicts']
  return Array.isArray(allowed) ? allowed : []
}

const isForged = (label: Json) => FORGED.has(String(label['class']))

const share = (part: number, whole: number) => (whole === 0 ? 'none' : String(part / whole))

const line = (name: string, value: string) => `  ${name.padEnd(38)}${value}`
