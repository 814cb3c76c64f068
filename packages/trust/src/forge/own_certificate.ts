/** The attacker's own certificate. @module */
import { certificateOf } from '@mintmark/replay/certificate'
import type { Forge } from './forge.ts'

const DAY_MS = 86_400_000

/** Self-signed, in DER; its name is that of the issuer. */
export function ownCertificate(forge: Forge, role = 'stranger'): Buffer {
  const nowMs = forge.nowS * 1000
  return certificateOf(forge.key(role).privateKey, {
    commonName: forge.issuer.issuer,
    serial: Buffer.from([1]),
    fromMs: nowMs - DAY_MS,
    toMs: nowMs + DAY_MS,
  })
}
