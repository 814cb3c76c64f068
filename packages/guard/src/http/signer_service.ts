/**
 * A signing gate over HTTP, `mintmark-signer/1`: it has the keys, and signs once an entry is
 * durable.
 * Source: docs/guard-reference.md, section "Signing over HTTP".
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import {
  type Json,
  MintmarkError,
  parseObject,
  readBase64url,
  safeJson,
  text,
} from '@mintmark/core'
import { MAX_ATTESTATION, MAX_TOKEN_LETTERS } from '@mintmark/ledger'
import type { Routes } from '@mintmark/ledger/http'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import {
  address,
  assertCallers,
  CALLER,
  invalidSetting,
  listenOn,
  parseSettings,
  text as textSetting,
  texts,
} from '../config/settings.ts'
import { troubleOf } from '../follow/ledger_follower.ts'
import { EntryRecorder, MOST_WAITING } from '../sign/entry_recorder.ts'
import { SigningGate } from '../sign/signing_gate.ts'
import { Callers, type KnownCaller, Shares } from '../verify/callers.ts'
import { ALGORITHMS, type Algorithm, textOfFile } from '../verify/keys.ts'
import {
  type Answer,
  errorAnswer,
  jsonAnswer,
  responseOf,
  shortBody,
  tooLarge,
  tooMany,
  unavailable,
  unknownCaller,
} from './answers.ts'

interface SignerCaller extends KnownCaller {
  readonly kids: ReadonlySet<string>
}

interface SignerService {
  readonly host: string
  readonly port: number
  readonly app: Routes
}

const document = v.strictObject({
  $schema: v.optional(v.string()),
  schema: v.literal('mintmark-signer/1'),
  listen: listenOn(8481),
  ledger: v.strictObject({ url: address, frontEndKey: textSetting }),
  keys: v.pipe(
    v.array(v.strictObject({ kid: textSetting, alg: v.picklist(ALGORITHMS), key: textSetting })),
    v.nonEmpty(),
  ),
  callers: v.pipe(v.array(v.strictObject({ ...CALLER, keys: texts })), v.nonEmpty()),
  canaries: v.optional(v.array(textSetting), []),
})

export const signerSettings: v.GenericSchema = document

/**
 * @param log receives one line for each event that an operator should see
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export async function startSigner(
  file: string,
  log: (line: string) => void,
): Promise<SignerService> {
  const { listen, ledger, ...settings } = parseSettings(await textOfFile(file), document)
  const key = (await textOfFile(ledger.frontEndKey)).trim()
  const recorder = new EntryRecorder({ url: ledger.url, key })
  const record = reported((entry) => recorder.record(entry), log)
  const keys = await Promise.all(settings.keys.map((row, i) => keyOf(row, `keys[${i}]`, record)))
  const kids = new Set(keys.map(({ gate }) => gate.kid))
  if (kids.size < keys.length) throw invalidSetting('keys', 'name one kid twice')
  assertCallers(settings.callers)
  const callers = settings.callers.map((row, i) => {
    if (row.keys.every((kid) => kids.has(kid))) return { ...row, kids: new Set(row.keys) }
    throw invalidSetting(`callers[${i}].keys`, 'name one that is not there')
  })
  const app = signerApp({
    keys,
    callers: new Callers(callers),
    shares: new Shares(MOST_WAITING / callers.length),
    canaries: new Set(settings.canaries),
    log,
  })
  return { ...listen, app }
}

type SigningGateRecord = ConstructorParameters<typeof SigningGate>[0]['record']

/** Reports each new cause for which the ledger takes no entries, and when it does again. */
function reported(record: SigningGateRecord, log: (line: string) => void): SigningGateRecord {
  let trouble = ''
  const note = (next: string) => {
    const line = { schema: 'mintmark-signer-event/1', event: 'ledger', text: next || 'records' }
    if (next !== trouble) log(safeJson(line))
    trouble = next
  }
  return async (entry) => {
    try {
      const receipt = await record(entry)
      note('')
      return receipt
    } catch (cause) {
      const isAnswer = cause instanceof MintmarkError && cause.code === 'ENTRY_REFUSED'
      note(isAnswer ? '' : troubleOf(cause))
      throw cause
    }
  }
}

async function keyOf(
  { kid, alg, key: file }: { kid: string; alg: Algorithm; key: string },
  path: string,
  record: SigningGateRecord,
): Promise<SignerKey> {
  const privateKey = privateKeyIn(await textOfFile(file), path)
  const gate = new SigningGate({ record, kid, alg, privateKey })
  try {
    await gate.assertFit()
    // An RSA key for PSS alone has no form as a JWK.
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
    return { gate, jwk: { ...jwk, kid, alg, use: 'sig' } }
  } catch {
    throw invalidSetting(`${path}.key`, 'does not fit its alg')
  }
}

function privateKeyIn(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw invalidSetting(`${path}.key`, 'is to be a file with a private key in PEM')
  }
}

interface SignerKey {
  readonly gate: SigningGate
  readonly jwk: Json
}

interface SignerAppDeps {
  readonly keys: readonly SignerKey[]
  readonly callers: Callers<SignerCaller>
  readonly shares: Shares<SignerCaller>
  /** Subjects without a user: no provider asks for their tokens. */
  readonly canaries: ReadonlySet<string>
  readonly log: (line: string) => void
}

function signerApp(deps: SignerAppDeps): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/jwks', (c) => c.json({ keys: deps.keys.map(({ jwk }) => jwk) }))
  app.post('/sign', async (c) => responseOf(await sign(c, deps)))
  app.notFound(() => responseOf(errorAnswer('not_found', 404)))
  app.onError(() => responseOf(errorAnswer('server_error', 500)))
  return app
}

async function sign(
  c: Context,
  { keys, callers, shares, canaries, log }: SignerAppDeps,
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
  if (!shares.take(caller)) return unavailable()
  try {
    return await signed(key.gate, input, attestation)
  } finally {
    shares.giveBack(caller)
  }
}

/** The front end's own attestation, in base64url: this signer does not have its key. */
const ATTESTATION_HEADER = 'mintmark-attestation'

function attestationIn(header: string | undefined): Uint8Array | undefined | 'malformed' {
  if (header === undefined) return undefined
  const bytes = readBase64url(header)
  return bytes !== undefined && bytes.length <= MAX_ATTESTATION ? bytes : 'malformed'
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
