/** The issuer of a probe. Nothing is fetched from an address that a document names. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isObject, type Json, MintmarkError, parseObject, safeText, text } from '@mintmark/core'
import { isAlgorithm } from '@mintmark/guard/signatures'
import type { ForgeIssuer, ForgeKey } from '../forge/forge.ts'
import * as stored from '../issuer/issuer_state.ts'
import { boundedText, isLoopback } from '../targets/targets.ts'

export interface ProbeControl {
  readonly unlist: (kid: string) => Promise<unknown>
  readonly list: (kid: string) => Promise<unknown>
  readonly keysAge?: (() => Promise<number | undefined>) | undefined
  readonly setReachable?: ((isReachable: boolean) => Promise<unknown>) | undefined
}

export interface ProbeIssuer extends ForgeIssuer {
  readonly control?: ProbeControl | undefined
}

interface IssuerChoice {
  readonly audience?: string | undefined
  readonly claims?: Json | undefined
  readonly typ?: string | undefined
}

const ACCESS_TOKEN = 'at+jwt'

const PATIENCE_MS = 5000

/**
 * `location`: state folder, loopback address, or hook.
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export async function openIssuer(
  location: string,
  choice: IssuerChoice = {},
): Promise<ProbeIssuer> {
  if (/^https?:\/\//i.test(location))
    return await runningIssuer(await folderOf(location), choice, location)
  if (/\.m?js$/.test(location)) return await hookedIssuer(location, choice)
  return await runningIssuer(location, choice)
}

async function runningIssuer(
  folder: string,
  { audience, claims = {}, typ = ACCESS_TOKEN }: IssuerChoice,
  asked?: string,
): Promise<ProbeIssuer> {
  const state = await stored.readState(folder)
  const { url, controlUrl } = await stored.readRunning(folder)
  if (asked !== undefined && !isSameAddress(asked, url))
    throw invalid('the state folder that this issuer names is of another issuer')
  const keys = state.keys.map((key): ForgeKey => {
    const { role, kid } = key
    const [issuer, alg] = [stored.issuerOf(role, url), stored.algorithmOf(key)]
    return { role, kid, issuer, alg, privateKey: stored.privateKeyOf(key) }
  })
  const command = (given: stored.IssuerCommand) => stored.commandIssuer(folder, given)
  const { endpoint } = await command({ do: 'status' })
  if (endpoint !== 'reachable')
    throw invalid('its key endpoint is blocked: mintmark trust issuer reach lets it answer again')
  return {
    issuer: url,
    audience: audience ?? state.audience,
    typ,
    claims,
    keys,
    strangerUrl: `${controlUrl}/stranger/keys`,
    control: {
      unlist: (kid) => command({ do: 'unlist', kid }),
      list: (kid) => command({ do: 'list', kid }),
      keysAge: async () => {
        const { keysAge } = await command({ do: 'status' })
        return typeof keysAge === 'number' ? keysAge : undefined
      },
      setReachable: (isReachable) => command({ do: isReachable ? 'reach' : 'block' }),
    },
  }
}

const trimmed = (url: string) => url.replace(/\/(\.well-known\/openid-configuration)?$/, '')

function isSameAddress(asked: string, url: string): boolean {
  const [a, b] = [new URL(trimmed(asked)), new URL(url)]
  return a.port === b.port && a.pathname === b.pathname && isLoopback(b.hostname)
}

/** The folder that an issuer on this machine names; read only if it belongs to the caller. */
async function folderOf(location: string): Promise<string> {
  const url = URL.canParse(location) ? new URL(location) : undefined
  if (url === undefined || !isLoopback(url.hostname))
    throw invalid('an issuer elsewhere is named by its state folder, or by a hook')
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const address = `${trimmed(location)}/.well-known/openid-configuration`
  const source = await fetch(address, { redirect: 'error', signal })
    .then(boundedText)
    .catch((cause: unknown) => {
      const message = `no issuer answers at ${safeText(location)}`
      throw new MintmarkError('INPUT_UNREADABLE', message, { reason: 'no-answer' }, { cause })
    })
  const folder = text(parseObject(source) ?? {}, 'mintmark_state')
  if (folder === undefined || !path.isAbsolute(folder))
    throw invalid('it is no issuer of mintmark trust issuer serve; name a hook instead')
  return folder
}

/** A hook is the operator's own code, and trusted. docs/trust-probe.md documents its exports. */
async function hookedIssuer(location: string, choice: IssuerChoice): Promise<ProbeIssuer> {
  const made = await hookOf(location)
  const [issuer, audience] = [text(made, 'issuer'), choice.audience ?? text(made, 'audience')]
  const rows = made['keys']
  if (issuer === undefined || audience === undefined || !Array.isArray(rows))
    throw invalid('the hook gives no issuer, audience and keys')
  const own = isObject(made['claims']) ? made['claims'] : {}
  return {
    issuer,
    audience,
    typ: choice.typ ?? text(made, 'typ') ?? ACCESS_TOKEN,
    claims: { ...own, ...choice.claims },
    keys: withStranger(rows.map((row: unknown) => hookedKey(row, issuer))),
    strangerUrl: text(made, 'strangerUrl'),
    control: controlOf(made),
  }
}

function withStranger(keys: readonly ForgeKey[]): readonly ForgeKey[] {
  const genuine = keys.find(({ role }) => role === 'signing')
  if (genuine === undefined) throw invalid('the hook gives no key for the role signing')
  if (keys.some(({ role }) => role === 'stranger')) return keys
  const privateKey = keyLike(genuine.privateKey)
  return [...keys, { ...genuine, role: 'stranger', kid: randomUUID(), privateKey }]
}

function keyLike({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyObject {
  const { namedCurve = 'P-256' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'ec') return generateKeyPairSync('ec', { namedCurve }).privateKey
  if (asymmetricKeyType === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

async function hookOf(location: string): Promise<Json> {
  try {
    const module: unknown = await import(pathToFileURL(path.resolve(location)).href)
    const make = isObject(module) ? module['default'] : undefined
    const made: unknown = typeof make === 'function' ? await make() : make
    if (isObject(made)) return made
  } catch (cause) {
    const message = `the hook ${safeText(location)} failed`
    throw new MintmarkError('INPUT_UNREADABLE', message, { reason: 'hook' }, { cause })
  }
  throw invalid('the hook exports no object, and no function that gives one')
}

function hookedKey(row: unknown, issuer: string): ForgeKey {
  const own = isObject(row) ? row : {}
  const [role, kid, alg = ''] = ['role', 'kid', 'alg'].map((name) => text(own, name))
  if (role === undefined || kid === undefined || !isAlgorithm(alg))
    throw invalid('a key of the hook has no role, kid and alg')
  try {
    const { jwk } = own
    const privateKey = isObject(jwk)
      ? createPrivateKey({ key: jwk, format: 'jwk' })
      : createPrivateKey(text(own, 'pem') ?? '')
    return { role, kid, alg, issuer: text(own, 'issuer') ?? issuer, privateKey }
  } catch {
    // The cause might contain the key.
    throw invalid(`the key for the role ${safeText(role)} of the hook cannot be read`)
  }
}

function controlOf(made: Json): ProbeControl | undefined {
  const call = (name: string) => {
    const own = made[name]
    if (typeof own !== 'function') return undefined
    return async (argument: unknown) => {
      try {
        await own.call(made, argument)
      } catch (cause) {
        const message = `the hook failed at ${name}`
        throw new MintmarkError('INPUT_UNREADABLE', message, { reason: 'hook' }, { cause })
      }
    }
  }
  const [unlist, list] = [call('unlist'), call('list')]
  return unlist && list && { unlist, list, setReachable: call('setReachable') }
}

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'issuer' })
