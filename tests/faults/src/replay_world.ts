/**
 * The replayed incident as a world: three of its tenants, read from the files that the replay wrote.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayStorm0558 } from '@mintmark/replay'
import { addressOf, appOf, timeOf, userOf } from './world/fields.ts'
import { parseLog } from './world/parse.ts'
import { Random } from './world/random.ts'
import {
  type Exposure,
  isJson,
  type Json,
  type LogFile,
  type OtherFile,
  type TrueAccess,
  textOf,
  type World,
} from './world/world.ts'

const SCALE = 0.02
const TENANTS = 3

/** Three tenants of the replay with a seed; which ones, the seed says. */
export async function replayWorld(seed: number): Promise<World> {
  const out = mkdtempSync(join(tmpdir(), 'mintmark-replay-'))
  try {
    await replayStorm0558({ out, seed, scale: SCALE })
    return read(out, seed)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

function read(out: string, seed: number): World {
  const document = objectIn(readFileSync(join(out, 'truth.json'), 'utf8'))
  const organisations = list(document, 'organisations')
  const folders = readdirSync(join(out, 'logs')).filter((name) => /^\d\d-/.test(name))
  const chosen = new Random(31, seed).sample(organisations, TENANTS).flatMap((of) => {
    const folder = folders[organisations.indexOf(of)]
    return folder === undefined ? [] : [{ folder, of, tenant: textOf(of, 'tenant') }]
  })
  const files: LogFile[] = []
  const others: OtherFile[] = []
  for (const { folder, tenant } of chosen)
    for (const name of readdirSync(join(out, 'logs', folder))) {
      const bytes = readFileSync(join(out, 'logs', folder, name))
      const path = `${folder}/${name}`
      const isText = /\.(csv|json|ndjson)$/.test(name) && bytes[0] !== 0xff
      const parsed = isText ? parseLog({ path, owner: tenant }, bytes.toString('utf8')) : undefined
      if (parsed === undefined) others.push({ path, content: bytes })
      else files.push(...parsed)
    }
  const tenants = new Set(chosen.map(({ tenant }) => tenant))
  const { truth, unjudged } = truthOf(join(out, 'truth-accesses.ndjson'), tenants)
  addOrdinary(truth, files)
  return {
    name: 'replay',
    seed,
    people: chosen.length,
    files,
    others,
    partner: [],
    truth,
    unjudged,
    exposure: exposureIn(
      document,
      chosen.map(({ of }) => of),
    ),
    renamed: new Set(),
    faults: [],
    isSilent: false,
  }
}

/** Verdicts that would be a mistake about an ordinary access. */
const ACCUSES = ['unissued', 'mismatched']

/** What the replay says of the attacker's accesses, and which accesses it gives no opinion on. */
function truthOf(path: string, tenants: ReadonlySet<string>) {
  const truth = new Map<string, TrueAccess>()
  const unjudged = new Set<string>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    const data = objectIn(line)
    if (!tenants.has(textOf(data, 'tenant'))) continue
    const [id, how] = [textOf(data, 'id'), textOf(data, 'class')]
    const verdicts = Array.isArray(data['verdicts']) ? data['verdicts'] : []
    const isForged = how === 'forged' || how === 'reused-id' || how === 'renewed'
    // A genuine token in the wrong hands is neither forged nor ordinary.
    if (!isForged && (how !== '' || ACCUSES.some((verdict) => verdicts.includes(verdict))))
      unjudged.add(id)
    if (!isForged) continue
    truth.set(id, {
      id,
      atMs: Date.parse(textOf(data, 'at')),
      forged: how,
      isDeterminable: data['determinable'] === true,
      principal: textOf(data, 'mailbox'),
      mailbox: textOf(data, 'mailbox'),
      ip: '',
      app: '',
      client: '',
      messages: [],
    })
  }
  return { truth, unjudged }
}

/** Ordinary accesses of the files that can be read; all others are ordinary, too, and have no context here. */
function addOrdinary(truth: Map<string, TrueAccess>, files: readonly LogFile[]): void {
  for (const { kind, rows } of files) {
    if (kind === 'sign-in') continue
    for (const { data } of rows) {
      const id = textOf(data, kind === 'audit' ? 'Id' : 'RequestId')
      const known = truth.get(id)
      truth.set(id, {
        id,
        atMs: timeOf(kind, data),
        forged: known?.forged ?? '',
        isDeterminable: known?.isDeterminable ?? true,
        principal: userOf(kind, data),
        mailbox: textOf(data, 'MailboxOwnerUPN'),
        ip: addressOf(kind, data),
        app: appOf(kind, data),
        client: textOf(data, 'ClientInfoString') || textOf(data, 'UserAgent'),
        messages: [],
      })
    }
  }
}

function exposureIn(document: Json, organisations: readonly Json[]): Exposure {
  const names = new Set(organisations.map((of) => textOf(of, 'name')))
  const messagesOf = (part: string): ReadonlyMap<string, number> =>
    new Map(
      list(document, part)
        .filter((account) => names.has(textOf(account, 'organisation')))
        .map((account) => [textOf(account, 'mailbox'), Number(account['messages'])]),
    )
  // What a genuine token in the wrong hands read is in no organisation's sum.
  return {
    mailboxes: messagesOf('accounts'),
    misused: messagesOf('misGranted'),
    inAll: undefined,
  }
}

function list(data: Json, name: string): Json[] {
  const value = data[name]
  return Array.isArray(value) ? value.filter(isJson) : []
}

function objectIn(text: string): Json {
  const value: unknown = JSON.parse(text)
  return isJson(value) ? value : {}
}
