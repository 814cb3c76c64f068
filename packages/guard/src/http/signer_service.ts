/**
 * A signing gate over HTTP, for providers that are not written in JavaScript: `mintmark-signer/1`.
 *
 * It holds the keys; a front end sends what it wants signed, and gets a signature once that is recorded.
 *
 * Source: docs/guard-reference.md, section "Signing over HTTP".
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Routes } from '@mintmark/ledger/http'
import * as v from 'valibot'
import {
  CALLER,
  invalidSetting,
  knownCaller,
  listenOn,
  parseSettings,
  text,
  texts,
} from '../config/settings.ts'
import { EntryRecorder } from '../sign/entry_recorder.ts'
import { SigningGate } from '../sign/signing_gate.ts'
import type { KnownCaller } from '../verify/callers.ts'
import { ALGORITHMS, type Algorithm } from '../verify/keys.ts'
import { textOfFile } from '../verify/text_file.ts'
import { type SignerKey, signerApp } from './signer_app.ts'

export interface SignerCaller extends KnownCaller {
  /** Ids of the keys that sign for it. */
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
  ledger: v.strictObject({ url: text, frontEndKey: text }),
  keys: v.array(
    v.strictObject({
      kid: text,
      alg: v.picklist(ALGORITHMS),
      key: text,
    }),
  ),
  callers: v.array(v.strictObject({ ...CALLER, keys: texts })),
  canaries: v.optional(v.array(text), []),
})

/** What the published JSON Schema is made of. */
export const signerSettings: v.GenericSchema = document

/**
 * @param file the configuration
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
  const keys = await Promise.all(
    settings.keys.map((row, i) => keyOf(row, `keys[${i}]`, (entry) => recorder.record(entry))),
  )
  const kids = new Set(keys.map(({ gate }) => gate.kid))
  if (kids.size < keys.length) throw invalidSetting('keys', 'name one kid twice')
  const callers = settings.callers.map((row, i) => {
    if (row.keys.every((kid) => kids.has(kid)))
      return { ...knownCaller(row), kids: new Set(row.keys) }
    throw invalidSetting(`callers[${i}].keys`, 'name one that is not there')
  })
  const canaries = new Set(settings.canaries)
  return { ...listen, app: signerApp({ keys, callers, canaries, log }) }
}

type SigningGateRecord = ConstructorParameters<typeof SigningGate>[0]['record']

async function keyOf(
  { kid, alg, key: file }: { kid: string; alg: Algorithm; key: string },
  path: string,
  record: SigningGateRecord,
): Promise<SignerKey> {
  const privateKey = privateKeyIn(await textOfFile(file), path)
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' }
  const gate = new SigningGate({ record, kid, alg, privateKey })
  await gate.assertFit().catch(() => {
    throw invalidSetting(`${path}.key`, 'does not fit its alg')
  })
  return { gate, jwk }
}

function privateKeyIn(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw invalidSetting(`${path}.key`, 'is to be a file with a private key in PEM')
  }
}
