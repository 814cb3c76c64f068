import { boundText, count, minute, plural } from '@mintmark/core'
import * as model from '../model/model.ts'
import { methodStatements } from '../sections/unknowns.ts'
import {
  accessesLabel,
  dayText,
  firstSentence,
  limitOf,
  listed,
  markedText,
  rangeOf,
  section,
  selectedStrength,
} from '../sections/wording.ts'
import { ANOTHER_ORGANISATION, type NoticePart, SOMEBODY_ELSE } from './part.ts'

const RULE = 'docs/report-notices.md#What a notice holds'

export function noticeSummary(part: NoticePart): model.Section {
  const { unknowns } = part
  const points = plural(unknowns.length, 'open point')
  const steps = actionsOf(part)
  const said = (id: string, label: string, text: string, evidence: model.NonEmpty<model.Source>) =>
    model.statement({
      id: `summary-${id}`,
      label,
      text,
      strength: selectedStrength(part),
      evidence,
    })
  return section('summary', 'Summary', [
    said('what', 'What happened', happened(part), ['#found']),
    said('who', 'Who is affected', affected(part), ['#how-much']),
    said('sure', 'How sure', verdictsText(part), ['#judged']),
    said(
      'unknown',
      'What is unknown',
      unknowns.length === 0
        ? 'Nothing that these records show to be missing.'
        : `${beforeText(part)}${points}, each with what would settle it.`,
      ['#judged'],
    ),
    said('do', 'What to do this week', steps.map(firstSentence).join(' '), ['#do-compare']),
  ])
}

function beforeText({ timeline: { cannotExcludeBefore } }: NoticePart): string {
  if (cannotExcludeBefore === null) return ''
  const { at } = cannotExcludeBefore
  return at === null
    ? 'What was read at any time: no log shows it; '
    : `What happened before ${dayText(at)}; `
}

function happened({ scope, timeline, uses, whom, selection }: NoticePart): string {
  const tokens = new Set(
    uses.rows
      .filter(({ verdict }) => verdict === 'unissued' || verdict === 'mismatched')
      .map(({ tokenId }) => tokenId),
  ).size
  const forged = tokens === 0 ? '' : `, with ${plural(tokens, 'token')} not issued to their user`
  const time = `from ${dayText(timeline.first)} to ${dayText(timeline.last)}`
  const doubtful = plural(scope.ambiguous.accesses, 'access', 'accesses')
  const accesses = plural(scope.accesses, 'access', 'accesses')
  if (scope.accesses > 0 && !selection.isDefault)
    return `Of data of ${whom.name}, ${accesses} ${time} were selected as the attacker's${forged}.`
  if (scope.accesses > 0 && scope.marked === scope.accesses)
    return `Investigators call ${accesses} to data of ${whom.name} ${time} the attacker's. No verdict establishes that.`
  return scope.accesses === 0
    ? `No access to a mailbox of ${whom.name} is known to be the attacker's; ${doubtful} may be.`
    : `Somebody accessed data of ${whom.name} without right ${time}${forged}: ${accesses}.${markedText(scope)}`
}

const NAMED = 3

function affected({ scope }: NoticePart): string {
  const hit = scope.accounts.toSorted((a, b) => b.messages.lower - a.messages.lower)
  const some = hit
    .slice(0, NAMED)
    .map(({ mailbox, messages }) => `${mailbox} (${boundText(messages, 'message')})`)
  const left = hit.length - some.length
  const rest = left > 0 ? ` and ${count(left)} more` : ''
  return `${plural(scope.mailboxes, 'mailbox', 'mailboxes')}, ${boundText(scope.messages, 'message')}: ${some.join(', ')}${rest}.`
}

function verdictsText({ concern: { verdicts } }: NoticePart): string {
  const all = Object.values(verdicts).reduce((sum, one) => sum + one, 0)
  const named = [
    ['used a token issued to its user', 'issued'],
    ['used a token that nobody issued', 'unissued'],
    ['used a token issued to somebody else', 'mismatched'],
    ['known by the session alone', 'session-only'],
    ['could not be judged', 'undetermined'],
    ['are leads, which accuse nobody', 'lead'],
  ] as const
  const parts = named.flatMap(([what, verdict]) => {
    const number = verdicts[verdict] ?? 0
    return number > 0 ? [`${count(number)} ${what}`] : []
  })
  return `Of all ${plural(all, 'access', 'accesses')} to these mailboxes: ${parts.join('; ')}.`
}

export const noticeAnswer = (part: NoticePart): model.Section =>
  section('answer', 'What was found', findingsOf(part), { figures: figuresOf(part) })

function findingsOf(part: NoticePart): model.Statement[] {
  const { scope, timeline } = part
  const strength = selectedStrength(part)
  const isSeen = scope.accesses > 0
  return [
    model.statement({
      id: 'found',
      text: happened(part),
      strength: isSeen ? strength : 'not-excluded',
      evidence: ['tokens', 'timeline.jsonl', 'docs/verdicts.md#unissued'],
      cannotMean: 'A record of an access does not prove that a person read what was opened.',
      ...limitOf(part),
    }),
    model.statement({
      id: 'how-much',
      text: affected(part),
      strength: isSeen ? messageStrength(part) : 'not-excluded',
      evidence: ['accounts', 'messages.csv', 'docs/scope.md#What is counted'],
    }),
    model.statement({
      id: 'judged',
      text: verdictsText(part),
      strength: 'established',
      evidence: ['coverage', 'docs/verdicts.md#How a verdict is found'],
    }),
    ...(timeline.first === null
      ? []
      : [
          model.statement({
            id: 'since-when',
            text: `The first of these accesses is at ${minute(timeline.first)}, the last at ${minute(timeline.last)}.`,
            strength,
            evidence: ['classes-in-time', 'timeline.jsonl'],
          }),
        ]),
  ]
}

function messageStrength(part: NoticePart): model.Strength {
  const strength = selectedStrength(part)
  return strength === 'established' ? model.strengthOf(part.scope.messages) : strength
}

function figuresOf(part: NoticePart): model.Figure[] {
  const { accesses, mailboxes, messages } = part.scope
  const counted = (id: string, label: string, value: number, source: string) =>
    model.figure({
      id,
      label,
      value: value > 0 ? value : null,
      strength: value > 0 ? selectedStrength(part) : 'unknown',
      evidence: [source, 'coverage'],
    })
  const isUnknown = messages.lower === 0 && (messages.upper ?? 0) === 0
  const strength = messageStrength(part)
  return [
    counted('count-accesses', accessesLabel(part), accesses, 'timeline.jsonl'),
    counted('count-mailboxes', 'mailboxes', mailboxes, 'accounts'),
    model.figure({
      id: 'count-messages',
      label: 'messages',
      value: isUnknown ? null : rangeOf(messages),
      strength: isUnknown ? 'unknown' : strength,
      evidence: ['messages.csv', 'accounts', 'coverage'],
    }),
  ]
}

export const noticeActions = (part: NoticePart): model.Section =>
  section('actions', 'What to do', actionsOf(part))

function actionsOf(part: NoticePart): model.Statement[] {
  const { scope, unknowns } = part
  const settling = [...new Set(unknowns.map(({ settledBy }) => settledBy))].slice(0, 2)
  return [
    model.statement({
      id: 'do-compare',
      text: 'Compare messages.csv with the mailboxes, to decide what was exposed and whom to notify in turn. A message id that starts with sha256: is the SHA-256 of the id as it is in the header.',
      strength: selectedStrength(part),
      evidence: ['messages.csv', 'accounts'],
    }),
    model.statement({
      id: 'do-end-sessions',
      text: 'End the sessions of these accounts and revoke their refresh tokens.',
      strength: selectedStrength(part),
      evidence: ['tokens'],
      cannotMean: 'Revocation does not stop a forged token. Only the service that accepts it can.',
    }),
    ...(scope.ambiguous.accesses === 0
      ? []
      : [
          model.statement({
            id: 'do-ask-owners',
            text: `Ask the owners about ${plural(scope.ambiguous.accesses, 'access', 'accesses')} that they may have made. The addresses and clients are in timeline.jsonl.`,
            strength: 'not-excluded',
            evidence: ['timeline.jsonl'],
          }),
        ]),
    ...(settling.length === 0
      ? []
      : [
          model.statement({
            id: 'do-keep-logs',
            text: `Keep your logs of these times. First: ${settling.join('; ')}.`,
            strength: 'not-excluded',
            evidence: ['coverage', RULE],
          }),
        ]),
  ]
}

export const noticeMethod = ({ whom }: NoticePart): model.Section =>
  section('method', 'Method', [
    ...methodStatements().filter(({ id }) => id !== 'method-hunts'),
    model.statement({
      id: 'method-notice',
      text: `This notice is about ${whom.name} alone. Every number counts records of its own accesses. What identifies anybody else was replaced by ${SOMEBODY_ELSE} or ${ANOTHER_ORGANISATION}.`,
      strength: 'established',
      evidence: [RULE],
      cannotMean: 'That nobody else was affected, nor that anybody else was.',
    }),
  ])

export const noticeInputs = ({ concern: { inputs } }: NoticePart): model.Section =>
  section('inputs', 'Inputs', [], {
    tables: [
      listed(inputs, {
        id: 'inputs',
        title: 'Files of the evidence that have these records',
        columns: [
          ['sha256', 'SHA-256', 'hash'],
          ['accesses', 'Accesses in it', 'count'],
        ],
        strength: 'established',
        evidence: [RULE],
      }),
    ],
  })
