import { compact, inputOf, signatureOf } from '../../forge/jws.ts'
import { LOW_S } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

/** Order of the curve. Source: FIPS 186-5, P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export const highS: Vector = {
  id: 'high-s',
  family: 'form',
  axis: 'signature',
  level: 'advisory',
  what: 'The twin of the genuine signature: (r, n − s) for (r, s).',
  forbiddenBy: 'SEC 1, section 4.1.3, leaves it open',
  settings: LOW_S,
  applies: (forge) => forge.key('signing').alg === 'ES256',
  forge: (forge) => {
    const token = forge.token()
    const signed = signatureOf(token)
    const s = BigInt(`0x${signed.subarray(32).toString('hex')}`)
    const twin = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')
    return compact(inputOf(token), Buffer.concat([signed.subarray(0, 32), twin]))
  },
}
