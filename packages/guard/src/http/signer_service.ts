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
import { addressOf, knownCallerOf, type Members, openConfig } from '../config/members.ts'
import { EntryRecorder } from '../sign/entry_recorder.ts'
import { SigningGate } from '../sign/signing_gate.ts'
import type { KnownCaller } from '../verify/callers.ts'
import { isAlgorithm } from '../verify/keys.ts'
import { textOfFile } from '../verify/text_file.ts'
import { type SignerKey, signerApp } from './signer_app.ts'

const SIGNER_SCHEMA = 'mintmark-signer/1'

export interface SignerCaller extends KnownCaller {
  /** Ids of the keys that sign for it. */
  readonly kids: ReadonlySet<string>
}

interface SignerService {
  readonly host: string
  readonly port: number
  readonly app: Routes
}

/**
 * @param file the configuration
 * @param log takes one line for each thing that somebody should know of
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export async function startSigner(
  file: string,
  log: (line: string) => void,
): Promise<SignerService> {
  const top = openConfig(await textOfFile(file), SIGNER_SCHEMA)
  const address = addressOf(top, 8481)
  const ledger = top.object('ledger')
  const [url, keyFile] = [ledger.text('url'), ledger.text('frontEndKey')]
  ledger.done()
  const recorder = new EntryRecorder({ url, key: (await textOfFile(keyFile)).trim() })
  const rows = top.list('keys')
  const keys = await Promise.all(rows.map((row) => keyOf(row, (entry) => recorder.record(entry))))
  const kids = new Set(keys.map(({ gate }) => gate.kid))
  if (kids.size < rows.length) throw top.invalid('keys', 'name one kid twice')
  const callers = top.list('callers').map((row) => callerOf(row, kids))
  const canaries = new Set(top.textsOr('canaries', []))
  top.done()
  return { ...address, app: signerApp({ keys, callers, canaries, log }) }
}

async function keyOf(row: Members, record: SigningGateRecord): Promise<SignerKey> {
  const [kid, alg, file] = [row.text('kid'), row.text('alg'), row.text('key')]
  row.done()
  if (!isAlgorithm(alg)) throw row.invalid('alg', 'is none that is known')
  const privateKey = privateKeyIn(await textOfFile(file), row)
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' }
  const gate = new SigningGate({ record, kid, alg, privateKey })
  await gate.assertFit().catch(() => {
    throw row.invalid('key', 'does not fit its alg')
  })
  return { gate, jwk }
}

type SigningGateRecord = ConstructorParameters<typeof SigningGate>[0]['record']

function privateKeyIn(pem: string, row: Members): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw row.invalid('key', 'is to be a file with a private key in PEM')
  }
}

function callerOf(row: Members, known: ReadonlySet<string>): SignerCaller {
  const kids = row.texts('keys')
  if (!kids.every((kid) => known.has(kid))) throw row.invalid('keys', 'name one that is not there')
  const caller = { ...knownCallerOf(row), kids: new Set(kids) }
  row.done()
  return caller
}
