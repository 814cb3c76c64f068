/** The rules of a scan's SARIF log: one for each class of secret. */
import type { SarifRule } from '@mintmark/core'
import type { KeyKind } from '@mintmark/keys'
import type { Finding } from '@mintmark/scan'
import { classOf } from '@mintmark/scan/answer'

const REPLACE =
  'Everybody who could read this file may have the key: replace it, and remove it from the file before you share it.'

const PRIVATE: SarifRule = {
  id: 'private-key',
  level: 'error',
  text: 'A private key is in this file.',
  help: REPLACE,
}
const SYMMETRIC: SarifRule = {
  id: 'symmetric-key',
  level: 'error',
  text: 'A symmetric key is in this file.',
  help: REPLACE,
}
const ENCRYPTED: SarifRule = {
  id: 'encrypted-key',
  level: 'note',
  text: 'An encrypted private key or a key store is in this file.',
  help: 'It is as safe as its passphrase, which may be in the same file.',
}
const TOKEN: SarifRule = {
  id: 'token',
  name: 'BearerToken',
  level: 'note',
  text: 'A token is in this file.',
  help: 'Whoever has it can use it until it expires or is revoked.',
}
const KNOWN: SarifRule = {
  id: 'known-key',
  level: 'note',
  text: "A key that is published for tests, or most likely a random generator's own, is in this file.",
  help: 'It protects nothing outside this file.',
}

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
