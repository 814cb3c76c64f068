/** What the report says first: what was found, and how sure that is. */
import type { Answer, Bounds } from '@mintmark/case'
import { conclusionText, dumpsText, isLeak, leadText, REASONS } from '@mintmark/case'
import { apartFrom, boundText, minute, plural } from '@mintmark/core'
import type { Figure, NonEmpty, Section, Statement, Strength, Table } from '../model/model.ts'
import { figure, statement, strengthOf } from '../model/model.ts'
import {
  absenceIn,
  accessesLabel,
  limitOf,
  listed,
  markedText,
  rangeOf,
  section,
  selectedStrength,
} from './wording.ts'

const VERDICTS_SQL =
  'SELECT verdict, reason, count() AS accesses FROM judged GROUP BY verdict, reason ORDER BY accesses DESC'

const LEADS_SQL = "SELECT * FROM judged WHERE strength = 'lead' ORDER BY at"

export function answerSection(answer: Answer): Section {
  const statements = [
    found(answer),
    ...(answer.verdicts.unissued > 0 ? [sureness(answer)] : []),
    leads(answer),
    ...(answer.scope.accesses > 0 ? exposed(answer) : []),
    ...leaked(answer),
    searched(answer),
    undetermined(answer),
  ]
  return section('answer', 'What was found', statements, {
    figures: figures(answer),
    tables: [verdictTable(answer), leadTable(answer)],
  })
}

/** The headline is established where something is found; else it says what is missing, and that is no proof of absence. */
function found(answer: Answer): Statement {
  const { status, unanswered, wouldSettle } = answer.conclusion
  const [first] = wouldSettle
  const { headline, marked } = conclusionText(answer.conclusion)
  const isEstablished =
    status === 'found' || (status === 'nothing-found' && unanswered.length === 0)
  return statement({
    id: 'found',
    text: headline,
    ...(status !== 'found' &&
      first !== undefined && { settledBy: `${first.settledBy}. ${first.text}` }),
    strength: isEstablished ? 'established' : status === 'lead' ? 'lead' : 'not-excluded',
    evidence: [
      VERDICTS_SQL,
      'verdicts',
      ...(marked === '' ? [] : ['marks']),
      'coverage',
      'docs/verdicts.md#unissued',
    ],
    cannotMean:
      'A record of an access does not prove that a person read what was opened, and a log that somebody could write to can hide a forgery.',
  })
}

function sureness(answer: Answer): Statement {
  const { comparable } = answer.conclusion
  return statement({
    id: 'how-sure',
    text: conclusionText(answer.conclusion).comparison,
    strength: comparable.basis === 'none' ? 'not-excluded' : 'established',
    evidence: [VERDICTS_SQL, 'coverage', 'docs/verdicts.md#How a verdict is found'],
  })
}

function whoOpened({ selection, scope }: Answer): string {
  if (!selection.isDefault) return "What the options select as the attacker's"
  return scope.marked === scope.accesses ? "What marks alone call the attacker's" : 'The attacker'
}

function exposed(answer: Answer): Statement[] {
  const { scope, timeline } = answer
  const strength = selectedStrength(answer)
  const { messages, copies, mailboxes, organisations, accesses } = scope
  const upper =
    messages.upper === null
      ? ' What the records cannot exclude has no upper bound; the reasons are among the unknowns.'
      : ''
  const horizon = timeline.cannotExcludeBefore
  return [
    statement({
      id: 'whose-mail',
      text: `${whoOpened(answer)} opened ${plural(mailboxes, 'mailbox', 'mailboxes')} of ${plural(organisations, 'organisation')}, with ${plural(accesses, 'access', 'accesses')}.${markedText(scope)}`,
      strength,
      ...limitOf(answer),
      evidence: ['accounts', 'accounts.csv', 'timeline.jsonl'],
    }),
    statement({
      id: 'how-much',
      text: `Exposed: ${boundText(messages, 'message')}; copies of them: ${boundText(copies, 'copy', 'copies')}${apartFrom(scope.items_without_message_id, scope.not_judged)}.${upper}`,
      strength: strength === 'established' ? strengthOf(messages) : strength,
      evidence: ['messages.csv', 'accounts', 'docs/scope.md#What is counted'],
    }),
    statement({
      id: 'since-when',
      text: `The first of these accesses is at ${minute(timeline.first)}, the last at ${minute(timeline.last)}.`,
      strength,
      evidence: ['classes-in-time', 'timeline.jsonl'],
    }),
    ...(horizon === null
      ? []
      : [
          statement({
            id: 'not-excluded',
            text:
              horizon.at === null
                ? `At no time can earlier accesses be excluded: ${horizon.because}.`
                : `Nothing can be excluded before ${minute(horizon.at)}: ${horizon.because}.`,
            strength: 'not-excluded',
            evidence: ['horizons', 'coverage'],
          }),
        ]),
  ]
}

const leaked = ({ keys }: Answer): Statement[] =>
  keys.filter(isLeak).map((key) =>
    statement({
      id: `key-${key.spkiSha256}`,
      text: `A private key (${key.kind.toUpperCase()}, ${key.bits} bits) is in ${plural(key.dumps.length, 'memory dump')} of the evidence. SHA-256 of its public half: ${key.spkiSha256}.`,
      strength: 'established',
      evidence: ['keys'],
      cannotMean:
        'That the key is there does not say that somebody took it, nor that a token was signed with it.',
    }),
  )

/** Leads are in no lower bound. */
function leads(answer: Answer): Statement | undefined {
  const { conclusion } = answer
  const text = conclusionText(conclusion).leads
  if (text === '') return undefined
  return statement({
    id: 'leads',
    text,
    strength: 'lead',
    evidence: ['leads-listed', LEADS_SQL, 'docs/report.md#Strengths'],
  })
}

function undetermined({ conclusion }: Answer): Statement {
  const { unanswered } = conclusion
  const { judged, unread } = conclusionText(conclusion)
  return statement({
    id: 'undetermined',
    text: unread === '' ? judged : `${judged} ${unread}`,
    strength: unanswered.length === 0 ? 'established' : 'unknown',
    evidence: [VERDICTS_SQL, 'verdicts', 'coverage'],
  })
}

function searched({ conclusion: { dumps, unanswered } }: Answer): Statement {
  const isCut = unanswered.includes('dump-search-cut')
  return statement({
    id: 'dumps-searched',
    text: `Private keys in memory dumps: ${dumpsText(dumps)}.${isCut ? ' The search was cut: what it left out is among the unknowns.' : ''}`,
    strength: dumps.keys === null ? 'not-searched' : 'established',
    evidence: ['dumps'],
  })
}

/** Zero is a number only where coverage proves it. */
interface Counted {
  readonly absence: 'established' | 'unknown'
  readonly present: Strength
}

function counted(
  name: string,
  value: number,
  evidence: NonEmpty<string>,
  { absence, present }: Counted,
  label: string = LABELS[name] ?? name,
): Figure {
  const isKnown = value > 0 || absence === 'established'
  return figure({
    id: `count-${name}`,
    label,
    value: isKnown ? value : null,
    strength: isKnown ? (value > 0 ? present : 'established') : 'unknown',
    evidence: value === 0 ? [...evidence, 'coverage'] : evidence,
  })
}

const LABELS: Readonly<Record<string, string>> = {
  unissued: 'accesses with a token that nobody issued',
  mismatched: 'accesses with a token issued to somebody else',
  tokens: 'tokens not issued to their user',
  'items-without-message-id': 'items without a message id',
  bytes: 'bytes of the copies that records name',
}

function ranged(id: string, label: string, bound: Bounds, { absence, present }: Counted): Figure {
  const isNothing = bound.upper === 0 && absence === 'unknown'
  const isUnknown = isNothing || (bound.upper === null && bound.lower === 0)
  const known = present === 'established' || bound.upper === 0 ? strengthOf(bound) : present
  return figure({
    id,
    label,
    value: isUnknown ? null : rangeOf(bound),
    strength: isUnknown ? 'unknown' : known,
    evidence: ['messages.csv', 'accounts', 'coverage'],
  })
}

function figures(answer: Answer): (Figure | undefined)[] {
  const { scope, conclusion } = answer
  const { established, leads: led, marked } = conclusion
  const taken = marked.established
  const absence = absenceIn(answer)
  const of: Counted = { absence, present: 'established' }
  const selected: Counted = { absence, present: selectedStrength(answer) }
  const withIds: Counted = { ...of, absence: scope.accesses > 0 ? 'established' : absence }
  // No record gave a size: that is no size of nothing.
  const sized: Counted = { ...of, absence: scope.copies.lower > 0 ? 'unknown' : absence }
  const nameless = scope.items_without_message_id
  return [
    // Records say it, whatever marks say.
    counted('unissued', established.unissued + taken.unissued, ['verdicts'], of),
    counted('mismatched', established.mismatched + taken.mismatched, ['verdicts'], of),
    markedFigure(taken.accesses),
    taken.tokens === 0
      ? counted('tokens', established.tokens, ['tokens'], of)
      : counted(
          'tokens',
          established.tokens,
          ['tokens', 'marks'],
          { ...of, absence: 'unknown' },
          UNMARKED,
        ),
    leadFigure('leads', led.accesses, 'leads: accesses that no record explains', LEADS_SQL),
    leadFigure('lead-hits', led.huntHits, 'leads: accesses that hunts point at', 'hunts-run'),
    counted('accesses', scope.accesses, ['timeline.jsonl'], selected, accessesLabel(answer)),
    counted('mailboxes', scope.mailboxes, ['accounts', 'accounts.csv'], selected),
    counted('organisations', scope.organisations, ['organisations'], selected),
    ranged('count-messages', 'messages', scope.messages, selected),
    ranged('count-copies', 'copies of messages', scope.copies, selected),
    counted('items-without-message-id', nameless, ['messages.csv'], withIds),
    counted('bytes', scope.bytes, ['messages.csv'], sized),
    keyFigure(conclusion),
  ]
}

const UNMARKED = 'tokens not issued to their user, without accesses marked as legitimate'

function markedFigure(value: number): Figure | undefined {
  if (value === 0) return undefined
  const label = 'of these accesses, marked as legitimate by investigators'
  const evidence = ['marks', VERDICTS_SQL] as const
  return figure({ id: 'count-marked', label, value, strength: 'not-excluded', evidence })
}

/** An access can be both, so no figure is their sum. */
function leadFigure(id: string, value: number, label: string, by: string): Figure | undefined {
  if (value === 0) return undefined
  return figure({
    id: `count-${id}`,
    label,
    value,
    strength: 'lead',
    evidence: ['leads-listed', by],
  })
}

function keyFigure({ dumps, unanswered }: Answer['conclusion']): Figure {
  const isCut = unanswered.includes('dump-search-cut') || dumps.state === 'partly-searched'
  const isUnknown = dumps.keys === 0 && isCut
  return figure({
    id: 'count-keys-found',
    label: 'private keys in memory dumps',
    value: isUnknown ? null : dumps.keys,
    strength: dumps.keys === null ? 'not-searched' : isUnknown ? 'unknown' : 'established',
    evidence: ['keys', 'dumps'],
  })
}

function leadTable({ leads: all }: Answer): Table | undefined {
  if (all.length === 0) return undefined
  return listed(all, {
    id: 'leads-listed',
    title: 'Leads, and what would settle each',
    columns: [
      ['lead', 'Lead', 'text', (lead) => leadText(lead)],
      ['by', 'Reason or hunt'],
      ['accesses', 'Accesses', 'count'],
      ['mailboxes', 'Mailboxes', 'count'],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['settled_by', 'Settled by', 'text', (lead) => lead.settledBy],
    ],
    strength: 'lead',
    evidence: [LEADS_SQL, 'hunts-run'],
  })
}

function verdictTable({ reasons }: Answer): Table {
  const verdictOf = new Map<string, string>(REASONS.map(({ reason, verdict }) => [reason, verdict]))
  const rows = Object.entries(reasons)
    .map(([reason, accesses]) => ({ verdict: verdictOf.get(reason) ?? '', reason, accesses }))
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
  return listed(rows, {
    id: 'verdicts',
    title: 'Accesses by verdict, leads included',
    columns: [
      ['verdict', 'Verdict'],
      ['reason', 'Reason'],
      ['accesses', 'Accesses', 'count'],
    ],
    strength: 'established',
    evidence: [VERDICTS_SQL],
  })
}

const ORDER = ['unissued', 'mismatched', 'session-only', 'undetermined', 'issued']
