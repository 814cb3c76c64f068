/**
 * A witness: cosigns the checkpoints of a log in order, with a time; no HTTP here.
 * State is durable before the answer; requests for one log are processed one at a time.
 * Source: C2SP tlog-witness v1.0.0.
 */
import { createHash } from 'node:crypto'
import {
  base64,
  MintmarkError,
  parseObject,
  readBase64,
  text as textAt,
  writingIn,
} from '@mintmark/core'
import { type Checkpoint, type Head, parseCheckpoint, parseSize } from '../notes/checkpoint.ts'
import {
  formatSignature,
  formatVerifierKey,
  keysOfLog,
  NoteSigner,
  openNote,
  parseSignature,
  parseVerifierKey,
  readPrivateKey,
  type VerifierKey,
} from '../notes/note.ts'
import {
  assertEmpty,
  diskFiles,
  type Files,
  folderOf,
  makeKeyFile,
  readText,
  replaceDurably,
} from '../store/files.ts'
import { lockFolder } from '../store/folder_lock.ts'
import { EMPTY_ROOT, HASH_BYTES, isEqualHash, verifyConsistency } from '../tree/tree.ts'

const MAX_PROOF_LINES = 63
const SIZE_TYPE = 'text/x.tlog.size'
const TEXT_TYPE = 'text/plain; charset=utf-8'
export const MAX_ADD_CHECKPOINT_BYTES: number = 64 << 10

interface AddCheckpoint {
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly checkpoint: string
}

interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly type: string
  readonly body: string
}

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${checkpoint}`
}

export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  const cut = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, Math.max(cut, 0)).split('\n')
  const oldSize = first.startsWith('old ') ? parseSize(first.slice(4)) : undefined
  const proof = lines.map(readBase64).filter((hash) => hash?.length === HASH_BYTES)
  if (oldSize === undefined || lines.length > MAX_PROOF_LINES) return undefined
  if (proof.length < lines.length) return undefined
  return {
    oldSize,
    proof: proof.filter((hash) => hash !== undefined),
    checkpoint: body.slice(cut + 2),
  }
}

export interface WitnessState {
  read(hash: string): Promise<string | undefined>
  /** Durable on return. */
  write(hash: string, checkpoint: string): Promise<void>
}

/** @param folder one file a log; made if missing */
export function witnessFolder(folder: string, files: Files): WitnessState {
  let isMade = false
  return {
    read: (hash) => readText(files, `${folder}/${hash}`),
    async write(hash, checkpoint) {
      if (!isMade) {
        await files.makeFolder(folder)
        await files.sync(folderOf(folder))
        isMade = true
      }
      await replaceDurably(files, `${folder}/${hash}`, Buffer.from(checkpoint))
    },
  }
}

/** Names a log in paths: SHA-256 of its origin. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex')
}

interface WitnessOptions {
  readonly signer: NoteSigner
  /** Each counts for its own name and all names below it. */
  readonly logs: readonly VerifierKey[]
  readonly state: WitnessState
  readonly now: () => number
}

export class Witness {
  readonly #options: WitnessOptions
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(options: WitnessOptions) {
    this.#options = options
  }

  /** Answers `POST /add-checkpoint`. Throws if the state fails, and signs nothing then. */
  async addCheckpoint(body: string): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(body)
    const checkpoint = request && parseCheckpoint(request.checkpoint)
    if (request === undefined || checkpoint === undefined) return answer(400, 'not a request')
    const { origin, size } = checkpoint.head
    const keys = keysOfLog(origin, this.#options.logs)
    if (keys.length === 0) return answer(404, 'unknown log')
    const verified = openNote(checkpoint.note, keys)
    if (verified === 'bad-signature' || verified.length === 0) return answer(403, 'not signed')
    if (request.oldSize > size) return answer(400, 'the old size is above the new one')
    return await this.#serialised(origin, () => this.#cosign(request, checkpoint))
  }

  async readHash(hash: string): Promise<string | undefined> {
    return /^[0-9a-f]{64}$/.test(hash) ? await this.#options.state.read(hash) : undefined
  }

  async #cosign(request: AddCheckpoint, { head, note }: Checkpoint): Promise<WitnessAnswer> {
    const { signer, state, now } = this.#options
    const before = await this.#newest(head.origin)
    if (request.oldSize !== (before?.size ?? 0))
      return { status: 409, type: SIZE_TYPE, body: `${before?.size ?? 0}\n` }
    const refusal = refusalOf(request, head, before)
    if (refusal !== undefined) return refusal
    const line = formatSignature(signer.sign(note.text, Math.floor(now() / 1000)))
    await state.write(originHash(head.origin), `${request.checkpoint}${line}`)
    return { status: 200, type: TEXT_TYPE, body: line }
  }

  async #newest(origin: string): Promise<Head | undefined> {
    const text = await this.#options.state.read(originHash(origin))
    const checkpoint = text === undefined ? undefined : parseCheckpoint(text)
    if (text !== undefined && checkpoint === undefined)
      throw new Error(`the state of ${originHash(origin)} cannot be read`)
    return checkpoint?.head
  }

  async #serialised<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const queued = (this.#last.get(origin) ?? Promise.resolve()).then(work, work)
    this.#last.set(origin, queued)
    try {
      return await queued
    } finally {
      if (this.#last.get(origin) === queued) this.#last.delete(origin)
    }
  }
}

function refusalOf(
  { oldSize, proof }: AddCheckpoint,
  head: Head,
  before: Head | undefined,
): WitnessAnswer | undefined {
  if (head.size === 0 && !isEqualHash(head.root, EMPTY_ROOT))
    return answer(422, 'nothing has another root')
  if (before === undefined || oldSize === 0)
    return proof.length > 0 ? answer(422, 'a proof from nothing') : undefined
  if (oldSize === head.size) {
    if (!isEqualHash(before.root, head.root))
      return { status: 409, type: SIZE_TYPE, body: `${before.size}\n` }
    return proof.length > 0 ? answer(422, 'a proof of nothing') : undefined
  }
  const isConsistent = verifyConsistency({
    oldSize,
    newSize: head.size,
    oldRoot: before.root,
    newRoot: head.root,
    proof,
  })
  return isConsistent ? undefined : answer(422, 'not consistent with what was seen')
}

function answer(status: WitnessAnswer['status'], body: string): WitnessAnswer {
  return { status, type: TEXT_TYPE, body: `${body}\n` }
}

export type WitnessReply =
  | { readonly kind: 'cosigned'; readonly line: string }
  /** The witness is at another size: ask again from there. */
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'refused'; readonly status: number }

/** @param text of the note that was sent: a cosignature counts only if it verifies over it */
export function readWitnessAnswer(
  answered: { readonly status: number; readonly body: string },
  text: string,
  key: VerifierKey,
): WitnessReply {
  const { status, body } = answered
  if (status === 409) {
    const size = parseSize(body.trim())
    return size === undefined ? { kind: 'refused', status } : { kind: 'conflict', size }
  }
  if (status !== 200) return { kind: 'refused', status }
  for (const line of body.split('\n')) {
    const signature = parseSignature(line)
    if (signature?.name !== key.name || signature.id !== key.id) continue
    const verified = openNote({ text, signatures: [signature] }, [key])
    if (verified !== 'bad-signature' && verified.length === 1)
      return { kind: 'cosigned', line: formatSignature(signature) }
  }
  return { kind: 'refused', status }
}

const SCHEMA = 'mintmark-witness/1'
const DOCUMENT = 'witness.json'
const KEY_PATH = 'private/cosigner.pem'

/** @throws {MintmarkError} `LEDGER_INVALID` if something is in the folder already */
export async function createFolderWitness(
  folder: string,
  { name, logs }: { readonly name: string; readonly logs: readonly VerifierKey[] },
  files: Files = diskFiles,
): Promise<VerifierKey> {
  return await writingIn(folder, async () => {
    await assertEmpty(files, folder)
    const { key } = new NoteSigner(name, 'witness', await makeKeyFile(files, folder, KEY_PATH))
    const vkey = formatVerifierKey(key)
    const document = { schema: SCHEMA, name, vkey, logs: logs.map(formatVerifierKey) }
    const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`)
    await replaceDurably(files, `${folder}/${DOCUMENT}`, bytes)
    return key
  })
}

export async function isFolderWitness(folder: string, files: Files = diskFiles): Promise<boolean> {
  return await files.isThere(`${folder}/${DOCUMENT}`)
}

/** @throws {MintmarkError} `LEDGER_INVALID`, `LEDGER_BUSY` */
export async function openFolderWitness(
  folder: string,
  now: () => number,
  files: Files = diskFiles,
): Promise<{ readonly witness: Witness; readonly close: () => Promise<void> }> {
  const document = parseObject((await readText(files, `${folder}/${DOCUMENT}`)) ?? '')
  const name = document && textAt(document, 'name')
  const logs = document?.['logs']
  if (document?.['schema'] !== SCHEMA || name === undefined || !Array.isArray(logs))
    throw new MintmarkError('LEDGER_INVALID', `${DOCUMENT} describes no witness`)
  const key = readPrivateKey((await readText(files, `${folder}/${KEY_PATH}`)) ?? '')
  const close = await writingIn(folder, () => lockFolder(files, `${folder}/private/lock`))
  const witness = new Witness({
    signer: new NoteSigner(name, 'witness', key),
    logs: logs.map((vkey) => parseVerifierKey(String(vkey))),
    state: witnessFolder(`${folder}/state`, files),
    now,
  })
  return { witness, close }
}
