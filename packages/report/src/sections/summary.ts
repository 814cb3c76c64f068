/**
 * The first page: prose for whoever decides. It states nothing that a finding does not state with its evidence.
 *
 * @module
 */
import { type Answer, conclusionText, isLeak } from '@mintmark/case'
import { boundText, plural } from '@mintmark/core'
import { type NonEmpty, type Section, type Statement, statement } from '../model/model.ts'
import { actionsOf, FIRST_STEPS } from './actions.ts'
import { dayText, firstSentence, section, selectedStrength } from './wording.ts'

/** @param findings ids of the statements that the report has: what is said here rests on them */
export function summarySection(answer: Answer, findings: ReadonlySet<string>): Section {
  const on = (...ids: readonly string[]): NonEmpty<string> => {
    const [first, ...more] = ids.filter((id) => findings.has(id)).map((id) => `#${id}`)
    return first === undefined ? ['verdicts'] : [first, ...more]
  }
  return section('summary', 'Summary', [
    happened(answer, on),
    affected(answer, on),
    sure(answer, on),
    open(answer, on),
    next(answer),
  ])
}

type On = (...ids: readonly string[]) => NonEmpty<string>

function happened(answer: Answer, on: On): Statement {
  const { conclusion } = answer
  const { status, unanswered } = conclusion
  const isProven = status === 'found' || (status === 'nothing-found' && unanswered.length === 0)
  return statement({
    id: 'summary-what',
    label: 'What happened',
    text: status === 'found' ? misuse(answer) : conclusionText(conclusion).headline,
    strength: isProven ? 'established' : status === 'lead' ? 'lead' : 'not-excluded',
    evidence: on('found', 'lineage-keys'),
  })
}

function misuse({ conclusion, timeline, keys, selection }: Answer): string {
  const { tokens, sessions, huntHits } = conclusion.established
  const things = [
    ...(tokens > 0 ? [plural(tokens, 'forged token')] : []),
    ...(sessions > 0 ? [plural(sessions, 'forged session')] : []),
  ].join(' and ')
  // Times of a selection are no times of all tokens.
  const time =
    timeline.first === null || !selection.isDefault
      ? ''
      : `, from ${dayText(timeline.first)} to ${dayText(timeline.last)}`
  const leaked = keys.filter(isLeak).length
  const key = `${leaked === 1 ? 'A private key is' : `${leaked} private keys are`} in the memory dumps`
  return [
    ...(things === '' ? [] : [`Somebody used ${things}${time}.`]),
    ...(things === '' && huntHits > 0
      ? [`Misuse is established by ${plural(huntHits, 'access', 'accesses')}${time}.`]
      : []),
    ...(leaked === 0
      ? []
      : [tokens === 0 ? `${key}.` : `${key}; whether it signed them is unknown.`]),
  ].join(' ')
}

function affected(answer: Answer, on: On): Statement {
  const { scope } = answer
  return statement({
    id: 'summary-who',
    label: 'Who is affected',
    text: scope.mailboxes > 0 ? mailboxes(answer) : noMailbox(answer),
    strength: scope.mailboxes > 0 ? selectedStrength(answer) : 'not-excluded',
    evidence: scope.mailboxes > 0 ? on('whose-mail', 'how-much') : on('undetermined'),
  })
}

function mailboxes({ scope, selection }: Answer): string {
  const [first] = scope.organisation_list
  const most =
    first === undefined || scope.organisations < 2
      ? ''
      : `; most at ${first.name} (${plural(first.mailboxes, 'mailbox', 'mailboxes')}, ${boundText(first.messages, 'message')})`
  const chosen = selection.isDefault ? '' : 'By the options that select accesses: '
  return `${chosen}${plural(scope.mailboxes, 'mailbox', 'mailboxes')} of ${plural(scope.organisations, 'organisation')}, with ${boundText(scope.messages, 'message')}${most}.`
}

function noMailbox({ scope, conclusion }: Answer): string {
  if (scope.accesses > 0)
    return `No record names a mailbox: the ${plural(scope.accesses, 'access', 'accesses')} ${scope.accesses === 1 ? 'is' : 'are'} to files and other things.`
  return conclusion.status === 'nothing-found' && conclusion.unanswered.length === 0
    ? 'Nobody, within the times that the logs cover.'
    : 'Not known: no record points at an account, and not every access could be judged.'
}

function sure({ conclusion, scope }: Answer, on: On): Statement {
  const { comparison, judged } = conclusionText(conclusion).brief
  // What is known by the session alone is in the finding.
  const [unjudged = ''] = judged.split(';')
  const texts = [comparison, unjudged]
    .filter((text) => text !== '')
    .map((text) => `${capital(text)}.`)
  return statement({
    id: 'summary-sure',
    label: 'How sure',
    text: [
      ...texts,
      ...(scope.mailboxes > 0 ? ['An access does not prove that a person read the message.'] : []),
    ].join(' '),
    strength: 'established',
    evidence: on('how-sure', 'undetermined'),
  })
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

function open({ scope, timeline, unknowns }: Answer, on: On): Statement {
  const begin = timeline.cannotExcludeBefore?.at ?? null
  const blind = timeline.horizons.filter(({ at }) => at === null).length
  const unbounded = new Set(scope.unbounded.map(({ mailbox }) => mailbox)).size
  const gaps = [
    ...(begin === null ? [] : [`what happened before ${dayText(begin)}`]),
    ...(blind === 0 ? [] : [`what was read in ${plural(blind, 'tenant')} without a log of it`]),
    ...(unbounded === 0
      ? []
      : [`how much was read of ${plural(unbounded, 'mailbox', 'mailboxes')}`]),
  ]
  const points = `${plural(unknowns.length, 'open point')}, each with what would settle it`
  return statement({
    id: 'summary-unknown',
    label: 'What is unknown',
    text:
      unknowns.length === 0
        ? 'Nothing that the evidence shows to be missing.'
        : `${capital([...gaps, points].join('; '))}.`,
    strength: 'not-excluded',
    evidence: on('not-excluded', 'scope-unbounded', 'undetermined'),
  })
}

function next(answer: Answer): Statement {
  const actions = actionsOf(answer)
  const [first, ...more] = actions.slice(0, FIRST_STEPS).map(({ id }) => `#${id}`)
  return statement({
    id: 'summary-do',
    label: 'What to do this week',
    text: actions.slice(0, FIRST_STEPS).map(firstSentence).join(' '),
    strength: 'established',
    evidence: first === undefined ? ['docs/report.md#Strengths'] : [first, ...more],
  })
}
