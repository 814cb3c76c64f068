/** `POST /sign`: a signing input in, a signature out, and an entry in the ledger between. @module */
import { type Json, MintmarkError, parseObject, safeJson, text } from '@mintmark/core'
import { MAX_ATTESTATION, MAX_TOKEN_LETTERS } from '@mintmark/ledger'
import { type Context, Hono } from 'hono'
import type { SigningGate } from '../sign/signing_gate.ts'
import { Callers } from '../verify/callers.ts'
import {
  type Answer,
  errorAnswer,
  jsonAnswer,
  responseOf,
  tooLarge,
  tooMany,
  unavailable,
  unknownCaller,
} from './answers.ts'
import { shortBody } from './request_body.ts'
import type { SignerCaller } from './signer_service.ts'

export interface SignerKey {
  readonly gate: SigningGate
  /** Public half. */
  readonly jwk: Json
}

interface SignerAppDeps {
  readonly keys: readonly SignerKey[]
  readonly callers: readonly SignerCaller[]
  /** Subjects without a user: no provider asks for their tokens. */
  readonly canaries: ReadonlySet<string>
  readonly log: (line: string) => void
}

export function signerApp(deps: SignerAppDeps): Hono {
  const callers = new Callers(deps.callers)
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/jwks', (c) => c.json({ keys: deps.keys.map(({ jwk }) => jwk) }))
  app.post('/sign', async (c) => responseOf(await sign(c, deps, callers)))
  app.notFound(() => responseOf(errorAnswer('not_found', 404)))
  app.onError(() => responseOf(errorAnswer('server_error', 500)))
  return app
}

async function sign(
  c: Context,
  { keys, canaries, log }: SignerAppDeps,
  callers: Callers<SignerCaller>,
): Promise<Answer> {
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return unknownCaller()
  if (!callers.isWithinRate(caller)) return tooMany()
  const body = await shortBody(c, MAX_TOKEN_LETTERS)
  if (body === undefined) return tooLarge()
  const input = body.trim()
  const [header, payload] = input.split('.').map(objectOf)
  const kid = header && text(header, 'kid')
  const key = keys.find(({ gate }) => gate.kid === kid)
  if (key === undefined || !caller.kids.has(key.gate.kid))
    return jsonAnswer({ error: 'refused', reason: 'key' }, 403)
  if (canaries.has((payload && text(payload, 'sub')) ?? '')) {
    log(safeJson({ schema: 'mintmark-signer-event/1', event: 'canary', caller: caller.name, kid }))
    return jsonAnswer({ error: 'refused', reason: 'canary' }, 409)
  }
  const attestation = attestationIn(c.req.header(ATTESTATION_HEADER))
  if (attestation === 'malformed')
    return jsonAnswer({ error: 'refused', reason: 'attestation' }, 409)
  return await signed(key.gate, input, attestation)
}

/** The front end's own attestation, in base64url: this signer does not have its key. */
const ATTESTATION_HEADER = 'mintmark-attestation'

function attestationIn(header: string | undefined): Uint8Array | undefined | 'malformed' {
  if (header === undefined) return undefined
  const bytes = Buffer.from(header, 'base64url')
  return bytes.length <= MAX_ATTESTATION && bytes.toString('base64url') === header
    ? bytes
    : 'malformed'
}

const objectOf = (part: string) => parseObject(Buffer.from(part, 'base64url').toString('utf8'))

async function signed(
  gate: SigningGate,
  input: string,
  attestation: Uint8Array | undefined,
): Promise<Answer> {
  try {
    const { signature, receipt } = await gate.signInput(input, { attestation })
    const { shard, index } = receipt
    return jsonAnswer({ signature: Buffer.from(signature).toString('base64url'), shard, index })
  } catch (cause) {
    if (!(cause instanceof MintmarkError)) throw cause
    const { code, facts } = cause
    if (code === 'ENTRY_REFUSED')
      return jsonAnswer({ error: 'refused', reason: facts['reason'] }, 409)
    return unavailable()
  }
}
