/** Words of the report, for readers who do not investigate. @module */
import type { Section } from '../model/model.ts'
import { listed, section } from './wording.ts'

const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  [
    'access',
    'One record of a log that says that something was opened: a message, a folder, a file.',
  ],
  [
    "attacker's access",
    'An access with a token that nobody issued to its user, or that an established hunt hits, or that the options selected.',
  ],
  [
    'bounds',
    'Two numbers; the count is between them. The lower counts what records name; the upper adds what they cannot exclude.',
  ],
  ['copy', 'A message in one mailbox. One message in two mailboxes is two copies.'],
  ['coverage', 'The times for which a log has records. Outside of them, silence says nothing.'],
  ['established', 'Records of the evidence name it, or coverage proves that there is none.'],
  [
    'finding',
    'A numbered sentence of this report, with its strength, its evidence and its limits.',
  ],
  [
    'forged token',
    'A token that somebody else than the identity provider signed. Its issuance is missing.',
  ],
  ['hunt', 'A question to the records, in SQL, that points at a known way of misuse.'],
  ['issuance', 'The record of an identity provider that it made a token, and for whom.'],
  ['lead', 'Something that is missing or odd while ordinary causes remain. It accuses nobody.'],
  [
    'mismatched',
    'A token that was issued to another user, application or tenant than the one it was used for.',
  ],
  ['SHA-256', 'A number computed from a file. Two files with the same one have the same content.'],
  [
    'signing key',
    'The private half of a key pair. Whoever has it can make tokens that verifiers accept.',
  ],
  ['tenant', "An organisation's own part of a cloud service."],
  [
    'token',
    'What a program shows to a service in place of a password. It names its user and is valid for a short time.',
  ],
  [
    'undetermined',
    'No verdict: the log that would decide it is missing or incomplete at that time.',
  ],
  [
    'unissued',
    'No issuance of the token is recorded, although the log that would have it was complete.',
  ],
  [
    'verdict',
    'What a comparison of an access with the issuances says: issued, unissued, mismatched, session-only or undetermined.',
  ],
]

export function glossarySection(): Section {
  const words = WORDS.map(([word, meaning]) => ({ word, meaning }))
  return section('glossary', 'Glossary', [], {
    tables: [
      listed(words, {
        id: 'glossary',
        title: 'Words of this report',
        columns: [
          ['word', 'Word'],
          ['meaning', 'Meaning'],
        ],
        strength: 'established',
        evidence: ['docs/verdicts.md#How a verdict is found', 'docs/report.md#Strengths'],
      }),
    ],
  })
}
