/** The first page: it states nothing that a finding does not state with its evidence. */
import { type Answer, conclusionText, isLeak } from '@mintmark/case'
import { boundText, plural } from '@mintmark/core'
import { type NonEmpty, type Section, type Statement, statement } from '../model/model.ts'
import { dayText, firstSentence, given, markedText, section, selectedStrength } from './wording.ts'

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
  const isEstablished =
    status === 'found' || (status === 'nothing-found' && unanswered.length === 0)
  return statement({
    id: 'summary-what',
    label: 'What happened',
    text:
      status === 'found'
        ? `${misuse(answer)} ${conclusionText(conclusion).marked}`.trim()
        : conclusionText(conclusion).headline,
    strength: isEstablished ? 'established' : status === 'lead' ? 'lead' : 'not-excluded',
    evidence: on('found', 'lineage-keys'),
  })
}

function misuse({ conclusion, keys, selection }: Answer): string {
  const { tokens, sessions, huntHits, ...times } = conclusion.established
  const things = [
    ...(tokens > 0 ? [plural(tokens, 'forged token')] : []),
    ...(sessions > 0 ? [plural(sessions, 'forged session')] : []),
  ].join(' and ')
  // Of what is established: marks, and other selections, have other times.
  const between = (first: string | null, last: string | null) =>
    selection.isDefault ? `, from ${dayText(first)} to ${dayText(last)}` : ''
  const leaked = keys.filter(isLeak).length
  const key = `${leaked === 1 ? 'A private key is' : `${leaked} private keys are`} in the memory dumps`
  return [
    ...(things === ''
      ? []
      : [`Somebody used ${things}${between(times.firstAccess, times.lastAccess)}.`]),
    ...(things === '' && huntHits > 0
      ? [
          `Misuse is established by ${plural(huntHits, 'access', 'accesses')}${between(times.first, times.last)}.`,
        ]
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
    text: scope.mailboxes > 0 ? mailboxText(answer) : noMailbox(answer),
    strength: scope.mailboxes > 0 ? selectedStrength(answer) : 'not-excluded',
    evidence: scope.mailboxes > 0 ? on('whose-mail', 'how-much') : on('undetermined'),
  })
}

function mailboxText({ scope, selection }: Answer): string {
  const [first] = scope.organisation_list
  const most =
    first === undefined || scope.organisations < 2
      ? ''
      : `; most at ${first.name} (${plural(first.mailboxes, 'mailbox', 'mailboxes')}, ${boundText(first.messages, 'message')})`
  const byMarks = scope.marked === scope.accesses ? 'By marks alone: ' : ''
  const chosen = selection.isDefault ? byMarks : 'By the options that select accesses: '
  return `${chosen}${plural(scope.mailboxes, 'mailbox', 'mailboxes')} of ${plural(scope.organisations, 'organisation')}, with ${boundText(scope.messages, 'message')}${most}.${markedText(scope)}`
}

function noMailbox({ scope, conclusion }: Answer): string {
  if (scope.accesses > 0)
    return `No record names a mailbox: the ${plural(scope.accesses, 'access', 'accesses')} ${scope.accesses === 1 ? 'is' : 'are'} to files and other things.`
  const { established, attackers } = conclusion.marked
  if (established.mailboxes > 0 && attackers.accesses === 0)
    return `Marks decide: they call all that is established legitimate, on ${plural(established.mailboxes, 'mailbox', 'mailboxes')}.`
  const { mailboxes } = scope.ambiguous
  if (conclusion.status === 'lead' && mailboxes > 0)
    return `Nobody is established. What leads are about, or may be the attacker's, concerns ${plural(mailboxes, 'mailbox', 'mailboxes')}.`
  return conclusion.status === 'nothing-found' && conclusion.unanswered.length === 0
    ? 'Nobody, within the times that the logs cover.'
    : 'Not known: no record points at an account, and not every access could be judged.'
}

function sure({ conclusion, scope }: Answer, on: On): Statement {
  const { comparison, judged } = conclusionText(conclusion).brief
  // What is known by the session alone is in the finding.
  const [undecided = ''] = judged.split(';')
  const texts = [comparison, undecided]
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

export const FIRST_STEPS = 4

export const actionSection = (answer: Answer): Section =>
  section('actions', 'What to do', actionsOf(answer))

export const actionsOf = (answer: Answer): Statement[] =>
  given([
    notified(answer),
    replaced(answer),
    ended(answer),
    requested(answer),
    assumed(answer),
    asked(answer),
    preserved(answer),
  ])

function notified(answer: Answer): Statement | undefined {
  const { mailboxes, organisations } = answer.scope
  if (mailboxes === 0) return undefined
  const whom =
    organisations > 0
      ? `the ${plural(organisations, 'organisation')} affected`
      : `the owners of ${plural(mailboxes, 'mailbox', 'mailboxes')}`
  return statement({
    id: 'do-notify',
    text: `Notify ${whom}. mintmark report --for writes for each a package with what concerns it and nobody else.`,
    strength: selectedStrength(answer),
    evidence: ['organisations', 'accounts', 'accounts.csv'],
  })
}

function replaced({ keys }: Answer): Statement | undefined {
  const leaked = keys.filter(isLeak).length
  if (leaked === 0) return undefined
  return statement({
    id: 'do-replace-key',
    text: `Replace the ${leaked === 1 ? 'key' : `${leaked} keys`} found. Remove ${leaked === 1 ? 'it' : 'them'} from every verifier: mintmark trust probe measures which verifiers still accept a key.`,
    strength: 'established',
    evidence: ['keys'],
    cannotMean:
      'Removal from a published key list does not reach verifiers that cache or pin the key.',
  })
}

function ended({ conclusion: { established } }: Answer): Statement | undefined {
  if (established.tokens + established.sessions + established.huntHits === 0) return undefined
  return statement({
    id: 'do-end-sessions',
    text: 'End the sessions of the affected accounts. Revoke their refresh tokens, and look for new accesses in logs from after that time.',
    strength: 'established',
    evidence: ['tokens', '#found'],
    cannotMean:
      'Revocation does not stop a forged token. Only a verifier that refuses its key or its issuer does.',
  })
}

function requested({ conclusion, unknowns }: Answer): Statement | undefined {
  if (unknowns.length === 0) return undefined
  const first = [...new Set(conclusion.wouldSettle.map((one) => one.settledBy))].slice(0, 2)
  const list = first.length === 0 ? '' : ` First: ${first.join('; ')}.`
  return statement({
    id: 'do-request-logs',
    text: `Request the missing logs before they are deleted.${list}`,
    strength: 'not-excluded',
    evidence: [`#unknown-${unknowns[0]?.code ?? ''}`, 'coverage'],
  })
}

function assumed({ scope }: Answer): Statement | undefined {
  const mailboxes = new Set(scope.unbounded.map(({ mailbox }) => mailbox)).size
  if (mailboxes === 0) return undefined
  return statement({
    id: 'do-assume-all',
    text: `Treat all mail of the ${plural(mailboxes, 'mailbox', 'mailboxes')} without an upper bound as read. Folder statistics of that time would bound it.`,
    strength: 'not-excluded',
    evidence: ['#scope-unbounded', 'accounts'],
  })
}

function asked({ leads }: Answer): Statement | undefined {
  if (leads.length === 0) return undefined
  return statement({
    id: 'do-ask-owners',
    text: `Ask the owners of the accounts about the ${plural(leads.length, 'lead')}. Mark each as the attacker's or as legitimate: the numbers follow.`,
    strength: 'lead',
    evidence: ['leads-listed'],
    cannotMean: 'A lead accuses nobody: ordinary causes remain.',
  })
}

const preserved = ({ evidence }: Answer): Statement =>
  statement({
    id: 'do-keep-evidence',
    text: `Keep the ${plural(evidence.length, 'input file')} unchanged. This report names each with its SHA-256.`,
    strength: 'established',
    evidence: ['inputs', 'docs/report.md#Signature'],
  })
