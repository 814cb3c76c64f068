/**
 * What to do, most urgent first, each with the finding that asks for it and what it does not achieve.
 *
 * @module
 */
import { type Answer, isLeak } from '@mintmark/case'
import { plural } from '@mintmark/core'
import { type Section, type Statement, statement } from '../model/model.ts'
import { given, section, selectedStrength } from './wording.ts'

/** Actions that the first page names. */
export const FIRST_STEPS = 4

export const actionSection = (answer: Answer): Section =>
  section('actions', 'What to do', actionsOf(answer))

/** The first sentence of each is on the first page. */
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
