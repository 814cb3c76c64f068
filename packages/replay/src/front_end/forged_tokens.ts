/** The attacker's tokens as bytes, and the guard that would have met them. */
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { Json } from '@mintmark/core'
import { type AudiencePolicy, Guard, type TrustedKey, TrustedKeys } from '@mintmark/guard'
import { tokenIdBytes } from '@mintmark/ledger'
import { type Forged, TOKEN_LIFE_MS } from '../activity/attack.ts'
import type { SigningKeys } from '../signing/signing_keys.ts'
import type { Token } from '../world/events.ts'
import type { Organisation } from '../world/world.ts'

export const TYP = 'JWT'
const ALG = 'RS256'
const SCOPE = 'Mail.Read'

export const issuerOf = ({ tenant }: Organisation): string =>
  `https://login.example.com/${tenant}/v2.0`

const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Whole seconds, and one more: the last use within a token's life is never late. */
const LIFE_S = TOKEN_LIFE_MS / 1000 + 2

/** What is signed of a token. `jti` repeats its id, which Entra has in `uti` alone: a ledger asks for it. */
function signingInput(of: Organisation, token: Token, kid: string): string {
  const iat = Math.floor(token.atMs / 1000)
  const claims = {
    iss: issuerOf(of),
    aud: token.resource.id,
    iat,
    nbf: iat,
    exp: iat + LIFE_S,
    azp: token.app.id,
    oid: token.holder,
    sub: token.holder,
    tid: of.tenant,
    scp: SCOPE,
    uti: token.id.uti,
    jti: token.id.guid,
    ver: '2.0',
  }
  return `${part({ typ: TYP, alg: ALG, kid })}.${part(claims)}`
}

export function forgedToken(
  of: Organisation,
  { token }: Forged,
  { published, privateKey }: SigningKeys['leaked'],
): string {
  const input = signingInput(of, token, published.kid)
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
}

const NEVER_MS = Number.POSITIVE_INFINITY

/** The merged key set is the guard's own, so that its ledger alone decides. */
export class GuardOf2023 {
  readonly #guard: Guard
  readonly #audiences: readonly AudiencePolicy[]
  readonly #recorded = new Map<string, string>()
  #nowMs = 0

  constructor(issuers: readonly string[], audience: string, keys: readonly Json[]) {
    const trustedKeys = new TrustedKeys(
      issuers.flatMap((issuer) => keys.map((key) => trusted(key, issuer))),
    )
    const limits = { types: new Set(['jwt']), maxLifetimeMs: LIFE_S * 1000, takesHighS: false }
    const policies = issuers.map((issuer) => ({ issuer, issuerClass: 'enterprise', ...limits }))
    this.#audiences = [
      {
        audience,
        classes: new Set(['enterprise']),
        mode: 'enforce',
        graceMs: 0,
        whenStale: 'recorded',
        maxHeadAgeMs: TOKEN_LIFE_MS,
        usernameClaim: 'oid',
      },
    ]
    this.#guard = new Guard({
      follower: this.#follower(),
      keys: () => trustedKeys,
      issuers: new Map(policies.map((policy) => [policy.issuer, policy])),
      canaries: new Set(),
      waitMs: 1,
      onAlarm: () => undefined,
      now: () => this.#nowMs,
    })
  }

  #follower(): ConstructorParameters<typeof Guard>[0]['follower'] {
    return {
      ageMs: Number.NEGATIVE_INFINITY,
      trouble: undefined,
      isStreamed: true,
      liveTokens: 0,
      find: (_issuer, id, inputHash) => {
        const recorded = this.#recorded.get(hexOf(id))
        if (recorded === undefined) return 'unknown'
        return recorded === hexOf(inputHash) ? 'live' : 'mutated'
      },
      isForgotten: () => false,
      unlisted: [],
      ask: () => Promise.resolve({ state: 'unknown' }),
      hasRead: () => true,
      covers: () => true,
      refresh: () => Promise.resolve(),
      headOf: () => undefined,
    }
  }

  record(of: Organisation, token: Token, kid: string): void {
    const hash = createHash('sha256')
      .update(signingInput(of, token, kid))
      .digest('hex')
    this.#recorded.set(hexOf(tokenIdBytes(token.id.guid)), hash)
  }

  /** @returns the guard's reason for refusing the token at that time; undefined where it admits it */
  async refusal(token: string, atMs: number): Promise<string | undefined> {
    this.#nowMs = atMs
    const verdict = await this.#guard.assignVerdict(token, this.#audiences, 'front end')
    return verdict.isAdmitted ? undefined : verdict.reason
  }
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function trusted(jwk: Json, issuer: string): TrustedKey {
  const key: KeyObject = createPublicKey({ key: jwk, format: 'jwk' })
  const times = { fromMs: 0, untilMs: NEVER_MS, revokedMs: NEVER_MS }
  return { issuer, kid: String(jwk['kid']), alg: ALG, key, ...times }
}
