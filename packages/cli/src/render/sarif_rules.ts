/**
 * The rules of our SARIF: one a class of secret.
 *
 * @module
 */

import type { KeyKind } from '@mintmark/keys'
import type { Finding } from '@mintmark/scan'
import { classOf } from '@mintmark/scan/answer'

interface Rule {
  readonly id: string
  /** PascalCase, as section 3.49.7 wants it, and not the id in other letters. */
  readonly name: string
  readonly text: string
  readonly help: string
  readonly level: 'error' | 'warning' | 'note'
}

const REPLACE =
  'Treat the key as known to whoever could read this file: replace it, and take it out of the file before it leaves.'

const PRIVATE: Rule = {
  id: 'private-key',
  name: 'PrivateKey',
  text: 'A private key lies in this file.',
  help: REPLACE,
  level: 'error',
}
const SYMMETRIC: Rule = {
  id: 'symmetric-key',
  name: 'SymmetricKey',
  text: 'A symmetric key lies in this file.',
  help: REPLACE,
  level: 'error',
}
const ENCRYPTED: Rule = {
  id: 'encrypted-key',
  name: 'EncryptedKey',
  text: 'An encrypted private key or a key store lies in this file.',
  help: 'It is as safe as its passphrase, which may lie in the same file.',
  level: 'note',
}
const TOKEN: Rule = {
  id: 'token',
  name: 'BearerToken',
  text: 'A token lies in this file.',
  help: 'Whoever has it can use it until it runs out or is revoked.',
  level: 'note',
}
const KNOWN: Rule = {
  id: 'known-key',
  name: 'KnownKey',
  text: "A key that is published for tests, or most likely a random generator's own, lies in this file.",
  help: 'It protects nothing that another file would open.',
  level: 'note',
}

export const RULES: readonly Rule[] = [PRIVATE, SYMMETRIC, ENCRYPTED, TOKEN, KNOWN]

const BY_KIND: Partial<Record<KeyKind, Rule>> = {
  aes: SYMMETRIC,
  sm4: SYMMETRIC,
  hmac: SYMMETRIC,
  'encrypted-key': ENCRYPTED,
  keystore: ENCRYPTED,
  token: TOKEN,
}

export function ruleOf(finding: Pick<Finding, 'kind' | 'note' | 'certainty'>): Rule {
  return classOf(finding) === 'ignored' ? KNOWN : (BY_KIND[finding.kind] ?? PRIVATE)
}
