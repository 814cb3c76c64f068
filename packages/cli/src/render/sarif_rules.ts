/**
 * The rules of our SARIF: one a class of secret.
 *
 * @module
 */
import type { SarifRule } from '@mintmark/core'
import type { KeyKind } from '@mintmark/keys'
import type { Finding } from '@mintmark/scan'
import { classOf } from '@mintmark/scan/answer'

const REPLACE =
  'Treat the key as known to whoever could read this file: replace it, and take it out of the file before it leaves.'

const PRIVATE: SarifRule = {
  id: 'private-key',
  name: 'PrivateKey',
  text: 'A private key is in this file.',
  help: REPLACE,
  level: 'error',
}
const SYMMETRIC: SarifRule = {
  id: 'symmetric-key',
  name: 'SymmetricKey',
  text: 'A symmetric key is in this file.',
  help: REPLACE,
  level: 'error',
}
const ENCRYPTED: SarifRule = {
  id: 'encrypted-key',
  name: 'EncryptedKey',
  text: 'An encrypted private key or a key store is in this file.',
  help: 'It is as safe as its passphrase, which may lie in the same file.',
  level: 'note',
}
const TOKEN: SarifRule = {
  id: 'token',
  name: 'BearerToken',
  text: 'A token is in this file.',
  help: 'Whoever has it can use it until it runs out or is revoked.',
  level: 'note',
}
const KNOWN: SarifRule = {
  id: 'known-key',
  name: 'KnownKey',
  text: "A key that is published for tests, or most likely a random generator's own, is in this file.",
  help: 'It protects nothing that another file would open.',
  level: 'note',
}

export const RULES: readonly SarifRule[] = [PRIVATE, SYMMETRIC, ENCRYPTED, TOKEN, KNOWN]

const BY_KIND: Partial<Record<KeyKind, SarifRule>> = {
  aes: SYMMETRIC,
  hmac: SYMMETRIC,
  'encrypted-key': ENCRYPTED,
  keystore: ENCRYPTED,
  token: TOKEN,
}

export function ruleOf(finding: Pick<Finding, 'kind' | 'note' | 'certainty'>): SarifRule {
  return classOf(finding) === 'ignored' ? KNOWN : (BY_KIND[finding.kind] ?? PRIVATE)
}
