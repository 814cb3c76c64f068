/**
 * Makes oidc-provider sign an access token only after its ledger entry. ID tokens need an ordinary
 * key of another algorithm: the gate refuses them. Source: oidc-provider 9,
 * `features.externalSigningSupport` (experimental there).
 */
import type { KeyObject } from 'node:crypto'
import { newSalt, SALT_CLAIM } from '@mintmark/ledger'
import type { Algorithm } from '../verify/keys.ts'
import type { Cause, SigningGate } from './signing_gate.ts'

/** The used part of oidc-provider's `ExternalSigningKey`. */
interface ExternalKey {
  kid?: string | undefined
  alg?: string | undefined
  keyObject: () => Promise<KeyObject> | KeyObject
  sign: (data: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

interface RecordedTokensOptions {
  readonly gate: Pick<SigningGate, 'kid' | 'alg' | 'signInput'>
  readonly publicKey: KeyObject
  readonly causeOf?: ((signingInput: string) => Cause | Promise<Cause>) | undefined
}

export interface RecordedTokens<T> {
  /** For `jwks.keys`. */
  readonly key: T
  /** For `extraTokenClaims`: the claim that blinds the entry. Add claims of your own beside it. */
  readonly extraTokenClaims: () => Record<string, string>
  /** For `features.externalSigningSupport`. */
  readonly externalSigningSupport: { readonly enabled: true; readonly ack: 'experimental-01' }
  /** For `getResourceServerInfo`: a resource's access tokens are JWTs that this key signs. */
  readonly accessTokens: {
    readonly accessTokenFormat: 'jwt'
    readonly jwt: { readonly sign: { readonly alg: Algorithm; readonly kid: string } }
  }
}

/** @param ExternalSigningKey the class of that name of the provider that is to use the key */
export function recordedTokens<T extends ExternalKey>(
  ExternalSigningKey: new () => T,
  { gate, publicKey, causeOf }: RecordedTokensOptions,
): RecordedTokens<T> {
  const { kid, alg } = gate
  const key = new ExternalSigningKey()
  key.kid = kid
  key.alg = alg
  key.keyObject = () => publicKey
  key.sign = async (data) => {
    const input = Buffer.from(data).toString('latin1')
    const { signature } = await gate.signInput(input, await causeOf?.(input))
    return Buffer.from(signature)
  }
  return {
    key,
    extraTokenClaims: () => ({ [SALT_CLAIM]: newSalt() }),
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    accessTokens: { accessTokenFormat: 'jwt', jwt: { sign: { alg, kid } } },
  }
}
