/** The server of a case: session authentication, the API, the page. Tests call `app.request()`. */
import { MintmarkError, safeText } from '@mintmark/core'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ACTIONS, type OwnHunts } from './actions.ts'
import { ANSWERS, type Viewer } from './answers.ts'
import type { Problem } from './api.ts'
import type { CaseViews } from './case_views.ts'
import { barePage, errorPage, isForPeople } from './error_page.ts'
import { exportOf, LIST_PATHS, listPage } from './lists.ts'
import { VIEWS } from './query.ts'
import type { Refusal, SessionAuth } from './session_auth.ts'
import type { StaticFile } from './static_files.ts'

interface CaseAppDeps {
  readonly views: CaseViews
  readonly auth: SessionAuth
  readonly viewer: Viewer
  readonly ownHunts: OwnHunts
  readonly files: ReadonlyMap<string, StaticFile>
  readonly onBug: (text: string) => void
}

/** Pages that an address may name: all of them are the one page. */
const PAGES: ReadonlySet<string> = new Set(
  VIEWS.map((view) => (view === 'answer' ? '/' : `/${view}`)),
)

const MOST_BODY = 256 * 1024
const PROBLEM = 'application/problem+json'

/** Nothing from anywhere else, no inline script, no inline style; nobody may frame the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

const HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
}

export function caseApp(deps: CaseAppDeps): Hono {
  const app = new Hono()
  app.use('*', async (c, next) => {
    const refusal = deps.auth.refusesOrigin(c.req.raw)
    if (refusal !== undefined) c.res = refused(refusal)
    else await next()
    const shown = await asPage(c.req.raw, c.res)
    if (shown !== undefined) c.res = shown
    const policy = c.res.headers.get('Content-Security-Policy') ?? POLICY
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
    c.res.headers.set('Content-Security-Policy', policy)
  })
  app.get('/enter', (c) => enter(c, deps.auth))
  app.use('*', async (c, next) => {
    const refusal = deps.auth.refusesSession(c.req.raw)
    if (refusal !== undefined) return refused(refusal)
    return next()
  })
  addAnswers(app, deps)
  addActions(app, deps)
  app.get('*', (c) => page(c, deps.files))
  app.all('*', () => problem(405, 'INPUT_INVALID', 'this address takes no such request'))
  app.onError((error) => failed(error, deps.onBug))
  return app
}

/** A page that moves on by itself: a redirect from another site's link would come without the new cookie. */
function enter(c: Context, auth: SessionAuth): Response {
  const cookie = auth.exchange(c.req.query('token') ?? '')
  if (cookie === undefined) return refused('token')
  const head = '<meta http-equiv="refresh" content="0;url=/">'
  const opened = barePage(200, {
    title: 'Open',
    body: '<p><a href="/">Open the case</a></p>',
    head,
  })
  opened.headers.set('Set-Cookie', cookie)
  return opened
}

async function asPage(request: Request, response: Response): Promise<Response | undefined> {
  if (response.headers.get('content-type') !== PROBLEM || !isForPeople(request)) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type says that it is one
  return barePage(response.status, errorPage((await response.json()) as Problem))
}

function addAnswers(app: Hono, { views, viewer }: CaseAppDeps): void {
  const asked = (c: Context) => ({
    views,
    viewer,
    params: new URL(c.req.url).searchParams,
    signal: c.req.raw.signal,
  })
  for (const [path, answer] of Object.entries(ANSWERS))
    app.get(path, async (c) => json(await answer(asked(c))))
  for (const path of LIST_PATHS)
    app.get(
      path,
      async (c) => (await exportOf(path, asked(c))) ?? json(await listPage(path, asked(c))),
    )
}

function addActions(app: Hono, deps: CaseAppDeps): void {
  const limit = bodyLimit({
    maxSize: MOST_BODY,
    onError: () => problem(413, 'INPUT_INVALID', 'the request is too large'),
  })
  for (const [path, act] of Object.entries(ACTIONS)) {
    app.post(path, limit, async (c) => {
      const refusal = deps.auth.refusesAction(c.req.raw)
      if (refusal !== undefined) return refused(refusal)
      if (!deps.viewer.canWrite)
        return problem(403, 'INPUT_INVALID', 'this case is served for reading alone')
      return json(await act(bodyOf(await c.req.text()), deps))
    })
  }
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function page(c: Context, files: ReadonlyMap<string, StaticFile>): Response {
  const path = PAGES.has(c.req.path) ? '/index.html' : c.req.path
  const file = files.get(path)
  if (file === undefined) return problem(404, 'INPUT_INVALID', 'there is nothing at this address')
  return new Response(file.bytes, { headers: { 'Content-Type': file.type } })
}

const WHY: Readonly<Record<Refusal, string>> = {
  host: 'this is not the address that is served',
  origin: 'the request comes from another site',
  token: 'open the address that mintmark ui printed; it works once, in one browser',
}

function refused(refusal: Refusal): Response {
  const status = refusal === 'token' ? 401 : refusal === 'host' ? 421 : 403
  return problem(status, 'INPUT_INVALID', WHY[refusal])
}

function failed(error: Error, onBug: (text: string) => void): Response {
  // Nobody reads it: whoever asked has gone.
  if (error.name === 'AbortError') return problem(499, 'INPUT_INVALID', 'asked no more')
  if (!(error instanceof MintmarkError)) {
    onBug(error.stack ?? error.message)
    return problem(500, 'ENGINE_QUERY', 'a bug: the window that serves this case says more')
  }
  const isUsers = error.code === 'INPUT_INVALID' || error.code === 'HUNT_INVALID'
  const { option } = error.facts
  return problem(isUsers ? 400 : 503, error.code, safeText(error.message, 1000), option)
}

function problem(status: number, code: string, detail: string, parameter?: unknown): Response {
  const title = status < 500 ? 'refused' : 'failed'
  const named = typeof parameter === 'string' ? { parameter } : {}
  const body: Problem = { title, status, code, detail, ...named }
  const headers = { 'Content-Type': PROBLEM }
  return new Response(`${JSON.stringify(body)}\n`, { status, headers })
}

/** Wide integers of a row are text already; nothing else here is one. */
function json(value: unknown): Response {
  const headers = { 'Content-Type': 'application/json; charset=utf-8' }
  return new Response(JSON.stringify(value), { headers })
}
