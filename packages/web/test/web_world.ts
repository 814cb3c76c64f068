/** A small case of plain lines, with hostile text in every field that a person chooses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Case, ingest, openCase } from '@mintmark/case'
import { CaseViews, caseApp, OwnHunts, SessionAuth, type StaticFile } from '../src/index.ts'

export const ORIGIN = 'http://127.0.0.1:4711'
/** Runs where text becomes markup, misleads where direction is obeyed, and breaks where a tag is closed. */
export const HOSTILE =
  '<img src=x onerror="window.pwned=1"></script><script>window.pwned=1</script>\u202egnp.exe\u001b[31m=cmd|!A1'
/** Accesses that nobody issued a token for. */
export const STOLEN = 40
const HOURS = 240
const USERS = ['ada', 'bob', 'cyd', 'dee']
const START = Date.UTC(2023, 4, 1)

const guid = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString()

/** Lines of ordinary life, and of the intrusion into ada's mailbox. */
export function lines(): string[] {
  const out: object[] = []
  for (let hour = 0; hour < HOURS; hour++) {
    for (const [user, name] of USERS.entries()) {
      const number = hour * USERS.length + user
      const common = {
        tokenId: guid(1, number),
        sessionId: guid(2, user),
        principal: `${name}@example.org`,
        tenant: 'agency',
        appId: 'mail',
        ip: `192.0.2.${user + 1}`,
      }
      out.push({ schema: 'mintmark-issuance/1', id: guid(3, number), at: at(hour * 60), ...common })
      out.push({
        schema: 'mintmark-access/1',
        id: guid(4, number),
        at: at(hour * 60 + 5),
        operation: 'MailItemsAccessed',
        service: 'Exchange',
        outcome: 'succeeded',
        mailbox: common.principal,
        items: [{ messageId: `<${number}@example.org>` }],
        ...common,
      })
    }
  }
  for (let number = 0; number < STOLEN; number++) out.push(stolen(number))
  return [...out.map((line) => JSON.stringify(line)), '{"schema":"mintmark-access/1","at":"never"}']
}

function stolen(number: number): object {
  return {
    schema: 'mintmark-access/1',
    id: guid(5, number),
    at: at(6000 + number * 60),
    operation: 'MailItemsAccessed',
    service: 'Exchange',
    outcome: 'succeeded',
    tokenId: guid(6, number),
    sessionId: guid(7, number % 4),
    principal: 'ada@example.org',
    mailbox: 'ada@example.org',
    tenant: 'agency',
    appId: 'mail',
    ip: `198.51.100.${number % 2}`,
    client: HOSTILE,
    items: [
      { messageId: `<s${number}@example.org>`, subject: HOSTILE, folder: HOSTILE, bytes: 10 },
    ],
  }
}

export const stolenId = (number: number): string => guid(5, number)
export const stolenToken = (number: number): string => guid(6, number)

const PAGE: ReadonlyMap<string, StaticFile> = new Map([
  [
    '/index.html',
    {
      bytes: Uint8Array.from(Buffer.from('<!doctype html>page')),
      type: 'text/html; charset=utf-8',
    },
  ],
])

export interface WebWorld {
  readonly opened: Case
  readonly folder: string
  /** An app of its own on the one case, with a session open and a browser's headers. */
  app(options?: { readonly canWrite?: boolean }): Promise<Browser>
  close(): Promise<void>
}

export interface Browser {
  readonly auth: SessionAuth
  /** Sends a request with no header but the Host, unless it is given. */
  raw(path: string, init?: RequestInit): Promise<Response>
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<Response>
}

const headersOf = (init: RequestInit): Record<string, string> =>
  Object.fromEntries(new Headers(init.headers))

function onBug(text: string): never {
  throw new Error(text)
}

/** The case, read from files as every other. */
export async function webWorld(): Promise<WebWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-web-'))
  writeFileSync(join(folder, 'plain.ndjson'), lines().join('\n'))
  writeFileSync(
    join(folder, 'directory.csv'),
    `principal,organisation,group\nada@example.org,"Agency <b>${HOSTILE.replaceAll('"', '""')}","East"\nbob@example.org,Agency,West\n`,
  )
  const opened = await openCase(join(folder, 'case'))
  await ingest(opened, [join(folder, 'plain.ndjson'), join(folder, 'directory.csv')], {
    threads: 1,
  })
  return {
    opened,
    folder,
    app: (options) => browser(opened, folder, options?.canWrite ?? true),
    close: async () => {
      await opened.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function browser(opened: Case, folder: string, canWrite: boolean): Promise<Browser> {
  const ownHunts = new OwnHunts([], join(folder, 'case', 'hunts'))
  const views = await CaseViews.open(opened, () => ownHunts.dirs())
  const auth = new SessionAuth()
  auth.bind(ORIGIN)
  const app = caseApp({
    views,
    auth,
    viewer: { who: 'ann', canWrite },
    ownHunts,
    files: PAGE,
    onBug,
  })
  const raw = async (path: string, init: RequestInit = {}) =>
    app.request(`${ORIGIN}${path}`, {
      ...init,
      headers: { host: '127.0.0.1:4711', ...headersOf(init) },
    })
  const entered = await raw(auth.entryAddress().slice(ORIGIN.length))
  const Cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
  return {
    auth,
    raw: (path, init = {}) =>
      raw(path, { ...init, headers: { cookie: Cookie, ...headersOf(init) } }),
    get: async (path) => {
      const response = await raw(path, { headers: { Cookie, 'Sec-Fetch-Site': 'same-origin' } })
      if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
      return response.json()
    },
    post: (path, body) =>
      raw(path, {
        method: 'POST',
        headers: { Cookie, Origin: ORIGIN, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}
