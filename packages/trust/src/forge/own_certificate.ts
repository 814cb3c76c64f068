/** The attacker's own certificate. @module */
import { certificateOf } from '@mintmark/replay/certificate'
import { type Forge, Unforgeable } from './forge.ts'

const DAY_MS = 86_400_000

/** Self-signed, in DER; its name is that of the issuer. */
export function ownCertificate(forge: Forge, role = 'stranger'): Buffer {
  const nowMs = forge.nowS * 1000
  const { privateKey } = forge.key(role)
  if (!['rsa', 'ec'].includes(privateKey.asymmetricKeyType ?? ''))
    throw new Unforgeable('certificates are made for RSA and EC keys alone')
  return certificateOf(privateKey, {
    commonName: forge.issuer.issuer,
    serial: Buffer.from([1]),
    fromMs: nowMs - DAY_MS,
    toMs: nowMs + DAY_MS,
  })
}
