/** The rules of the SARIF log: one for each class of secret. @module */
import type { SarifRule } from '@mintmark/core'
import type { KeyKind } from '@mintmark/keys'
import type { Finding } from '@mintmark/scan'
import { classOf } from '@mintmark/scan/answer'

const REPLACE =
  'Everybody who could read this file may have the key: replace it, and remove it from the file before you share it.'

const rule = (
  id: string,
  name: string,
  level: SarifRule['level'],
  text: string,
  help: string,
): SarifRule => ({ id, name, level, text, help })

const PRIVATE = rule(
  'private-key',
  'PrivateKey',
  'error',
  'A private key is in this file.',
  REPLACE,
)
const SYMMETRIC = rule(
  'symmetric-key',
  'SymmetricKey',
  'error',
  'A symmetric key is in this file.',
  REPLACE,
)
const ENCRYPTED = rule(
  'encrypted-key',
  'EncryptedKey',
  'note',
  'An encrypted private key or a key store is in this file.',
  'It is as safe as its passphrase, which may be in the same file.',
)
const TOKEN = rule(
  'token',
  'BearerToken',
  'note',
  'A token is in this file.',
  'Whoever has it can use it until it expires or is revoked.',
)
const KNOWN = rule(
  'known-key',
  'KnownKey',
  'note',
  "A key that is published for tests, or most likely a random generator's own, is in this file.",
  'It protects nothing outside this file.',
)

export const RULES: readonly SarifRule[] = [PRIVATE, SYMMETRIC, ENCRYPTED, TOKEN, KNOWN]

const BY_KIND: Partial<Record<KeyKind, SarifRule>> = {
  aes: SYMMETRIC,
  hmac: SYMMETRIC,
  'encrypted-key': ENCRYPTED,
  keystore: ENCRYPTED,
  token: TOKEN,
}

export const ruleOf = (finding: Pick<Finding, 'kind' | 'note' | 'certainty'>): SarifRule =>
  classOf(finding) === 'ignored' ? KNOWN : (BY_KIND[finding.kind] ?? PRIVATE)
