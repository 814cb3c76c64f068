/**
 * The state folder of the test issuer: private keys, the secret of its control, and where it runs; and commands to it.
 *
 * Trust: whoever can read the folder can sign as the issuer. Only the owner may read its files; other modes are refused.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  errnoOf,
  isObject,
  type Json,
  MintmarkError,
  parseObject,
  safeText,
  text,
  unreadable,
} from '@mintmark/core'
import {
  completed,
  type IssuerAlgorithm,
  isRole,
  issuerAlgorithm,
  type StoredKey,
} from './issuer_keys.ts'

const STATE_SCHEMA = 'mintmark-issuer-state/1'
const STATE_FILE = 'issuer.json'
const RUNNING_FILE = 'running.json'
/** A folder of a hundred rotations is a tenth of it. */
const MOST_BYTES = 1 << 20

export interface IssuerState {
  readonly schema: typeof STATE_SCHEMA
  readonly audience: string
  /** Bearer of the control. */
  readonly secret: string
  readonly keys: readonly StoredKey[]
}

/** Where a started issuer answers. */
export interface Running {
  readonly url: string
  /** On loopback, for whoever has the secret. */
  readonly controlUrl: string
}

export interface StateOptions {
  /** Undefined: as in the folder. */
  readonly audience?: string | undefined
  /** Keys of a new state; other roles get new ones. */
  readonly keys?: readonly StoredKey[] | undefined
  /** Of its tokens; undefined for that of the folder's keys, else ES256. */
  readonly algorithm?: IssuerAlgorithm | undefined
  /** Keys for SAML too. */
  readonly hasSaml?: boolean | undefined
}

/**
 * Opens the state in a folder, or makes it.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `OUTPUT_UNWRITABLE`; `INPUT_INVALID` for another algorithm than that of its keys
 */
export async function openState(
  folder: string,
  { audience, algorithm, keys = [], hasSaml = false }: StateOptions,
): Promise<IssuerState> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw unwritable(folder, cause)
  }
  const found = await readState(folder).catch((error: unknown) => {
    if (error instanceof MintmarkError && error.facts['errno'] === 'ENOENT') return undefined
    throw error
  })
  const state = found ?? {
    schema: STATE_SCHEMA,
    audience: 'api://mintmark-probe',
    secret: randomBytes(32).toString('base64url'),
    keys,
  }
  const used = issuerAlgorithm(state.keys) ?? algorithm ?? 'ES256'
  if (algorithm !== undefined && algorithm !== used) {
    const message = `${safeText(folder)} has keys for ${used}: choose another --state for ${algorithm}`
    throw new MintmarkError('INPUT_INVALID', message, { option: 'algorithm' })
  }
  const asked = {
    ...state,
    audience: audience ?? state.audience,
    keys: completed(state.keys, hasSaml, used),
  }
  await writeState(folder, asked)
  return asked
}

export async function readState(folder: string): Promise<IssuerState> {
  const state = await readPrivate(folder, STATE_FILE)
  const keys = state['keys']
  if (state['schema'] !== STATE_SCHEMA || !Array.isArray(keys) || !keys.every(isKey))
    throw unusable(path.join(folder, STATE_FILE), 'it is not the state of an issuer')
  return {
    schema: STATE_SCHEMA,
    audience: text(state, 'audience') ?? '',
    secret: text(state, 'secret') ?? '',
    keys,
  }
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` where no issuer was started on the folder */
export async function readRunning(folder: string): Promise<Running> {
  const running = await readPrivate(folder, RUNNING_FILE)
  const [url, controlUrl] = [text(running, 'url'), text(running, 'controlUrl')]
  if (url === undefined || controlUrl === undefined)
    throw unusable(path.join(folder, RUNNING_FILE), 'it does not say where the issuer runs')
  return { url, controlUrl }
}

export const writeState = (folder: string, state: IssuerState): Promise<void> =>
  writePrivate(folder, STATE_FILE, state)

export const writeRunning = (folder: string, running: Running): Promise<void> =>
  writePrivate(folder, RUNNING_FILE, running)

function isKey(value: unknown): value is StoredKey {
  if (!isObject(value) || typeof value['isListed'] !== 'boolean') return false
  return (
    isRole(text(value, 'role')) && ['kid', 'pem'].every((name) => text(value, name) !== undefined)
  )
}

async function readPrivate(folder: string, name: string): Promise<Json> {
  const file = path.join(folder, name)
  try {
    const { mode, uid, size } = await lstat(file)
    if ((mode & 0o077) !== 0 || (process.getuid !== undefined && uid !== process.getuid()))
      throw unusable(file, 'it is not for its owner, the caller, alone (chmod 600)')
    if (size > MOST_BYTES) throw unusable(file, 'it is too large')
    const value = parseObject(await readFile(file, 'utf8'))
    if (value !== undefined) return value
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    throw unreadable(file, cause)
  }
  throw unusable(file, 'it is no JSON object')
}

async function writePrivate(folder: string, name: string, value: object): Promise<void> {
  const file = path.join(folder, name)
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
  } catch (cause) {
    throw unwritable(file, cause)
  }
}

const unusable = (file: string, why: string) =>
  new MintmarkError('INPUT_UNREADABLE', `${safeText(file)}: ${why}`, { reason: why })

function unwritable(location: string, cause: unknown): MintmarkError {
  const errno = errnoOf(cause)
  const message = `${safeText(location)} cannot be written: ${errno}`
  return new MintmarkError('OUTPUT_UNWRITABLE', message, { errno }, { cause })
}

export type IssuerCommand =
  | { readonly do: 'status' | 'rotate' | 'reach' | 'block' }
  | { readonly do: 'list' | 'unlist'; readonly kid: string }

const PATIENCE_MS = 5000

/**
 * @returns the issuer's status after the command
 * @throws {MintmarkError} `INPUT_UNREADABLE` where no issuer runs on the folder, `INPUT_INVALID` where it refuses
 */
export async function commandIssuer(folder: string, command: IssuerCommand): Promise<Json> {
  const [{ controlUrl }, { secret }] = [await readRunning(folder), await readState(folder)]
  const response = await fetch(`${controlUrl}/control`, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    const message = `no issuer answers for ${safeText(folder)}: start it with mintmark trust issuer serve`
    throw new MintmarkError('INPUT_UNREADABLE', message, { reason: 'not-running' }, { cause })
  })
  const answer = parseObject(await response.text()) ?? {}
  if (response.ok) return answer
  const why = typeof answer['error'] === 'string' ? answer['error'] : 'the issuer refused'
  throw new MintmarkError('INPUT_INVALID', safeText(why), { option: 'kid' })
}
