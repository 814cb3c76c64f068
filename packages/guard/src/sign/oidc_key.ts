/**
 * A key of oidc-provider whose signatures are made behind a signing gate.
 *
 * The provider hands the exact bytes that it wants signed to the key, and waits: the gate records them first. Give access
 * tokens such a key, and ID tokens an ordinary one of another algorithm; what is no access token the gate refuses.
 *
 * Source: oidc-provider 9, `features.externalSigningSupport` (experimental there).
 *
 * @module
 */
import type { KeyObject } from 'node:crypto'
import type { Cause, SigningGate } from './signing_gate.ts'

/** What `ExternalSigningKey` of oidc-provider has, as far as it is used here. */
interface ExternalKey {
  kid: string | undefined
  alg: string | undefined
  keyObject: () => KeyObject
  sign: (data: Buffer) => Promise<Buffer> | Buffer
}

interface RecordedKeyOptions {
  readonly gate: Pick<SigningGate, 'kid' | 'alg' | 'signInput'>
  readonly publicKey: KeyObject
  /** Why a signing input is to be signed, where somebody knows: for double entry. */
  readonly causeOf?: ((signingInput: string) => Cause | Promise<Cause>) | undefined
}

/**
 * @param ExternalSigningKey the class of that name of the provider that is to use the key
 * @returns a key for its `jwks.keys`
 */
export function recordedKey<T extends ExternalKey>(
  ExternalSigningKey: new () => T,
  { gate, publicKey, causeOf }: RecordedKeyOptions,
): T {
  const key = new ExternalSigningKey()
  key.kid = gate.kid
  key.alg = gate.alg
  key.keyObject = () => publicKey
  key.sign = async (data) => {
    const input = data.toString('latin1')
    const { signature } = await gate.signInput(input, await causeOf?.(input))
    return Buffer.from(signature)
  }
  return key
}
