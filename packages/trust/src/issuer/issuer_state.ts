/** The test issuer's state folder: private keys, the secret of its control; and commands to it. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { lstat, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  isObject,
  type Json,
  MintmarkError,
  makeFolder,
  parseObject,
  safeText,
  text,
  unreadable,
  writingIn,
} from '@mintmark/core'
import { certificateOf } from '@mintmark/replay/certificate'

const ROLES = {
  signing: ['enterprise', ''],
  /** Announced successor; withdrawn while a probe measures the time to distrust. */
  next: ['enterprise', ''],
  /** A second one, withdrawn while the key endpoint cannot be reached. */
  spare: ['enterprise', ''],
  retired: ['retired', ''],
  /** Retired too; a probe takes it out of the set. */
  leaving: ['retired', ''],
  consumer: ['consumer', '/consumers'],
  tenant: ['enterprise', '/other-tenant'],
  disabled: ['disabled', '/disabled'],
  encryption: ['encryption', ''],
  /** The attacker's; in no set. The class is what the attacker would claim. */
  stranger: ['enterprise', ''],
  /** RSA, of SAML metadata and in no set: signs responses; has an expired certificate; the attacker's. */
  saml: ['saml', ''],
  'saml-expired': ['saml', ''],
  'saml-stranger': ['saml', ''],
} as const

export type KeyRole = keyof typeof ROLES

export const isRole = (name: string | undefined): name is KeyRole =>
  name !== undefined && Object.hasOwn(ROLES, name)

export interface StoredKey {
  readonly role: KeyRole
  readonly kid: string
  readonly isListed: boolean
  /** PKCS #8, PEM. */
  readonly pem: string
}

export const ISSUER_PATHS: readonly string[] = [
  ...new Set(Object.values(ROLES).map(([, below]) => below)),
]

const isSaml = (role: KeyRole): boolean => ROLES[role][0] === 'saml'

export const isPublished = (role: KeyRole): boolean => role !== 'stranger' && !isSaml(role)

export type IssuerAlgorithm = 'ES256' | 'RS256'

function newKey(role: KeyRole, algorithm: IssuerAlgorithm): StoredKey {
  // Services that take SAML know RSA, and few know ECDSA.
  const { privateKey } =
    isSaml(role) || algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = kidOf(privateKey)
  if (kid.startsWith('-')) return newKey(role, algorithm)
  return {
    role,
    kid,
    isListed: isPublished(role),
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

export function completed(
  keys: readonly StoredKey[],
  hasSaml: boolean,
  algorithm: IssuerAlgorithm,
): StoredKey[] {
  const missing = Object.keys(ROLES)
    .filter(isRole)
    .filter((role) => (hasSaml || !isSaml(role)) && !keys.some((key) => key.role === role))
  return [...keys, ...missing.map((role) => newKey(role, algorithm))]
}

export const algorithmOf = ({ pem }: Pick<StoredKey, 'pem'>): IssuerAlgorithm =>
  createPublicKey(pem).asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'

export function issuerAlgorithm(keys: readonly StoredKey[]): IssuerAlgorithm | undefined {
  const signing = keys.find(({ role }) => role === 'signing')
  return signing && algorithmOf(signing)
}

const YEAR_2020 = Date.UTC(2020, 0)

/** Certificate of a key of SAML metadata in DER, the same bytes each time; one role's has expired. */
export function certificateFor(key: StoredKey): Buffer {
  return certificateOf(privateKeyOf(key), {
    commonName: 'mintmark trust issuer',
    serial: Buffer.from([1]),
    fromMs: YEAR_2020,
    toMs: Date.UTC(key.role === 'saml-expired' ? 2021 : 2049, 0),
  })
}

/** The old signing key stays listed as a retired one, its successor signs, and a new successor is announced. */
export function rotated(keys: readonly StoredKey[]): StoredKey[] {
  const others = keys.flatMap((key): StoredKey[] => {
    if (key.role === 'retired') return []
    if (key.role === 'signing') return [{ ...key, role: 'retired' }]
    return [key.role === 'next' ? { ...key, role: 'signing', isListed: true } : key]
  })
  return [...others, newKey('next', issuerAlgorithm(keys) ?? 'ES256')]
}

export const issuerOf = (role: KeyRole, url: string): string => `${url}${ROLES[role][1]}`

/** The signing key first: a reader that takes the first key that fits takes that one. */
export function keySet(keys: readonly StoredKey[], url: string): Json {
  const listed = keys.filter(({ isListed, role }) => isListed && isPublished(role))
  const isFirst = ({ role }: StoredKey) => Number(role === 'signing')
  return jwks(
    listed.toSorted((a, b) => isFirst(b) - isFirst(a)),
    url,
  )
}

const jwks = (keys: readonly StoredKey[], url: string): Json => ({
  keys: keys.map((key) => publicKey(key, url)),
})

const ENCRYPTION = { ES256: 'ECDH-ES', RS256: 'RSA-OAEP-256' } as const

export const strangerKeySet = (keys: readonly StoredKey[], url: string): Json =>
  jwks(
    keys.filter(({ role }) => role === 'stranger'),
    url,
  )

function publicKey(key: StoredKey, url: string): Json {
  const { role, kid, pem } = key
  const alg = algorithmOf(key)
  const isForEncryption = role === 'encryption'
  return {
    ...createPublicKey(pem).export({ format: 'jwk' }),
    kid,
    use: isForEncryption ? 'enc' : 'sig',
    alg: isForEncryption ? ENCRYPTION[alg] : alg,
    issuer: issuerOf(role, url),
    x_class: ROLES[role][0],
  }
}

export const privateKeyOf = ({ pem }: StoredKey): KeyObject => createPrivateKey(pem)

function kidOf(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = createPublicKey(key).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}

const STATE_SCHEMA = 'mintmark-issuer-state/1'
const STATE_FILE = 'issuer.json'
const RUNNING_FILE = 'running.json'
const MOST_BYTES = 1 << 20

export interface IssuerState {
  readonly schema: typeof STATE_SCHEMA
  readonly audience: string
  readonly secret: string
  readonly keys: readonly StoredKey[]
}

export interface Running {
  readonly url: string
  readonly controlUrl: string
}

export interface StateOptions {
  readonly audience?: string | undefined
  readonly keys?: readonly StoredKey[] | undefined
  /** Of its tokens; undefined for that of the folder's keys, else ES256. */
  readonly algorithm?: IssuerAlgorithm | undefined
  readonly hasSaml?: boolean | undefined
}

/**
 * Opens or makes it.
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `OUTPUT_UNWRITABLE`; `INPUT_INVALID` for another
 * algorithm, and for a folder of other files
 */
export async function openState(
  folder: string,
  { audience, algorithm, keys = [], hasSaml = false }: StateOptions,
): Promise<IssuerState> {
  const isEmpty = await writingIn(folder, async () => {
    makeFolder(folder, 0o700)
    return (await readdir(folder)).length === 0
  })
  const found = await readState(folder).catch((error: unknown) => {
    if (error instanceof MintmarkError && error.facts['errno'] === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined && !isEmpty) {
    const message = `${safeText(folder)} holds other files, and no issuer: choose an empty --state`
    throw new MintmarkError('INPUT_INVALID', message, { option: 'state' })
  }
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
  const opened = {
    ...state,
    audience: audience ?? state.audience,
    keys: completed(state.keys, hasSaml, used),
  }
  await writeState(folder, opened)
  return opened
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

function writePrivate(folder: string, name: string, value: object): Promise<void> {
  const file = path.join(folder, name)
  return writingIn(file, async () => {
    await writeFile(`${file}.new`, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
  })
}

const unusable = (file: string, why: string) =>
  new MintmarkError('INPUT_UNREADABLE', `${safeText(file)}: ${why}`, { reason: why })

export type IssuerCommand =
  | { readonly do: 'status' | 'rotate' | 'reach' | 'block' }
  | { readonly do: 'list' | 'unlist'; readonly kid: string }

const PATIENCE_MS = 5000

/** @throws {MintmarkError} `INPUT_UNREADABLE`: no issuer runs; `INPUT_INVALID`: it refuses */
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
  const why = text(answer, 'error') ?? 'the issuer refused'
  throw new MintmarkError('INPUT_INVALID', safeText(why), { option: 'kid' })
}
