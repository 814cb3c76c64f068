/**
 * What the report says first: what was found, how sure that is, whose mail, how much, since when.
 *
 * @module
 */
import { type Answer, isLeak, REASONS } from '@mintmark/case'
import { boundText, count, minute, percent, plural } from '@mintmark/core'
import {
  type Figure,
  figure,
  type Section,
  type Statement,
  statement,
  strengthOf,
  type Table,
  table,
} from '../model.ts'
import { byQuery, byRule, column, inExport, inTable, rangeOf } from './wording.ts'

const VERDICTS_SQL =
  'SELECT verdict, reason, count() AS accesses FROM judged GROUP BY verdict, reason ORDER BY accesses DESC'

export function answerSection(answer: Answer): Section {
  return {
    id: 'answer',
    title: 'Answer',
    statements: [
      found(answer),
      ...(answer.verdicts.unissued > 0 ? [sureness(answer)] : []),
      ...(answer.scope.accesses > 0 ? exposed(answer) : []),
      ...leaked(answer),
      undetermined(answer),
    ],
    figures: figures(answer),
    tables: [verdictTable(answer)],
  }
}

function found(answer: Answer): Statement {
  return statement({
    id: 'found',
    text: foundText(answer),
    strength: 'established',
    evidence: [byQuery(VERDICTS_SQL), inTable('verdicts'), byRule('docs/verdicts.md', 'unissued')],
    cannotMean:
      'A record of an access does not prove that a person read what was opened, and a log that somebody could write to can hide a forgery.',
  })
}

function foundText({ verdicts, tokensTotal, sessions, scope, selection }: Answer): string {
  const strangers = sessions.filter(({ verdict }) => verdict === 'unissued').length
  const things = [
    ...(tokensTotal > 0 ? [plural(tokensTotal, 'token')] : []),
    ...(strangers > 0 ? [plural(strangers, 'session')] : []),
  ].join(' and ')
  const uses = [
    ...(verdicts.unissued > 0
      ? [`${plural(verdicts.unissued, 'access', 'accesses')} used one that nobody issued`]
      : []),
    ...(verdicts.mismatched > 0
      ? [
          `${plural(verdicts.mismatched, 'access', 'accesses')} used one that was issued to somebody else`,
        ]
      : []),
  ].join(', and ')
  if (uses !== '')
    return `${things} were used that no identity provider issued to whom they were used for: ${uses}.`
  const judged = verdicts.issued + verdicts['session-only']
  const none = `No access used a token that nobody issued, of ${plural(judged, 'access', 'accesses')} with an issued token or session.`
  if (scope.accesses === 0) return none
  return `${none} ${plural(scope.accesses, 'access', 'accesses')} ${selection.isDefault ? 'are pointed at by strong hunts' : 'were chosen by the selection'}.`
}

function sureness({ comparable }: Answer): Statement {
  const text =
    comparable.accesses === 0
      ? 'There is nothing to compare with: no other access to the same services on the same days carries a token id.'
      : `Of ${count(comparable.accesses)} other accesses to the same services on the same days, ${percent(comparable.issued / comparable.accesses)} used an issued token: the log of issued tokens would have shown the others.`
  return statement({
    id: 'how-sure',
    text,
    strength: comparable.accesses === 0 ? 'not-excluded' : 'established',
    evidence: [
      byQuery(VERDICTS_SQL),
      inTable('coverage'),
      byRule('docs/verdicts.md', 'How a verdict is found'),
    ],
  })
}

function exposed({ scope, timeline }: Answer): Statement[] {
  const { messages, copies, mailboxes, organisations, accesses } = scope
  const upper =
    messages.upper === null
      ? ' What the records cannot exclude has no upper bound; the reasons are among the unknowns.'
      : ''
  const horizon = timeline.cannotExcludeBefore
  return [
    statement({
      id: 'whose-mail',
      text: `${plural(accesses, 'access', 'accesses')} of theirs opened ${plural(mailboxes, 'mailbox', 'mailboxes')} of ${plural(organisations, 'organisation')}.`,
      strength: 'established',
      evidence: [inTable('accounts'), inExport('accounts.csv'), inExport('timeline.jsonl')],
    }),
    statement({
      id: 'how-much',
      text: `Exposed: ${boundText(messages, 'message')}; copies of them: ${boundText(copies, 'copy', 'copies')}; items without a message id, apart from these: ${count(scope.items_without_message_id)}.${upper}`,
      strength: strengthOf(messages),
      evidence: [
        inExport('messages.csv'),
        inTable('accounts'),
        byRule('docs/scope.md', 'What is counted'),
      ],
    }),
    statement({
      id: 'since-when',
      text: `The first of these accesses is of ${minute(timeline.first)}, the last of ${minute(timeline.last)}.`,
      strength: 'established',
      evidence: [inTable('classes-in-time'), inExport('timeline.jsonl')],
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
            evidence: [inTable('horizons'), inTable('coverage')],
          }),
        ]),
  ]
}

function leaked({ keys }: Answer): Statement[] {
  return keys.filter(isLeak).map((key) =>
    statement({
      id: `key-${key.spkiSha256}`,
      text: `A private key, ${key.kind} of ${key.bits} bits, lies in ${plural(key.places.length, 'memory dump')} of the evidence. SHA-256 of its public half: ${key.spkiSha256}.`,
      strength: 'established',
      evidence: [inTable('keys')],
      cannotMean:
        'That the key lies there does not say that somebody took it, nor that a token was signed with it.',
    }),
  )
}

function undetermined({ verdicts }: Answer): Statement {
  const all = Object.values(verdicts).reduce((sum, some) => sum + some, 0)
  return statement({
    id: 'undetermined',
    text: `Of ${plural(all, 'access', 'accesses')}, ${count(verdicts.undetermined)} cannot be determined: the evidence neither shows the issuance of their tokens nor proves that it would show it.`,
    strength: 'not-excluded',
    evidence: [byQuery(VERDICTS_SQL), inTable('verdicts')],
  })
}

const made = (id: string, label: string, value: number, ...evidence: Figure['evidence']): Figure =>
  figure({ id, label, value, strength: 'established', evidence })

function figures(answer: Answer): Figure[] {
  const { scope, tokensTotal, verdicts, keys } = answer
  return [
    made(
      'count-unissued',
      'accesses with a token that nobody issued',
      verdicts.unissued,
      inTable('verdicts'),
    ),
    made(
      'count-mismatched',
      'accesses with a token of somebody else',
      verdicts.mismatched,
      inTable('verdicts'),
    ),
    made('count-tokens', 'tokens that were not issued so', tokensTotal, inTable('tokens')),
    made('count-accesses', 'accesses of theirs', scope.accesses, inExport('timeline.jsonl')),
    made(
      'count-mailboxes',
      'mailboxes',
      scope.mailboxes,
      inTable('accounts'),
      inExport('accounts.csv'),
    ),
    made('count-organisations', 'organisations', scope.organisations, inTable('organisations')),
    ...(['messages', 'copies'] as const).map((id) =>
      figure({
        id: `count-${id}`,
        label: id === 'messages' ? 'messages' : 'copies of messages',
        value: rangeOf(scope[id]),
        strength: strengthOf(scope[id]),
        evidence: [inExport('messages.csv'), inTable('accounts')],
      }),
    ),
    made(
      'count-items-without-message-id',
      'items without a message id',
      scope.items_without_message_id,
      inExport('messages.csv'),
    ),
    made(
      'count-bytes',
      'bytes of the copies that records name',
      scope.bytes,
      inExport('messages.csv'),
    ),
    made(
      'count-keys-found',
      'private keys in memory dumps',
      keys.filter(isLeak).length,
      inTable('keys'),
    ),
  ]
}

function verdictTable({ reasons }: Answer): Table {
  const verdictOf = new Map<string, string>(REASONS.map(({ reason, verdict }) => [reason, verdict]))
  const rows = Object.entries(reasons).map(([reason, accesses]) => [
    verdictOf.get(reason) ?? '',
    reason,
    accesses,
  ])
  return table({
    id: 'verdicts',
    title: 'Accesses by verdict',
    columns: [
      column('verdict', 'Verdict'),
      column('reason', 'Reason'),
      column('accesses', 'Accesses', 'count'),
    ],
    rows: rows.toSorted((a, b) => order(String(a[0])) - order(String(b[0]))),
    total: rows.length,
    strength: 'established',
    evidence: [byQuery(VERDICTS_SQL)],
  })
}

const ORDER = ['unissued', 'mismatched', 'session-only', 'undetermined', 'issued']
const order = (verdict: string) => ORDER.indexOf(verdict)
