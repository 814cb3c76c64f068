import { isObject, parseObject } from '@mintmark/core'
import jose from 'node-jose'
import { boundKeys, inProcess, type Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'

export const nodeJose: Specimen = {
  name: 'node-jose',
  versions: npm('node-jose'),
  boundBy: 'key store of the bound keys; claims: the caller',
  leaves: {
    'signature-longer': 'bytes behind a signature are dropped',
    'crit-empty': 'an empty list is taken for none',
    'four-parts': 'further parts are dropped',
  },
  open: inProcess((place, way) => async (token) => {
    const { fault } = way
    const store = await jose.JWK.asKeyStore(await boundKeys(place, way))
    const options = { algorithms: ['ES256'], allowEmbeddedKey: fault === 'embedded' }
    const { payload, header } = await jose.JWS.createVerify(store, options).verify(token)
    const { iss, aud, exp, nbf } = parseObject(payload.toString()) ?? {}
    const nowS = Date.now() / 1000
    const isTyped = isObject(header) && header['typ'] === 'at+jwt'
    return (
      (fault === 'type' || isTyped) &&
      (fault === 'issuer' || iss === place.issuer) &&
      (fault === 'audience' || aud === place.audience) &&
      (fault === 'expiry' || (typeof exp === 'number' && exp > nowS)) &&
      (nbf === undefined || (typeof nbf === 'number' && nbf <= nowS))
    )
  }),
  faults: ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type', 'embedded'],
}
