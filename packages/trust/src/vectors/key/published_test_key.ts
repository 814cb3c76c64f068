import { createPrivateKey } from 'node:crypto'
import { compact, part, signature } from '../../forge/jws.ts'
import { SIGNATURE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

/** A published test key. Source: RFC 7515, appendix A.3.1. */
const PUBLISHED = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  },
})

export const publishedTestKey: Vector = {
  id: 'published-test-key',
  family: 'key',
  axis: 'key',
  level: 'required',
  what: 'Signed by the private key that RFC 7515 prints as an example, under the genuine kid.',
  forbiddenBy: 'RFC 7515, section 5.2',
  settings: SIGNATURE,
  forge: (forge) => {
    const input = `${part({ ...forge.header(), alg: 'ES256' })}.${part(forge.claims)}`
    return compact(input, signature(input, PUBLISHED, 'ES256'))
  },
}
