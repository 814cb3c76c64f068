/** Signs tokens only after their ledger entry is durable. */
import { type KeyObject, sign as signBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { MintmarkError } from '@mintmark/core'
import {
  attest,
  issuanceOf,
  MAX_TOKEN_LETTERS,
  newSalt,
  type Receipt,
  SALT_CLAIM,
} from '@mintmark/ledger'
import type { Algorithm } from '../verify/keys.ts'
import { digestOf, paddingOf, toLowS } from '../verify/signatures.ts'
import type { RecordEntry } from './entry_recorder.ts'

const sign = promisify(signBytes)

interface GateOptions {
  readonly record: RecordEntry
  readonly kid: string
  readonly alg: Algorithm
  /** Private, and of the kind that `alg` asks for. */
  readonly privateKey: KeyObject
  /** Ed25519: attests each token that this gate's front end asks for. */
  readonly frontEnd?: KeyObject | undefined
}

/** Why a token is asked for: recorded beside its entry, as double entry. */
export interface Cause {
  /** Id of the authentication in its log, nobody's name. The gate's front end attests it. */
  readonly event?: string | undefined
  /** Of another front end: opaque here. */
  readonly attestation?: Uint8Array | undefined
}

interface Minted {
  readonly token: string
  readonly receipt: Receipt
}

export class SigningGate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  get kid(): string {
    return this.#options.kid
  }

  get alg(): Algorithm {
    return this.#options.alg
  }

  /** Rejects if the key cannot sign with the algorithm. */
  async assertFit(): Promise<void> {
    const { alg, privateKey } = this.#options
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey
    const kind = details?.namedCurve ?? type
    const isPss = kind === 'rsa-pss' && alg.startsWith('PS')
    // Node signs with whatever key it gets: an EC key and RS256 give a signature that nobody
    // accepts.
    if (kind !== (KINDS[alg] ?? 'rsa') && !isPss) throw new TypeError('key of another kind')
    await this.#sign('')
  }

  /**
   * Adds `kid`, `alg` and the claim that blinds its entry, records the token, and signs it.
   * @param claims with `iss`, `jti`, `iat` and `exp`. @throws as {@link SigningGate.signInput}
   */
  async mint(
    claims: Readonly<Record<string, unknown>>,
    header: Readonly<Record<string, unknown>> = {},
    cause: Cause = {},
  ): Promise<Minted> {
    const { kid, alg } = this.#options
    const payload = { [SALT_CLAIM]: newSalt(), ...claims }
    const input = `${part({ typ: 'at+jwt', ...header, alg, kid })}.${part(payload)}`
    const { signature, receipt } = await this.signInput(input, cause)
    return { token: `${input}.${Buffer.from(signature).toString('base64url')}`, receipt }
  }

  /**
   * Records, then signs. @throws {MintmarkError} `LEDGER_FAILED` without an answer of the ledger;
   * `ENTRY_REFUSED` by the ledger, or for another key or algorithm, or what cannot be recorded
   */
  async signInput(
    input: string,
    { event, attestation }: Cause = {},
  ): Promise<{ signature: Uint8Array; receipt: Receipt }> {
    const { kid, alg, record, frontEnd, privateKey } = this.#options
    const asked = issuanceOf(input, attestation)
    const isOwn = attestation === undefined && frontEnd !== undefined
    const issuance = isOwn
      ? { ...asked, attestation: attest(asked.inputHash, frontEnd, event) }
      : asked
    if (issuance.kid !== kid || issuance.alg !== alg)
      throw new MintmarkError('ENTRY_REFUSED', 'the header names another key', { reason: 'key' })
    if (input.length + 1 + lettersOf(signatureBytes(alg, privateKey)) > MAX_TOKEN_LETTERS)
      throw new MintmarkError('ENTRY_REFUSED', 'the token would be longer than any guard takes', {
        reason: 'too-long',
      })
    const receipt = await record(issuance)
    return { signature: await this.#sign(input), receipt }
  }

  async #sign(text: string): Promise<Uint8Array> {
    const { alg, privateKey } = this.#options
    const input = Buffer.from(text, 'latin1')
    const signature = await sign(digestOf(alg), input, { key: privateKey, ...paddingOf(alg) })
    return toLowS(signature, alg)
  }
}

/** An RSA signature is as long as its modulus. */
const signatureBytes = (alg: Algorithm, { asymmetricKeyDetails }: KeyObject) =>
  LENGTHS[alg] ?? Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8)

const lettersOf = (bytes: number) => Math.ceil((bytes * 4) / 3)

/** Bytes of a signature, if the algorithm determines them. */
const LENGTHS: Readonly<Partial<Record<Algorithm, number>>> = {
  ES256: 64,
  ES384: 96,
  ES512: 132,
  EdDSA: 64,
}

/** RSA if an algorithm is not listed. */
const KINDS: Readonly<Partial<Record<Algorithm, string>>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
  EdDSA: 'ed25519',
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
